// The stored form of a decision's record: golden bytes, which a change of the code must not move, and what is not sound.
import { expect, test } from 'vitest';
import { REASON } from '../../../src/api/wire/enums.ts';
import { REASONS } from '../../../src/core/decision/decision.ts';
import type { DecisionDetails } from '../../../src/core/decision/decision-details.ts';
import { DECISION_RPCS, type DecisionContext } from '../../../src/core/decision/decision-record.ts';
import {
  aggregationDigest,
  decodeContext,
  decodeDecision,
  encodeContext,
  encodeDecision,
  reasonNumber,
  repeated,
} from '../../../src/state/codec/decision-record.ts';
import { decodeRunDecision, encodeRunDecision } from '../../../src/state/codec/run-decision.ts';

const ID = '0196f0a1-2b3c-7d4e-8f50-112233445507';
const OTHER_ID = '0196f0a1-2b3d-7d4e-8f50-112233445507';
const CONTEXT: DecisionContext = {
  rpc: 'ConsumeBudget',
  caller: 'runner-1',
  agentId: 'agent-1',
  sessionId: '0196f0a1-0000-7000-8000-000000000007',
  runId: 'no id of ours',
  principal: 'discord:5',
  traceHash: '000102030405060708090a0b0c0d0e0f',
  calls: [
    { tool: 'search', sensitivity: 0, count: 2 },
    { tool: 'shell', sensitivity: 3, count: 1 },
  ],
  callsTotal: 3,
  scope: undefined,
  platform: undefined,
  chatType: undefined,
  command: undefined,
  policyRevision: 'ab'.repeat(32),
  checks: [
    { name: 'identity', passed: true, reason: 'ALLOWED' },
    { name: 'tool', passed: true, reason: 'ALLOWED', asserted: true },
  ],
  latencyUs: 300,
};
const AT_MS = 1_746_000_000_000;
const MADE = {
  effect: 'DENY',
  reason: 'TOOL_NOT_GRANTED',
  session: {
    before: { callsMade: 1, windowCalls: 2 },
    after: { callsMade: 3, windowCalls: 4 },
    sequence: 5,
    callBudget: 6,
    rateLimit: 7,
  },
  callIndex: 2,
} as const;
const GOLDEN = [
  '01 1e 02 0000019685b5b400 0000019685b5b400 00000000 0196f0a12b3c7d4e8f50112233445507',
  '00000001 00000003 00000002 00000004 00000005 00000006 00000007 00000003',
  '9b 01 a76167656e742d31 c4100196f0a1000070008000000000000007 ad6e6f206964206f66206f757273 a9646973636f72643a35',
  'c0 c0 c0 c0 03 96 a6736561726368 00 02 a57368656c6c 03 01',
  `95 a872756e6e65722d31 c410000102030405060708090a0b0c0d0e0f c420${'ab'.repeat(32)} c404 4001 c101 cd012c`,
]
  .join('')
  .replaceAll(' ', '');

test('a record has these very bytes', () => {
  const { context } = encodeContext(CONTEXT);
  expect(encodeDecision(MADE, { decisionId: ID, atMs: AT_MS, context }).toString('hex')).toBe(GOLDEN);
});

test('what is read is what was written', () => {
  const record = decodeDecision(ID, Buffer.from(GOLDEN, 'hex'));
  expect(record).toMatchObject({ ...MADE, decisionId: ID, atMs: AT_MS, lastAtMs: AT_MS, repeats: 0 });
  const { checks, ...context } = CONTEXT;
  expect(record).toMatchObject(context);
  expect(record.checks.slice(0, 2)).toEqual(checks);
  expect(record.checks.at(-1)).toEqual({ name: 'grant', passed: false, reason: 'TOOL_NOT_GRANTED' });
});

test('another equal decision is counted, and the same one is not', () => {
  const first = Buffer.from(GOLDEN, 'hex');
  expect(repeated(first, { decisionId: ID, now: AT_MS + 9 })).toBe(first);
  const again = repeated(first, { decisionId: OTHER_ID, now: AT_MS + 9 });
  expect(decodeDecision(ID, again)).toMatchObject({ repeats: 1, atMs: AT_MS, lastAtMs: AT_MS + 9 });
  expect(repeated(again, { decisionId: OTHER_ID, now: AT_MS + 99 })).toBe(again);
});

