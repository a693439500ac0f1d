import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sessionChecks, standingChecks } from '../../../../src/core/decision/checks.ts';
import { LIMITS } from '../../../../src/core/limits.ts';
import { type Charge, charge } from '../../../../src/core/session/charge.ts';
import { generationAt } from '../../../../src/core/session/remembered-keys.ts';
import {
  type Call,
  closed,
  isForgotten,
  openingCounters,
  type Session,
  type SessionRecord,
  statusOf,
} from '../../../../src/core/session/session.ts';
import type { SessionReason } from '../../../../src/core/session/session-reason.ts';
import { usageOf } from '../../../../src/core/session/usage.ts';
import { aSession, CREATED_AT, calls } from '../sessions.ts';

function aRecord(changes: Partial<Session> = {}): SessionRecord {
  const session = { ...aSession(), createdAtMs: CREATED_AT, ...changes };
  return { session, counters: openingCounters(session) };
}

function ask(batch: readonly Call[], more: Partial<Charge> = {}): Charge {
  return { agentId: 'agent', principals: undefined, calls: batch, ...more };
}

/** The record behind as many charges of one call as asked for, all at one time. */
function used(record: SessionRecord, count: number, now: number): SessionRecord {
  if (count === 0) return record;
  const outcome = charge(record, ask(calls(1)), undefined, now);
  if (outcome.kind !== 'charged') throw new Error(outcome.kind);
  return used({ session: record.session, counters: outcome.counters }, count - 1, now);
}

const reasonOf = (record: SessionRecord, request: Charge, now = CREATED_AT) => {
  const outcome = charge(record, request, undefined, now);
  return outcome.kind === 'denied' ? outcome.reason : outcome.kind;
};

describe('the order of checks', () => {
  // Everything is wrong at once; mending one thing after the other shows the checks in turn.
  const wrong = aRecord({
    owner: 'discord:1',
    callBudget: 1,
    rateLimit: 1,
    timeLimitMs: 1_000,
    grant: ['read_file'],
    sensitivityCeiling: 0,
  });
  const spent = { ...wrong, counters: { ...wrong.counters, callsMade: 1, windowCalls: 1, closedAtMs: CREATED_AT } };
  const secretCall: Call = { tool: 'other', sensitivity: 3 };

  test('is part of the contract', () => {
    const late = CREATED_AT + 1_001;
    const opened = { ...spent, counters: { ...spent.counters, closedAtMs: undefined } };
    const paid = { session: { ...opened.session, callBudget: 9 }, counters: opened.counters };
    const mine = { principals: ['slack:2', 'discord:1'] };
    expect(reasonOf(spent, ask([secretCall], { agentId: 'another' }), late)).toBe('AGENT_MISMATCH');
    expect(reasonOf(spent, ask([secretCall]), late)).toBe('OWNER_MISMATCH');
    expect(reasonOf(spent, ask([secretCall], { principals: ['discord:2'] }), late)).toBe('OWNER_MISMATCH');
    expect(reasonOf(spent, ask([secretCall], mine), late)).toBe('SESSION_CLOSED');
    expect(reasonOf(opened, ask([secretCall], mine), late)).toBe('SESSION_EXPIRED');
    expect(reasonOf(opened, ask([secretCall], mine))).toBe('BUDGET_EXHAUSTED');
    expect(reasonOf(paid, ask([secretCall], mine))).toBe('TOOL_NOT_GRANTED');
    expect(reasonOf(paid, ask(calls(1, 'read_file', 1), mine))).toBe('SENSITIVITY_EXCEEDED');
    expect(reasonOf(paid, ask(calls(1), mine))).toBe('RATE_LIMITED');
    expect(reasonOf(paid, ask(calls(2), mine))).toBe('RATE_IMPOSSIBLE');
    expect(reasonOf(paid, ask(calls(1), mine), CREATED_AT + 60_000)).toBe('SESSION_EXPIRED');
  });

  test('of a denial ends with the check that failed', () => {
    const names = (reason: SessionReason) => sessionChecks(reason).map((check) => check.name);
    expect(names('SESSION_UNKNOWN')).toEqual(['session']);
    expect(names('BUDGET_EXHAUSTED')).toEqual(['session', 'agent', 'owner', 'closed', 'expired', 'budget']);
    expect(sessionChecks('RATE_IMPOSSIBLE').at(-1)).toEqual({ name: 'rate', passed: false, reason: 'RATE_IMPOSSIBLE' });
    expect(sessionChecks(undefined).every((check) => check.passed)).toBe(true);
    expect(standingChecks().map((check) => check.name)).toEqual(['session', 'agent', 'owner', 'closed', 'expired']);
  });

  test('names the first call that fails a check, tools before sensitivity', () => {
    const record = aRecord({ grant: ['a', 'b'] });
    const outcome = charge(
      record,
      ask([
        { tool: 'a', sensitivity: 3 },
        { tool: 'b', sensitivity: 0 },
        { tool: 'x', sensitivity: 0 },
        { tool: 'y', sensitivity: 0 },
      ]),
      undefined,
      CREATED_AT,
    );
    expect(outcome).toEqual({ kind: 'denied', reason: 'TOOL_NOT_GRANTED', callIndex: 2 });
  });
});

