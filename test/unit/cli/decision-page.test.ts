// The pages of decisions that are not of the common kind: batches, commands, asserted facts, and what cannot be said.
import { describe, expect, test } from 'vitest';
import type { DecisionJson, StoryJson } from '../../../src/cli/decision-json.ts';
import { decisionLine, decisionPage } from '../../../src/cli/decision-page.ts';

const REVISION = 'a'.repeat(64);
const ID = '01a1fd81-01bd-7bef-82b2-0571ba53e357';
const plain = (text: string) => text;

const RECORD: DecisionJson = {
  decision_id: ID,
  decided_at: '2026-11-24T14:03:00.250Z',
  rpc: 'ConsumeBudget',
  effect: 'EFFECT_DENY',
  reason: 'REASON_TOOL_NOT_GRANTED',
  checks: [
    { name: 'budget', passed: true, reason: 'REASON_ALLOWED', asserted: false },
    { name: 'grant', passed: false, reason: 'REASON_TOOL_NOT_GRANTED', asserted: false },
  ],
  policy_revision: REVISION,
  caller: 'runner-1',
  calls: [
    { tool: 'read_file', sensitivity: 'SENSITIVITY_PUBLIC', count: 3 },
    { tool: 'shell_exec', sensitivity: 'SENSITIVITY_RESTRICTED', count: 1 },
  ],
  calls_total: 6,
  call_index: 3,
  repeats: 0,
  last_at: '2026-11-24T14:03:00.250Z',
  latency: 0.0004,
};

function pageOf(given: Partial<DecisionJson>, story: Partial<StoryJson> = {}): string {
  return decisionPage({ record: { ...RECORD, ...given }, remedy: '', ...story }, REVISION, plain);
}