test('the numbers of reasons are the contract’s, and every operation has one of its own', () => {
  for (const reason of REASONS) expect(reasonNumber(reason)).toBe(REASON[reason]);
  expect(DECISION_RPCS).toHaveLength(14);
  expect(DECISION_RPCS.indexOf('Authorize')).toBe(0);
  expect(DECISION_RPCS.indexOf('ReloadPolicy')).toBe(10);
  expect(DECISION_RPCS.indexOf('PurgePayloads')).toBe(13);
});

test('denials are equal in what was asked and in their reason, whatever the circumstances', () => {
  const entry = encodeContext(CONTEXT);
  const digest = aggregationDigest('TOOL_NOT_GRANTED', entry);
  const elsewhere = encodeContext({ ...CONTEXT, caller: 'x', traceHash: undefined, latencyUs: 1, checks: [] });
  expect(aggregationDigest('TOOL_NOT_GRANTED', elsewhere)).toBe(digest);
  expect(aggregationDigest('BUDGET_EXHAUSTED', entry)).not.toBe(digest);
  expect(aggregationDigest('TOOL_NOT_GRANTED', encodeContext({ ...CONTEXT, agentId: 'agent-2' }))).not.toBe(digest);
});

test('bytes that are no record are refused', () => {
  const bytes = Buffer.from(GOLDEN, 'hex');
  const wrong = (place: number, value: number) => Buffer.from(bytes.with(place, value));
  for (const broken of [bytes.subarray(0, 71), Buffer.alloc(0), wrong(0, 2), wrong(1, 0), wrong(1, 99), wrong(2, 3)]) {
    expect(() => decodeDecision(ID, broken)).toThrow();
  }
  expect(() => decodeContext(bytes.subarray(71, -1))).toThrow();
  expect(() => decodeContext(Buffer.concat([bytes.subarray(71), Buffer.from([0])]))).toThrow();
});

test('a run decision has exactly these bytes', () => {
  const decision = { decisionId: ID, atMs: AT_MS, rpc: 'ConsumeBudget', reason: 'ALLOWED' } as const;
  const bytes = encodeRunDecision(decision);
  expect(bytes.toString('hex')).toBe('0196f0a12b3c7d4e8f50112233445507' + '0000019685b5b400' + '01' + '01');
  expect(decodeRunDecision(bytes)).toEqual({ ...decision, effect: 'ALLOW' });
  expect(() => decodeRunDecision(bytes.subarray(1))).toThrow();
});

test('what a request stated of a call stands beside what was decided on', () => {
  for (const stated of [undefined, 0, 1, 2, 3] as const) {
    const calls = [{ tool: 'search', sensitivity: 3, stated, count: 1 }] as const;
    expect(decodeContext(encodeContext({ ...CONTEXT, calls }).context).calls).toEqual(calls);
  }
});

const TERMS = {
  grant: ['search', 'fetch'],
  callBudget: 1_000_000,
  rateLimit: undefined,
  rateWindowMs: 60_000,
  sensitivityCeiling: 2,
  timeLimitMs: 86_400_000,
  owner: 'discord:1',
  delegationChain: ['discord:1', 'cron:2'],
  declaredIntent: 'tidy up',
} as const;

const DETAILS: readonly DecisionDetails[] = [
  { kind: 'terms', terms: TERMS },
  { kind: 'terms', terms: { ...TERMS, grant: 'all', rateLimit: 7, owner: undefined } },
  { kind: 'removal', removal: { endedBeforeMs: AT_MS, keepsProof: true, removed: undefined } },
  { kind: 'removal', removal: { endedBeforeMs: undefined, keepsProof: false, removed: 3_000_000_000 } },
  { kind: 'closed', sessionsClosed: 12 },
  { kind: 'swap', previousRevision: 'ab'.repeat(32) },
];

test.each(DETAILS)('what a management operation changed is read as it was written: $kind', (details) => {
  const { context, aggregationBytes } = encodeContext({ ...CONTEXT, details });
  expect(decodeContext(context).details).toEqual(details);
  // What was asked is the same part as before, so equal denials are aggregated as before.
  expect(context.subarray(0, aggregationBytes)).toEqual(encodeContext(CONTEXT).context.subarray(0, aggregationBytes));
});

test('details have exactly these bytes, and other bytes are refused', () => {
  const closed = encodeContext({ ...CONTEXT, details: { kind: 'closed', sessionsClosed: 12 } }).context;
  expect(closed.subarray(-3).toString('hex')).toBe('92020c');
  const unknown = Buffer.from(closed);
  unknown[unknown.length - 2] = 9;
  expect(() => decodeContext(unknown)).toThrow('unknown kind');
  expect(() => decodeContext(Buffer.concat([closed, Buffer.from('90', 'hex')]))).toThrow('corrupt');
});