describe('time', () => {
  test('at its very limit a session still lives', () => {
    const record = aRecord({ timeLimitMs: 1_000 });
    expect(reasonOf(record, ask(calls(1)), CREATED_AT + 1_000)).toBe('charged');
    expect(reasonOf(record, ask(calls(1)), CREATED_AT + 1_001)).toBe('SESSION_EXPIRED');
    expect(statusOf(record, CREATED_AT + 1_000)).toBe('active');
    expect(statusOf(record, CREATED_AT + 1_001)).toBe('expired');
  });

  test('does not run back for a session: a clock that jumps opens no window and revives nothing', () => {
    const record = used(aRecord({ rateLimit: 2, timeLimitMs: 120_000 }), 2, CREATED_AT + 70_000);
    const outcome = charge(record, ask(calls(1)), undefined, CREATED_AT);
    expect(outcome).toEqual({ kind: 'denied', reason: 'RATE_LIMITED', retryAfterMs: 60_000 });
    const late = { ...record, counters: closed(record.counters, CREATED_AT + 130_000, false) };
    const reopened = { ...late, counters: { ...late.counters, closedAtMs: undefined } };
    expect(statusOf(reopened, CREATED_AT)).toBe('expired');
  });

  test('an ended session is forgotten once its retention has passed, counted from its earlier end', () => {
    const record = aRecord({ timeLimitMs: 1_000 });
    const closedEarly = { ...record, counters: closed(record.counters, CREATED_AT + 400, false) };
    const closedLate = { ...record, counters: closed(record.counters, CREATED_AT + 5_000, false) };
    expect(isForgotten(record, 900, CREATED_AT + 1_900)).toBe(false);
    expect(isForgotten(record, 900, CREATED_AT + 1_901)).toBe(true);
    expect(isForgotten(closedEarly, 900, CREATED_AT + 1_301)).toBe(true);
    expect(isForgotten(closedLate, 9_000, CREATED_AT + 10_000)).toBe(false);
    expect(isForgotten(closedLate, 9_000, CREATED_AT + 10_001)).toBe(true);
  });
});