describe('the page', () => {
  test('of a management operation says what it changed', () => {
    const terms = {
      all_tools: false,
      tools: ['search'],
      call_budget: 5,
      rate_limit: 2,
      rate_window: 60,
      sensitivity_ceiling: 'SENSITIVITY_INTERNAL',
      time_limit: 90,
      owner: 'discord:5',
      delegation_chain: ['discord:5', 'cron:1'],
      declared_intent: 'tidy\u001b[31m up',
    };
    const allowed = { effect: 'EFFECT_ALLOW', reason: 'REASON_ALLOWED', checks: [], calls: [], calls_total: 0 };
    const page = pageOf({ ...allowed, rpc: 'CreateSession', terms });
    expect(page).toContain('\nchanged\n  grants    search\n  budget    5 calls\n  rate      2 calls in 60 s\n');
    expect(page).toContain('  delegated discord:5 > cron:1\n');
    expect(page).not.toContain('\u001b');
    expect(pageOf({ ...allowed, rpc: 'PurgeRuns', removal: { keep_proof: true, removed: 3 } })).toContain(
      '\nchanged\n  purged    3, contents alone\n',
    );
    expect(pageOf({ ...allowed, rpc: 'ReloadPolicy', previous_policy_revision: 'c'.repeat(64) })).toContain(
      '\nchanged\n  before    policy cccccccccccc\n',
    );
  });

  test('of a batch counts equal calls, names the one that decided, and says that more were asked for', () => {
    const page = pageOf({}, { remedy: 'a session that grants the tool of calls[3]' });
    expect(page).toBe(`\
DENY  TOOL_NOT_GRANTED
  decision  ${ID}
  at        2026-11-24 14:03:00.250 UTC
  asked by  runner-1, ConsumeBudget
  call      read_file x3 (public), shell_exec (restricted), and 2 more, decided by calls[3]
  policy    aaaaaaaaaaaa, in force
  took      0.4 ms until it was recorded

checks
  pass  budget
  FAIL  grant  TOOL_NOT_GRANTED

would have passed with
  a session that grants the tool of calls[3]

the same request now
  cannot be said: the record does not tell all that was asked
`);
  });

  test('of a command says which and where, and never what no policy names', () => {
    const where = { rpc: 'CheckSlash', calls: [], calls_total: 0, platform: 'discord', chat_type: 'dm' };
    expect(pageOf({ ...where, command: 'stop' })).toContain('  command   /stop on discord, dm\n');
    expect(pageOf({ ...where, command: '' })).toContain(
      '  command   a command that the policy does not name on discord, dm\n',
    );
  });

  test('marks what only the request said', () => {
    const check = { name: 'slash', passed: true, reason: 'REASON_GATING_DISABLED', asserted: true };
    expect(pageOf({ checks: [check] })).toContain('  pass  slash  GATING_DISABLED  (asserted by the request)\n');
  });

  test('says when the same would pass now, and when it would permit nothing', () => {
    const now = { checks: [], policy_revision: REVISION, from_trace: true };
    const allow = { ...now, effect: 'EFFECT_ALLOW', reason: 'REASON_ALLOWED' };
    expect(pageOf({}, { now: allow })).toContain('now\n  would pass\n');
    const nothing = { ...now, effect: 'EFFECT_UNSPECIFIED', reason: 'REASON_NOTHING_TO_CHARGE' };
    expect(pageOf({}, { now: nothing })).toContain('now\n  would permit nothing: NOTHING_TO_CHARGE\n');
  });

  test('says where a trace is all that is missing, and asks nothing about what was no question', () => {
    const listed = { calls_total: 4, trace_hash: '0'.repeat(32) };
    expect(pageOf(listed)).toContain('now\n  cannot be said without the trace: --trace asks\n');
    expect(pageOf({ ...listed, command: '' })).toContain('  cannot be said: the record does not tell');
    expect(pageOf({ rpc: 'ValidateScope', calls: [], calls_total: 0, trace_hash: '0' })).toContain(
      '  cannot be said: ',
    );
    expect(pageOf({ rpc: 'CloseSession', effect: 'EFFECT_ALLOW' })).not.toContain('now');
  });

  test('shows no name of a caller but as text', () => {
    const hostile = '\u001b[2J\u202e\nDENY';
    const page = pageOf({
      agent_id: hostile,
      principal: hostile,
      scope: hostile,
      chat_type: hostile,
      caller: hostile,
      calls: [{ tool: hostile, sensitivity: 'SENSITIVITY_PUBLIC', count: 1 }],
      checks: [{ name: hostile, passed: false, reason: hostile, asserted: false }],
      reason: hostile,
    });
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(page.split('\n').filter((line) => line.startsWith('DENY'))).toHaveLength(1);
  });
});

test('a line names everything that one would search for, and is one line', () => {
  expect(decisionLine({ ...RECORD, agent_id: 'wri\nter', session_id: ID, repeats: 2 }, plain)).toBe(
    '2026-11-24 14:03:00.250 UTC  DENY  TOOL_NOT_GRANTED  ConsumeBudget  agent "wri\\nter"  ' +
      'read_file x3 (public), shell_exec (restricted), and 2 more, decided by calls[3]  ' +
      `session ${ID}  decision ${ID}  again 2 times`,
  );
});

test('a line says for whom and about what, where it was no call of a tool', () => {
  const none = { calls: [], calls_total: 0, principal: 'discord:7' };
  const lineOf = (given: Partial<DecisionJson>) => decisionLine({ ...RECORD, ...none, ...given }, plain);
  expect(lineOf({ rpc: 'CheckSlash', command: 'stop', platform: 'discord' })).toContain(
    '  CheckSlash  for discord:7  command /stop on discord  decision ',
  );
  expect(lineOf({ rpc: 'ValidateScope', scope: 'user:9', run_id: ID })).toContain(
    `  ValidateScope  for discord:7  scope user:9  run ${ID}  decision `,
  );
});

test('no part of a name can be taken for another part of the line or page', () => {
  const tool = `read (public)  session ${ID}`;
  const record = { ...RECORD, agent_id: 'a b', calls: [{ ...RECORD.calls[0]!, tool, count: 1 }], calls_total: 1 };
  for (const text of [decisionLine(record, plain), pageOf(record)]) {
    expect(text).toContain(`"read (public)  session ${ID}" (public)`);
    expect(text).toContain('"a b"');
  }
});
