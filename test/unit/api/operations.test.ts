// The table of operations against the descriptor: every RPC has one row, and the row fits it.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OPERATIONS, operationOf, SERVICES, servicesOf } from '../../../src/api/operations.ts';
import type { ServiceName } from '../../../src/gen/tollgate.ts';
import { METHODS } from '../../support/wire.ts';

/** The services that a runner needs for its work; all others are on the management listener. */
const DECISION_SERVICES = ['PolicyDecisionService', 'RunService'];

test('every RPC has exactly one row, and every row an RPC', () => {
  expect(OPERATIONS.map(({ name }) => name).sort()).toEqual(METHODS.map(({ name }) => name).sort());
  expect([...SERVICES].sort()).toEqual([...new Set(METHODS.map(({ service }) => service))].sort());
});

test('each service is on one listener', () => {
  expect([...servicesOf('decision')].sort()).toEqual(DECISION_SERVICES);
  const management = SERVICES.filter((service) => !DECISION_SERVICES.includes(service));
  expect([...servicesOf('management')].sort()).toEqual([...management].sort());
});

describe.each(METHODS.map((method) => [method.name, method] as const))('%s', (name, method) => {
  const operation = operationOf(method.service as ServiceName, name);

  test('has the mode of the descriptor', () => {
    expect(operation.mode).toBe(method.responseStream ? 'stream' : 'unary');
    expect(operation.lifetime).not.toBe(method.responseStream ? 'detached' : 'endless');
  });

  test('is on the listener of its service, with the size of its request', () => {
    expect(operation.listener).toBe(DECISION_SERVICES.includes(method.service) ? 'decision' : 'management');
    // Only a batch of events may be as large as limits.append_bytes.
    expect(operation.size).toBe(name === 'AppendAudit' ? 'append' : 'request');
  });

  test('may be called by an admin, and by no role twice', () => {
    expect(operation.roles).toContain('admin');
    expect(new Set(operation.roles).size).toBe(operation.roles.length);
  });

  test('takes an idempotency key if it has an effect', () => {
    const hasKey = Object.hasOwn(method.request.fields, 'idempotency_key');
    expect(hasKey).toBe(operation.idempotency !== 'none');
    if (method.responseStream) expect(operation.idempotency).toBe('none');
  });
});

// TypeScript checks for excess fields only where the type is written out: an arrow without it may return misspelt ones.
test('every encoder states the type of its response', () => {
  const folder = 'src/api';
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.startsWith('operation'));
  const encoders = files.flatMap((name) =>
    [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/^ {4}encode: [\s\S]*?(?==>|,\n)(=>\s*\S*)?/gm)].map(
      ([text]) => text,
    ),
  );
  expect(encoders).toHaveLength(OPERATIONS.length);
  expect(encoders.filter((text) => !/\): wire\.|=>\s+listOf<wire\.|encode: encode[A-Z]/.test(text))).toEqual([]);
});
