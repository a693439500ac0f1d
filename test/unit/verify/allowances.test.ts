// What was done held to what was allowed: each way in which the two do not fit, and what cannot be told.
import { expect, test } from 'vitest';
import { Allowances } from '../../../src/verify/allowances.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { randomFrom } from '../../support/random.ts';
import { KEYS, ledgerOf } from './ledgers.ts';
import { bundleOf, makeRecord } from './reference-bundle.ts';

type Data = Readonly<Record<string, unknown>> | undefined;
type Entry = readonly [type: string, data: Data];

const call = (name: string, decision_id?: string): Entry => ['tool_call', { name, id: '', decision_id }];
const allow = (decision_id: string, calls?: object[], given: object = {}): Entry => [
  'tollgate.decision',
  { decision_id, rpc: 'Authorize', effect: 'ALLOW', reason: 'ALLOWED', calls, calls_total: calls?.length, ...given },
];
const one = (tool: string, count = 1) => ({ tool, sensitivity: 'public', count });

function found(...entries: Entry[]) {
  const allowances = new Allowances();
  for (const [index, [type, data]] of entries.entries()) {
    allowances.record({ sequence: index + 1, type, data, hash: Buffer.alloc(0) });
  }
  const { list, total, notes } = allowances.end();
  expect(total).toBe(list.length);
  return { lines: list.map(({ kind, where, detail }) => `${kind}: ${where}: ${detail}`), notes };
}

const none = { lines: [], notes: [] };

test('a call that names the decision which allowed it fits, also where the decision comes behind it', () => {
  expect(found(allow('d1', [one('search')]), call('search', 'd1'))).toEqual(none);
  expect(found(call('search', 'd1'), allow('d1', [one('search')]))).toEqual(none);
  const batch = allow('d2', [one('search', 2), one('fetch')], { rpc: 'ConsumeBudget', calls_total: 3 });
  expect(found(batch, call('search', 'd2'), call('fetch', 'd2'), call('search', 'd2'))).toEqual(none);
  // One tool with two sensitivities is one tool.
  expect(found(allow('d3', [one('a'), one('a')], { calls_total: 2 }), call('a', 'd3'), call('a', 'd3'))).toEqual(none);
});

test.each<[string, Entry[], string[]]>([
  ['names none', [call('search')], ['call without decision: record 1: search names no decision']],
  [
    'names one of another run',
    [call('search', 'd9')],
    ['call without decision: record 1: search names decision d9, which is not in this ledger'],
  ],
  [
    'names a denial',
    [allow('d1', [one('search')], { effect: 'DENY' }), call('search', 'd1')],
    ['call without decision: record 2: search names decision d1, which allowed no call'],
  ],
  [
    'names what is no permission to call a tool',
    [allow('d1', [], { rpc: 'CheckSlash' }), call('search', 'd1')],
    ['call without decision: record 2: search names decision d1, which allowed no call'],
  ],
  [
    'is another tool, so that what was allowed was not done either',
    [allow('d1', [one('search')]), call('shell', 'd1')],
    [
      'call without decision: record 2: shell names decision d1, which did not allow it',
      'allow without call: record 1: decision d1 allowed search x1, and no call names it for that',
    ],
  ],
  [
    'is one more than was allowed',
    [allow('d1', [one('search')]), call('search', 'd1'), call('search', 'd1')],
    ['call without decision: record 3: search names decision d1, which allowed it less often'],
  ],
])('a call without a decision: it %s', (_, entries, lines) => {
  expect(found(...entries).lines).toEqual(lines);
});

test('an allow without a call says what of it was not done', () => {
  const batch = allow('d1', [one('search', 2)], { rpc: 'ConsumeBudget', calls_total: 5 });
  expect(found(batch, call('search', 'd1'), call('other', 'd1')).lines).toEqual([
    'allow without call: record 1: decision d1 allowed search x1, 2 unlisted calls, and no call names it for that',
  ]);
  expect(found(allow('d2', [one('search')], { effect: 'DENY' })).lines).toEqual([]);
});

test('a decision of the first form does not say what was asked, so any call may name it', () => {
  expect(found(allow('d1'), call('search', 'd1'), call('shell', 'd1'))).toEqual(none);
  expect(found(allow('d1')).lines).toEqual([
    'allow without call: record 1: decision d1 allowed something, and no call names it',
  ]);
});

test('what was purged is not compared, and said so', () => {
  const purgedCall: Entry = ['tool_call', undefined];
  const purgedDecision: Entry = ['tollgate.decision', undefined];
  const notes = ['1 decisions and calls were purged and are not compared'];
  expect(found(allow('d1', [one('search')]), purgedCall)).toEqual({ lines: [], notes });
  expect(found(purgedDecision, call('search', 'd1'))).toEqual({ lines: [], notes });
});

test('entries of any shape are taken, and too many of them are cut', () => {
  expect(found(['tollgate.decision', {}], ['tool_call', { name: 7, decision_id: [] }]).lines).toHaveLength(1);
  expect(found(['tollgate.decision', { decision_id: 'd', calls: [null, 1, { tool: 1 }] }])).toEqual(none);
  const allowances = new Allowances();
  const name = 'x'.repeat(1_000_000);
  for (let sequence = 1; sequence <= 40; sequence++) {
    const data = { name: `${name}${sequence}`, decision_id: 'd' };
    allowances.record({ sequence, type: 'tool_call', data, hash: Buffer.alloc(0) });
  }
  expect(allowances.end().notes).toEqual(['not all decisions and calls are compared: there are too many']);
});

test('findings are no faults, and a ledger at fault has none', async () => {
  const ledger = ledgerOf(1, { status: 'ok', records: 3, hasEpochs: false, isPurged: false });
  const data = { name: 'search', id: '', args: '' };
  const added = makeRecord({ sequence: ledger.records.length + 1, type: 'tool_call', data }, randomFrom(5));
  const records = [...ledger.records, added];
  const lines = bundleOf({ ...ledger, records, checkpoints: [{ epoch: 0, size: records.length }] });
  const report = await verifyBundle(lines, { keys: KEYS });
  expect(report).toMatchObject({ ok: true, faults: [] });
  expect(report.findings).toContainEqual({
    kind: 'call without decision',
    where: `record ${records.length}`,
    detail: 'search names no decision',
  });
  const cut = await verifyBundle(lines.slice(0, -1), { keys: KEYS });
  expect(cut).toMatchObject({ ok: false, findings: [], findingsTotal: 0 });
});