describe('a rate window', () => {
  test('begins at creation and begins anew at its very end', () => {
    const record = used(aRecord({ rateLimit: 1 }), 1, CREATED_AT + 59_999);
    const early = charge(record, ask(calls(1)), undefined, CREATED_AT + 59_999);
    expect(early).toEqual({ kind: 'denied', reason: 'RATE_LIMITED', retryAfterMs: 1 });
    const next = charge(record, ask(calls(1)), undefined, CREATED_AT + 60_000);
    expect(next).toMatchObject({ counters: { windowStartMs: CREATED_AT + 60_000, windowCalls: 1, callsMade: 2 } });
  });

  test('lets no batch through that is larger than its limit, fresh or not', () => {
    const record = aRecord({ rateLimit: 2 });
    expect(charge(record, ask(calls(3)), undefined, CREATED_AT + 99_000)).toEqual({
      kind: 'denied',
      reason: 'RATE_IMPOSSIBLE',
    });
  });

  test('shows as full once it has passed, without a time of reset', () => {
    const record = used(aRecord({ rateLimit: 3 }), 2, CREATED_AT);
    const rateAt = (now: number) => usageOf(record.session, record.counters, now).rate;
    expect(rateAt(CREATED_AT + 59_999)).toEqual({ limit: 3, remaining: 1, resetsAtMs: CREATED_AT + 60_000 });
    expect(rateAt(CREATED_AT + 60_000)).toEqual({ limit: 3, remaining: 3, resetsAtMs: undefined });
  });

  test('waiting as long as a denial says is enough', () => {
    const batch = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), batch, fc.nat(9), fc.nat(120_000), (rateLimit, count, before, at) => {
        const record = used(aRecord({ rateLimit, callBudget: 100 }), Math.min(before, rateLimit), CREATED_AT + at);
        const outcome = charge(record, ask(calls(count)), undefined, CREATED_AT + at);
        if (outcome.kind !== 'denied') return;
        const { retryAfterMs } = outcome;
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(reasonOf(record, ask(calls(count)), CREATED_AT + at + retryAfterMs! - 1)).toBe('RATE_LIMITED');
        expect(reasonOf(record, ask(calls(count)), CREATED_AT + at + retryAfterMs!)).toBe('charged');
      }),
    );
  });
});

describe('an empty batch', () => {
  test('asks for standing only, and permits nothing', () => {
    const spent = used(aRecord({ callBudget: 1, rateLimit: 1, timeLimitMs: 1_000 }), 1, CREATED_AT);
    expect(charge(spent, ask([]), undefined, CREATED_AT)).toEqual({ kind: 'nothing_to_charge' });
    expect(reasonOf(spent, ask([]), CREATED_AT + 1_001)).toBe('SESSION_EXPIRED');
    expect(reasonOf(spent, ask([], { agentId: 'another' }))).toBe('AGENT_MISMATCH');
  });
});

