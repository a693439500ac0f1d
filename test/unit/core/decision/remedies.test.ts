// What an operator is told: the numbers of the record, and what they would have had to be.
import { describe, expect, test } from 'vitest';
import { REASONS, type Reason } from '../../../../src/core/decision/decision.ts';
import type { DecisionRecord } from '../../../../src/core/decision/decision-record.ts';
import { effectOf } from '../../../../src/core/decision/decision-record.ts';
import { remedyOf } from '../../../../src/core/decision/remedies.ts';

function denied(reason: Reason, given: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    decisionId: '01890a5d-ac96-774b-bcce-b302099a8057',
    rpc: 'Authorize',
    caller: 'local',
    effect: effectOf(reason),
    reason,
    checks: [],
    agentId: 'writer',
    sessionId: '01890a5d-ac96-774b-bcce-b302099a8157',
    runId: undefined,
    principal: 'discord:222',
    traceHash: undefined,
    calls: [{ tool: 'read_file', sensitivity: 2, count: 1 }],
    callsTotal: 1,
    scope: undefined,
    platform: undefined,
    chatType: undefined,
    command: undefined,
    policyRevision: '0'.repeat(64),
    latencyUs: 0,
    atMs: 0,
    lastAtMs: 0,
    repeats: 0,
    session: undefined,
    callIndex: undefined,
    retryAfterMs: undefined,
    ...given,
  };
}

function session(callsMade: number, windowCalls: number, limits: { callBudget: number; rateLimit?: number }) {
  const counters = { callsMade, windowCalls };
  return { before: counters, after: counters, sequence: 3, rateLimit: undefined, ...limits };
}

describe('the remedy', () => {
  test('exists for every reason that is no allow, with and without the facts that it names', () => {
    for (const reason of REASONS) {
      const isAllow = effectOf(reason) === 'ALLOW';
      const bare = denied(reason, { principal: undefined, agentId: undefined, sessionId: undefined, calls: [] });
      for (const record of [denied(reason), bare]) {
        if (isAllow) expect(remedyOf(record), reason).toBeUndefined();
        else expect(remedyOf(record), reason).toMatch(/^\S.*\S$/);
        expect(remedyOf(record) ?? '', reason).not.toMatch(/undefined|NaN/);
      }
    }
  });

  test('of a spent budget says how large it would have had to be, and how many calls would have fitted', () => {
    const record = denied('BUDGET_EXHAUSTED', { session: session(8, 0, { callBudget: 10 }), callsTotal: 5 });
    expect(remedyOf(record)).toBe(
      'a call_budget of at least 13, or no more than 2 at once: 5 calls asked for, 2 of 10 left',
    );
    const spent = denied('BUDGET_EXHAUSTED', { session: session(10, 0, { callBudget: 10 }) });
    expect(remedyOf(spent)).toBe('a call_budget of at least 11: 1 call asked for, 0 of 10 left');
  });

  test('of a full window says how long to wait, and how wide it would have had to be', () => {
    const record = denied('RATE_LIMITED', {
      session: session(5, 4, { callBudget: 100, rateLimit: 5 }),
      callsTotal: 2,
      retryAfterMs: 12_345,
    });
    expect(remedyOf(record)).toBe(
      'the same 12.3 s later, or a rate_limit of at least 6: 2 calls asked for, 4 of 5 made in the window',
    );
  });

  test('names the tool that decided only where the record tells which it was', () => {
    const two = [
      { tool: 'read_file', sensitivity: 0, count: 1 },
      { tool: 'shell_exec', sensitivity: 0, count: 1 },
    ] as const;
    const second = denied('TOOL_NOT_GRANTED', { calls: two, callsTotal: 2, callIndex: 1 });
    expect(remedyOf(second)).toBe('a session that grants the tool "shell_exec"');
    const folded = denied('TOOL_NOT_GRANTED', {
      calls: [{ ...two[0], count: 2 }, two[1]],
      callsTotal: 3,
      callIndex: 2,
    });
    expect(remedyOf(folded)).toBe('a session that grants the tool of calls[2]');
  });
});
