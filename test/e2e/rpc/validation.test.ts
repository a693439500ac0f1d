// Every field of every request: a value outside its rule is INVALID_ARGUMENT with the field's name; a value at its limit passes.
// Sent as bytes, because client libraries mend or refuse most of this before it reaches a server.
import type grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { readRefusal, refusalOf } from '../../support/refusals.ts';
import {
  encodeWire,
  METHODS,
  type MethodUnderTest,
  methodOf,
  sendBytes,
  type WireMessage,
} from '../../support/wire.ts';
import { fieldsOf, OWN_ID, oneofsOf, soundMessage, soundValue, withField } from './field-rules.ts';

let open: OpenServer;

beforeAll(async () => {
  open = await openServer('embedded');
});
afterAll(() => open?.close());

function send(method: MethodUnderTest, request: WireMessage): Promise<Buffer[]> {
  return sendBytes(open.clients.raw(method.service), method, encodeWire(method.request, request));
}

/** The field comes first; a second word on it, or on the list that it stands in, does no harm. */
async function expectInvalid(method: MethodUnderTest, request: WireMessage, field: string, why: string) {
  const { code, reason, fields } = await refusalOf(send(method, request));
  const about = `${field}: ${why}`;
  expect({ code, reason, field: fields[0] }, about).toEqual({
    code: 'INVALID_ARGUMENT',
    reason: 'INVALID_REQUEST',
    field,
  });
  expect(
    fields.filter((named) => !field.startsWith(named)),
    about,
  ).toEqual([]);
}

/** Whatever else it is: an unknown session or run is no fault of the request. */
async function expectNotInvalid(method: MethodUnderTest, request: WireMessage, about: string) {
  const error = await send(method, request).then(
    () => undefined,
    (reason: grpc.ServiceError) => reason,
  );
  if (error)
    expect(readRefusal(error), about).toMatchObject({
      fields: [],
      reason: expect.not.stringMatching(/^(INVALID|UNDEC|INTERNAL)/),
    });
}

const [streams, unary] = [METHODS.filter((m) => m.responseStream), METHODS.filter((m) => !m.responseStream)];

test('the matrix covers every method of the package', () => {
  expect(unary).toHaveLength(37);
  expect(streams.map(({ name }) => name)).toEqual(['ListRunEvents', 'ExportEvents', 'ExportRun', 'WatchDecisions']);
});

describe.each(METHODS)('$name', (method) => {
  test('takes a sound request', () => expectNotInvalid(method, soundMessage(method.request), method.name));

  const fields = fieldsOf(method.request);
  if (fields.length > 0) {
    test.each(fields)('holds $path to its rule', async ({ path, rule, request }) => {
      for (const { why, value, below = '' } of rule.bad) await expectInvalid(method, request(value), path + below, why);
      for (const value of rule.good) await expectNotInvalid(method, request(value), `${path}: ${inspect(value)}`);
    });
  }

  const oneofs = oneofsOf(method.request);
  if (oneofs.length > 0) {
    test.each(oneofs)('takes no two members of $path', async ({ path, type, members, request }) => {
      for (const first of members) {
        for (const second of members.filter((member) => member !== first)) {
          const both = { ...withField(type, first, soundValue(type, first)), [second]: soundValue(type, second) };
          await expectInvalid(method, request(both), path, `${first} and ${second}`);
        }
      }
    });
  }
});

function inspect(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('hex').slice(0, 80) : JSON.stringify(value).slice(0, 80);
}

describe('what is required', () => {
  const missing: [method: string, request: WireMessage, field: string][] = [
    ['Authorize', { session_id: OWN_ID, agent_id: 'agent' }, 'tool'],
    ['Authorize', { session_id: OWN_ID, tool: 'tool' }, 'agent_id'],
    ['Authorize', { agent_id: 'agent', tool: 'tool', scope: 'skill' }, 'run_id'],
    ['ConsumeBudget', { session_id: OWN_ID }, 'agent_id'],
    ['ConsumeBudget', { session_id: OWN_ID, agent_id: 'agent', calls: [{}] }, 'calls[0].tool'],
    ['ValidateScope', { scope: 'skill' }, 'context'],
    ['CheckSlash', { command: '/help' }, 'platform'],
    ['DescribeSlashAccess', {}, 'platform'],
    ['AppendAudit', { run_id: OWN_ID }, 'events'],
    ['AppendAudit', { run_id: OWN_ID, events: [{}] }, 'events[0].event'],
    ['AppendAudit', { run_id: OWN_ID, events: [{ tool_use: {} }] }, 'events[0].tool_use.name'],
    ['AppendAudit', { run_id: OWN_ID, events: [{ custom: {} }] }, 'events[0].custom.type'],
    ['AppendAudit', { events: [{ error: {} }] }, 'run_id'],
    ['StartRun', { skill_id: 'skill' }, 'subject'],
    ['StartRun', { trace_id: 'trace' }, 'skill_id'],
    ['FinishRun', { run_id: OWN_ID }, 'status'],
    ['FinishRun', { status: 2 }, 'run_id'],
    ['GetRun', {}, 'run_id'],
    ['CreateSession', { agent_id: 'agent' }, 'grant'],
    ['CreateSession', { all: {} }, 'agent_id'],
    ['GetSession', {}, 'session_id'],
    ['CloseSession', {}, 'session_id'],
    ['DeactivateAgent', {}, 'agent_id'],
    ['ReactivateAgent', {}, 'agent_id'],
    ['GetAgent', {}, 'agent_id'],
    ['BindIdentity', { trace_id: 'trace' }, 'identity'],
    ['BindIdentity', { trace_id: 'trace', identity: {} }, 'identity.user_id'],
    ['BindIdentity', { identity: { user_id: '5' } }, 'trace_id'],
    ['GetIdentity', {}, 'trace_id'],
    ['ReleaseIdentity', {}, 'trace_id'],
    ['ListRunEvents', {}, 'run_id'],
    ['ListChildRuns', {}, 'parent_run_id'],
    ['GetRunChain', {}, 'run_id'],
    ['ListFinishedRuns', {}, 'finished_before'],
    ['PurgeRuns', {}, 'finished_before'],
    ['GetDecision', {}, 'decision_id'],
  ];
  test.each(missing)('%s without it is invalid: %j needs %s', async (name, request, field) => {
    await expectInvalid(methodOf(name), request, field, 'missing');
  });
});

