// Large appends through a real server and its workers: answered, stored and refused as small ones are.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { appendRequestFrom } from '../../../src/api/wire/append-request.ts';
import { methodsOf } from '../../../src/api/wire/codec.ts';
import { Fields } from '../../../src/api/wire/fields.ts';
import { parsePolicy } from '../../../src/core/policy/policy.ts';
import { shapeAppend } from '../../../src/pdp/run/append-audit.ts';
import { compileRules } from '../../../src/redaction/operator-rules.ts';
import { decodeAuditRecord } from '../../../src/state/codec/audit-record.ts';
import { offloadAppend } from '../../../src/workers/append-offload.ts';
import { offloadPolicy } from '../../../src/workers/policy-offload.ts';
import { WorkerPool } from '../../../src/workers/worker-pool.ts';
import { appendOf, ordinaryText } from '../../security/event-loop/calls.ts';
import { clientsOf } from '../../support/clients.ts';
import { tollgate } from '../../support/command.ts';
import { ENGINES, openServer } from '../../support/engines.ts';
import { readRefusal } from '../../support/refusals.ts';
import { started } from '../../support/scene.ts';
import { startServer } from '../../support/server.ts';
import { methodOf } from '../../support/wire.ts';
import { aRun } from '../../unit/core/runs.ts';

const WORKER = new URL('../../../dist/workers/worker.js', import.meta.url);
const POLICY = {
  audit: { profile: 'compatible' },
  tools: { wallet: { store: 'none' } },
  redaction: { secret_tools: ['vault'] },
};

test('what a worker makes of a request is what would be made of it here, but for the salts', async () => {
  const pool = new WorkerPool({ file: WORKER, threads: 1 });
  try {
    const parsed = parsePolicy(POLICY);
    if (!('policy' in parsed)) throw new Error('refused');
    const loaded = { policy: parsed.policy, revision: 'r', document: JSON.stringify(POLICY) };
    const tool = (name: string) => ({
      tool_use: {
        name,
        id: 'i',
        args: `{"password":"hunter2"} ${ordinaryText(9_000)}`,
        result: '\u0001'.repeat(3_000),
      },
    });
    const events = [
      ...['read', 'wallet', 'vault'].map(tool),
      { step: { iter: 1, response: { text: ordinaryText(9_000), model: 'm', tool_calls: ['read'] } } },
      { error: { message: ordinaryText(9_000) } },
      { custom: { type: 'mine', payload: { fields: { a: { stringValue: ordinaryText(9_000) } } } } },
    ];
    const { request } = methodOf('AppendAudit');
    const bytes = Buffer.from(request.encode({ run_id: 'r-1', events, idempotency_key: 'k' }).finish());
    const [method] = methodsOf('PolicyDecisionService').filter(({ name }) => name === 'AppendAudit');
    const here = appendRequestFrom(new Fields(method!.decode(bytes)));
    const data = {
      patterns: [{ name: 'ours', pattern: 'took_[a-z]+' }],
      knownValues: ['example.org'],
      memoryKey: 'a'.repeat(32),
    };
    const asked = { caller: 'a', deadline: Number.POSITIVE_INFINITY };
    const there = await offloadAppend({ pool, redaction: () => data }, bytes, asked);
    expect([there.runId, there.idempotencyKey]).toEqual([here.runId, here.idempotencyKey]);
    const run = aRun();
    const now = run.startedAtMs + 1_000;
    if (!('shape' in there)) throw new Error('not offloaded');
    // Twice, as when the run has moved in between: the second time by a thread that has forgotten the request.
    for (let attempt = 0; attempt < 2; attempt++) {
      const shaped = await there.shape(run, loaded, { now, deadline: Number.POSITIVE_INFINITY });
      const expected = shapeAppend(run, here.events, { policy: parsed.policy, redaction: compileRules(data), now });
      expect(shaped.run).toEqual(expected.run);
      const plain = (records: readonly Uint8Array[]) =>
        records.map((record) => ({ ...decodeAuditRecord(record), leafHash: undefined }));
      expect(plain(shaped.records)).toEqual(plain(expected.records));
    }
  } finally {
    await pool.close();
  }
});