describe('an idempotency key', () => {
  const record = aRecord({ callBudget: 1, rateLimit: 1, grant: ['read_file'], timeLimitMs: 1_000 });
  const spent = used(record, 1, CREATED_AT);
  const { callsMade, windowStartMs, windowCalls, sequence } = spent.counters;
  const remembered = { fingerprint: 'f1', decisionId: 'd1', callsMade, windowStartMs, windowCalls, sequence };

  test('that is remembered is not asked about budget, grant or rate again', () => {
    const repeat = charge(spent, ask(calls(1)), { fingerprint: 'f1', remembered }, CREATED_AT + 1);
    expect(repeat).toEqual({ kind: 'replayed', remembered });
  });

  test('that is remembered is asked about standing again', () => {
    const keyed = { fingerprint: 'f1', remembered };
    const after = { ...spent, counters: closed(spent.counters, CREATED_AT + 1, false) };
    expect(charge(after, ask(calls(1)), keyed, CREATED_AT + 2)).toMatchObject({ reason: 'SESSION_CLOSED' });
    expect(charge(spent, ask(calls(1)), keyed, CREATED_AT + 1_001)).toMatchObject({ reason: 'SESSION_EXPIRED' });
    expect(charge(spent, ask(calls(1), { agentId: 'b' }), keyed, CREATED_AT)).toMatchObject({
      reason: 'AGENT_MISMATCH',
    });
  });

  test('with other content is refused', () => {
    expect(charge(spent, ask(calls(1)), { fingerprint: 'f2', remembered }, CREATED_AT)).toEqual({ kind: 'key_reused' });
  });

  test('is counted for the generation it came in and the next, and then forgotten', () => {
    const keyed = { fingerprint: 'f1', remembered: undefined };
    const outcome = charge(record, ask(calls(1)), keyed, CREATED_AT);
    if (outcome.kind !== 'charged') return expect.fail(outcome.kind);
    const { operations } = outcome.counters;
    const later = (generations: number) =>
      generationAt(operations, CREATED_AT + generations * LIMITS.operationGenerationMs);
    expect(operations).toMatchObject({ current: 1, previous: 0 });
    expect(later(1)).toMatchObject({ current: 0, previous: 1 });
    expect(later(2)).toMatchObject({ current: 0, previous: 0 });
    expect(later(-1)).toBe(operations);
  });

  test('is refused when too many are remembered, and then nothing is charged', () => {
    const { operations } = record.counters;
    const counters = { ...record.counters, operations: { ...operations, current: 60_000, previous: 40_000 } };
    const full = { ...record, counters };
    const keyed = { fingerprint: 'f1', remembered: undefined };
    expect(charge(full, ask(calls(1)), keyed, CREATED_AT)).toEqual({ kind: 'too_many_keys' });
    expect(charge(full, ask(calls(1)), undefined, CREATED_AT).kind).toBe('charged');
  });
});

const anySession = fc.record({
  callBudget: fc.nat(12),
  rateLimit: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  grant: fc.constantFrom<Session['grant']>('all', ['a', 'b'], ['a']),
  sensitivityCeiling: fc.constantFrom<Session['sensitivityCeiling']>(0, 1),
});
const anyCall = fc.record({
  tool: fc.constantFrom('a', 'a', 'b', 'c'),
  sensitivity: fc.constantFrom<Call['sensitivity']>(0, 0, 0, 1, 2),
});
const anyBatch = fc.array(anyCall, { maxLength: 5 });

test('a batch is charged as its calls one by one would be, or not at all', () => {
  fc.assert(
    fc.property(anySession, anyBatch, fc.nat(3), fc.nat(120_000), (changes, batch, before, at) => {
      const fresh = aRecord({ ...changes, grant: 'all' });
      const start = used(fresh, Math.min(before, changes.callBudget, changes.rateLimit ?? 3), CREATED_AT);
      const record = { ...start, session: { ...start.session, grant: changes.grant } };
      const now = CREATED_AT + at;
      const whole = charge(record, ask(batch), undefined, now);
      let single = record;
      const each = batch.map((call) => {
        const outcome = charge(single, ask([call]), undefined, now);
        if (outcome.kind === 'charged') single = { ...single, counters: outcome.counters };
        return outcome.kind;
      });
      expect(whole.kind === 'charged').toBe(batch.length > 0 && each.every((kind) => kind === 'charged'));
      if (whole.kind !== 'charged') return;
      expect({ ...whole.counters, sequence: 0 }).toEqual({ ...single.counters, sequence: 0 });
      expect(whole.counters.sequence).toBe(record.counters.sequence + 1);
    }),
  );
});

test('whatever is granted more, an allowed charge stays allowed', () => {
  fc.assert(
    fc.property(anySession, anyBatch, (changes, batch) => {
      if (charge(aRecord(changes), ask(batch), undefined, CREATED_AT).kind !== 'charged') return;
      const wider = [
        { ...changes, callBudget: changes.callBudget + 1 },
        { ...changes, rateLimit: undefined },
        { ...changes, grant: 'all' as const },
        { ...changes, sensitivityCeiling: 3 as const },
      ];
      for (const more of wider) expect(charge(aRecord(more), ask(batch), undefined, CREATED_AT).kind).toBe('charged');
    }),
  );
});