describe('what contradicts itself', () => {
  const CALL = { session_id: OWN_ID, agent_id: 'agent' };
  const otherPartition = `${OWN_ID.slice(0, -2)}ff`;
  const contradictions: [title: string, method: string, request: WireMessage, field: string][] = [
    [
      'a dry run with a key',
      'Authorize',
      { ...CALL, tool: 'x', dry_run: true, idempotency_key: 'k' },
      'idempotency_key',
    ],
    ['a dry batch with a key', 'ConsumeBudget', { ...CALL, dry_run: true, idempotency_key: 'k' }, 'idempotency_key'],
    ['a session and a run of two partitions', 'Authorize', { ...CALL, tool: 'x', run_id: otherPartition }, 'run_id'],
    ['a batch of two partitions', 'ConsumeBudget', { ...CALL, run_id: otherPartition }, 'run_id'],
    [
      'a run under a session of another partition than its parent',
      'StartRun',
      { trace_id: 't', skill_id: 's', session_id: OWN_ID, parent_run_id: otherPartition },
      'session_id',
    ],
    [
      'a run that continues one of another partition than its parent',
      'StartRun',
      { trace_id: 't', skill_id: 's', parent_run_id: OWN_ID, continuation_parent_run_id: otherPartition },
      'session_id',
    ],
    [
      'a bare user id that reads like a principal',
      'BindIdentity',
      { trace_id: 't', identity: { user_id: 'discord:5' } },
      'identity.user_id',
    ],
  ];
  test.each(contradictions)('%s is invalid', async (_title, name, request, field) => {
    await expectInvalid(methodOf(name), request, field, 'contradiction');
  });
});

test('more than 256 calls and more than 100 events are invalid, and so many are not', async () => {
  const [consume, append] = [methodOf('ConsumeBudget'), methodOf('AppendAudit')];
  const calls = (count: number) => ({
    session_id: OWN_ID,
    agent_id: 'a',
    calls: Array.from({ length: count }, () => ({ tool: 't' })),
  });
  const events = (count: number) => ({ run_id: OWN_ID, events: Array.from({ length: count }, () => ({ error: {} })) });
  await expectInvalid(consume, calls(257), 'calls', '257');
  await expectNotInvalid(consume, calls(256), '256');
  await expectInvalid(append, events(101), 'events', '101');
  await expectNotInvalid(append, events(100), '100');
});

test('every problem of a request is named, in the order of its fields', async () => {
  const request = { session_id: '', tool: '', trace_id: 'x'.repeat(257), idempotency_key: 'é' };
  const { fields } = await refusalOf(send(methodOf('Authorize'), request));
  expect(fields.toSorted()).toEqual(['agent_id', 'idempotency_key', 'session_id', 'tool', 'trace_id']);
});

test('details stay within 2 KiB however much is wrong, and still name the first fields', async () => {
  const calls = Array.from({ length: 256 }, () => ({ tool: 'x'.repeat(200), sensitivity: 99 }));
  const request = { session_id: OWN_ID, agent_id: 'agent', calls };
  const { fields, message } = await refusalOf(send(methodOf('ConsumeBudget'), request));
  expect(fields.length).toBeGreaterThan(10);
  expect(fields.slice(0, 2)).toEqual(['calls[0].tool', 'calls[0].sensitivity']);
  expect(message.length).toBeLessThanOrEqual(300);
});

test('a small request with thousands of faults is refused as fast as any other', async () => {
  const tool_calls = Array.from({ length: 256 }, () => '\n');
  const events = Array.from({ length: 100 }, () => ({ step: { response: { tool_calls } } }));
  const from = performance.now();
  const { fields } = await refusalOf(send(methodOf('AppendAudit'), { run_id: OWN_ID, events }));
  expect(fields[0]).toBe('events[0].step.response.tool_calls[0]');
  // Without a bound on what is tried this took minutes, in which the server answered nobody.
  expect(performance.now() - from).toBeLessThan(5_000);
});

test('a refused request is refused with a request id of its own each time', async () => {
  const ids = await Promise.all(
    Array.from({ length: 10 }, async () => (await refusalOf(send(methodOf('GetRun'), {}))).requestId),
  );
  expect(new Set(ids).size).toBe(10);
});