test('a policy that a worker has read is the one that would be read here', async () => {
  const pool = new WorkerPool({ file: WORKER, threads: 1 });
  try {
    const { policy, revision, warnings } = await offloadPolicy(pool, 'policy.example.yaml');
    const { loadPolicy } = await import('../../../src/config/files/policy-file.ts');
    const here = loadPolicy('policy.example.yaml', parsePolicy);
    // A policy holds functions, which are another's in each.
    const shown = (rules: object) => inspect(rules, { depth: 20, maxArrayLength: null });
    expect(shown(policy)).toBe(shown(here.policy));
    expect([revision, warnings]).toEqual([here.revision, here.warnings]);
    await expect(offloadPolicy(pool, 'nowhere.yaml')).rejects.toThrow('nowhere.yaml: does not exist');
  } finally {
    await pool.close();
  }
});

test.each(ENGINES)(
  '%s: a large append is stored once, however often it is sent, and a bad one is refused as a small one',
  async (engine) => {
    const { clients, close } = await openServer(engine);
    try {
      const { run_id } = await started(clients);
      const request = { ...appendOf(run_id, 1_000_000), idempotency_key: randomUUID() };
      const all = await Promise.all(Array.from({ length: 4 }, () => clients.decisions('AppendAudit', request)));
      for (const answer of all) expect([answer.first_sequence, answer.last_sequence]).toEqual([1, 200]);
      expect(all.filter(({ replayed }) => replayed)).toHaveLength(3);
      const refusals = [
        appendOf('', 100_000),
        appendOf(randomUUID(), 100_000),
        {
          run_id,
          events: [{ custom: { type: 'error', payload: { fields: { a: { stringValue: 'x'.repeat(50_000) } } } } }],
        },
        { ...appendOf(run_id, 100_000), idempotency_key: request.idempotency_key },
      ];
      const reasons = [];
      for (const refused of refusals)
        reasons.push(await clients.decisions('AppendAudit', refused).catch((error) => readRefusal(error).reason));
      expect(reasons).toEqual(['INVALID_REQUEST', 'RUN_NOT_FOUND', 'INVALID_REQUEST', 'KEY_REUSED']);
      const { run } = await clients.runs('GetRun', { run_id });
      expect(run.last_sequence).toBe(200);
    } finally {
      await close();
    }
  },
);

test('a server that stops does what it has begun, and what it has acknowledged is stored', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'));
  let server = await startServer({ folder });
  let clients = clientsOf(server);
  const { run_id } = await started(clients);
  const outcomes = Array.from({ length: 6 }, () =>
    clients.decisions('AppendAudit', appendOf(run_id, 2_000_000)).then(
      ({ last_sequence }) => last_sequence as number,
      () => 0,
    ),
  );
  await Promise.race(outcomes);
  expect(await server.stop()).toBe(0);
  const acknowledged = Math.max(...(await Promise.all(outcomes)));
  clients.close();
  server = await startServer({ folder });
  clients = clientsOf(server);
  const { run } = await clients.runs('GetRun', { run_id });
  expect(acknowledged).toBeGreaterThanOrEqual(200);
  expect(run.last_sequence).toBeGreaterThanOrEqual(acknowledged);
  clients.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

test('a server that may not start threads refuses in one line', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'));
  const env = { NODE_OPTIONS: '--experimental-permission --allow-fs-read=* --allow-fs-write=* --no-warnings' };
  const { code, stderr } = await tollgate(['serve', '--data-dir', join(cwd, 'data')], { cwd, env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^tollgate: worker threads cannot start: [^\n]+\n$/);
  rmSync(cwd, { recursive: true });
});
