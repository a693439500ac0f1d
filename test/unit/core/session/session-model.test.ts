// Random histories of the model: what must be true of every engine is true of the reference first.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SessionRecord, statusOf } from '../../../../src/core/session/session.ts';
import { aCharge, aSession, CREATED_AT, calls, operationOf, sessionIdOf } from '../sessions.ts';
import { SessionModel } from './session-model.ts';

const MAX_LIVE = 3;
const RETENTION_MS = 900_000;

function aModel(): SessionModel {
  return new SessionModel({ nowMs: CREATED_AT, endedRetentionMs: RETENTION_MS });
}

describe('creation', () => {
  test('is repeated by its key, also when the session is gone or the agent is not welcome any more', () => {
    const model = aModel();
    const operation = operationOf('k', 'f1', 'CreateSession');
    const session = aSession({ timeLimitMs: 1_000 });
    expect(model.createSession(session, MAX_LIVE, operation)).toMatchObject({ kind: 'created' });
    model.deactivateAgent('agent');
    expect(model.createSession(aSession({ sessionId: sessionIdOf(2) }), MAX_LIVE, operation)).toMatchObject({
      kind: 'replayed',
      record: { session: { sessionId: sessionIdOf(1) }, counters: { closedAtMs: CREATED_AT } },
    });
    expect(model.createSession(session, MAX_LIVE, { ...operation, fingerprint: 'f2' })).toEqual({ kind: 'key_reused' });
    expect(model.removeEndedSessions({ partition: 0, endedForMs: 0, limit: 9 })).toBe(1);
    expect(model.createSession(session, MAX_LIVE, operation)).toMatchObject({ kind: 'replayed', record: undefined });
  });

  test('counts live sessions only: an expired or closed one makes room', () => {
    const model = aModel();
    const create = (number: number) =>
      model.createSession(aSession({ sessionId: sessionIdOf(number), timeLimitMs: 1_000 * number }), 2, undefined).kind;
    expect([create(1), create(2), create(3)]).toEqual(['created', 'created', 'too_many_sessions']);
    model.nowMs += 1_001;
    expect([create(3), create(4)]).toEqual(['created', 'too_many_sessions']);
    model.closeSession(sessionIdOf(2), undefined);
    expect(create(4)).toBe('created');
  });
});

describe('an agent', () => {
  test('that is deactivated has its live sessions closed and gets none until it is reactivated', () => {
    const model = aModel();
    model.createSession(aSession({ timeLimitMs: 1_000 }), MAX_LIVE, undefined);
    model.nowMs += 2_000;
    model.createSession(aSession({ sessionId: sessionIdOf(2) }), MAX_LIVE, undefined);
    const agent = { deactivatedAtMs: model.nowMs, liveSessions: 0 };
    expect(model.deactivateAgent('agent')).toEqual({ agent, sessionsClosed: 1 });
    model.nowMs += 1;
    expect(model.deactivateAgent('agent')).toEqual({ agent, sessionsClosed: 0 });
    const next = aSession({ sessionId: sessionIdOf(3) });
    expect(model.createSession(next, MAX_LIVE, undefined)).toEqual({ kind: 'agent_deactivated' });
    expect(model.reactivateAgent('agent')).toEqual({ deactivatedAtMs: undefined, liveSessions: 0 });
    expect(model.createSession(next, MAX_LIVE, undefined).kind).toBe('created');
    expect(model.readSession(sessionIdOf(1)).record?.counters.closedAtMs).toBeUndefined();
  });
});

describe('a charge', () => {
  test('rests on the very bytes of the identity that was decided on', () => {
    const model = aModel();
    model.createSession(aSession(), MAX_LIVE, undefined);
    const step = aCharge({ identity: { traceId: 't', bytes: Uint8Array.of(1, 2) } });
    expect(model.charge(step)).toEqual({ kind: 'identity_changed', now: CREATED_AT });
    model.identities.set('t', Uint8Array.of(1, 3));
    expect(model.charge(step).kind).toBe('identity_changed');
    model.identities.set('t', Uint8Array.of(1, 2));
    expect(model.charge(step).kind).toBe('charged');
    expect(model.readSession(sessionIdOf(1)).record?.counters.callsMade).toBe(1);
  });

  test('shows a stranger nothing of the session', () => {
    const model = aModel();
    model.createSession(aSession({ owner: 'discord:1' }), MAX_LIVE, undefined);
    for (const changes of [{ agentId: 'another' }, { principals: ['discord:2'] }, { sessionId: sessionIdOf(7) }]) {
      expect(model.charge(aCharge(changes))).toMatchObject({ kind: 'denied', charged: undefined });
    }
    expect(model.charge(aCharge({ principals: ['discord:1'], calls: calls(99) }))).toMatchObject({
      reason: 'BUDGET_EXHAUSTED',
      charged: { counters: { callsMade: 0 } },
    });
  });

  test('repeated by its key shows the first counters and decision', () => {
    const model = aModel();
    model.createSession(aSession(), MAX_LIVE, undefined);
    const step = aCharge({ idempotencyKey: operationOf('k'), decisionId: sessionIdOf(8), calls: calls(2) });
    const first = model.charge(step);
    model.charge(aCharge());
    const repeat = model.charge({ ...step, decisionId: sessionIdOf(9) });
    expect(first).toMatchObject({ kind: 'charged', counters: { callsMade: 2, sequence: 2 } });
    expect(repeat).toMatchObject({
      kind: 'replayed',
      decisionId: sessionIdOf(8),
      counters: { callsMade: 2, sequence: 2 },
    });
    expect(model.charge({ ...step, idempotencyKey: operationOf('k', 'other') }).kind).toBe('key_reused');
    expect(model.charge({ ...step, idempotencyKey: operationOf('k', 'other', 'Authorize') }).kind).toBe('charged');
  });
});

describe('a close', () => {
  test('is repeated by its key, and refused without', () => {
    const model = aModel();
    model.createSession(aSession(), MAX_LIVE, undefined);
    const operation = operationOf('k', 'f1', 'CloseSession');
    expect(model.closeSession(sessionIdOf(1), operation).kind).toBe('closed');
    expect(model.closeSession(sessionIdOf(1), operation).kind).toBe('replayed');
    expect(model.closeSession(sessionIdOf(1), { ...operation, fingerprint: 'f2' }).kind).toBe('key_reused');
    expect(model.closeSession(sessionIdOf(1), undefined).kind).toBe('already_closed');
    model.nowMs += RETENTION_MS + 1;
    expect(model.closeSession(sessionIdOf(1), operation).kind).toBe('unknown');
  });
});

describe('a list', () => {
  test('goes by creation, newest first, page by page, without what is forgotten', () => {
    const model = aModel();
    for (const number of [1, 2, 3, 4]) {
      if (number > 2) model.nowMs += 1;
      model.createSession(aSession({ sessionId: sessionIdOf(number), agentId: `a${number}` }), MAX_LIVE, undefined);
    }
    const idsOf = (records: SessionRecord[]) => records.map(({ session }) => session.sessionId);
    const first = model.pageSessions({ partition: 0, limit: 3 }).records;
    expect(idsOf(first)).toEqual([4, 3, 2].map(sessionIdOf));
    const after = { atMs: CREATED_AT, id: sessionIdOf(2) };
    expect(idsOf(model.pageSessions({ partition: 0, after, limit: 3 }).records)).toEqual([sessionIdOf(1)]);
    expect(model.pageSessions({ partition: 1, limit: 3 }).records).toEqual([]);
    model.closeSession(sessionIdOf(4), undefined);
    model.nowMs += RETENTION_MS + 1;
    expect(idsOf(model.pageSessions({ partition: 0, limit: 9 }).records)).toEqual([3, 2, 1].map(sessionIdOf));
  });
});

const number = fc.integer({ min: 1, max: 4 });
const key = fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined });
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ op: fc.constant('create' as const), number, agent: fc.constantFrom('a', 'b') }) },
  { weight: 8, arbitrary: fc.record({ op: fc.constant('charge' as const), number, count: fc.nat(4), key }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('close' as const), number }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constantFrom('deactivate' as const, 'reactivate' as const),
      agent: fc.constantFrom('a', 'b'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('wait' as const), ms: fc.integer({ min: -20_000, max: 70_000 }) }),
  },
);

test('in every history budgets and windows hold, refusals change nothing, and a key has one effect', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = aModel();
      const created = new Set<number>();
      const chargedKeys = new Map<string, number>();
      for (const taken of steps) {
        switch (taken.op) {
          case 'create': {
            if (created.has(taken.number)) break;
            const { deactivatedAtMs, liveSessions } = model.readAgent(taken.agent);
            const session = aSession({
              sessionId: sessionIdOf(taken.number),
              agentId: taken.agent,
              rateLimit: 3,
              timeLimitMs: 200_000,
            });
            const answer = model.createSession(session, 2, undefined);
            const mayCreate = deactivatedAtMs === undefined && liveSessions < 2;
            expect(answer.kind === 'created').toBe(mayCreate);
            if (mayCreate) created.add(taken.number);
            break;
          }
          case 'charge': {
            const sessionId = sessionIdOf(taken.number);
            const before = model.readSession(sessionId).record;
            const agentId = before?.session.agentId ?? 'a';
            const operation = taken.key === undefined ? undefined : operationOf(taken.key);
            const answer = model.charge(
              aCharge({ sessionId, agentId, calls: calls(taken.count), idempotencyKey: operation }),
            );
            const after = model.readSession(sessionId).record;
            if (answer.kind !== 'charged') {
              expect(after).toEqual(before);
              break;
            }
            expect(after?.counters).toEqual(answer.counters);
            expect(taken.count).toBeGreaterThan(0);
            expect(answer.counters.callsMade).toBe(before!.counters.callsMade + taken.count);
            if (operation) {
              // A key is remembered for ten minutes at the least.
              const named = `${sessionId} ${operation.key}`;
              const first = chargedKeys.get(named);
              if (first !== undefined) expect(answer.counters.clockMs - first).toBeGreaterThan(600_000);
              chargedKeys.set(named, answer.counters.clockMs);
            }
            break;
          }
          case 'close': {
            const { record, now } = model.readSession(sessionIdOf(taken.number));
            const kind = model.closeSession(sessionIdOf(taken.number), undefined).kind;
            expect(kind).toBe(!record ? 'unknown' : statusOf(record, now) === 'closed' ? 'already_closed' : 'closed');
            break;
          }
          case 'deactivate':
            model.deactivateAgent(taken.agent);
            expect(model.readAgent(taken.agent).liveSessions).toBe(0);
            break;
          case 'reactivate':
            model.reactivateAgent(taken.agent);
            break;
          case 'wait':
            model.nowMs += taken.ms;
            break;
        }
        for (const { session, counters } of model.pageSessions({ partition: 0, limit: 9 }).records) {
          expect(counters.callsMade).toBeLessThanOrEqual(session.callBudget);
          expect(counters.windowCalls).toBeLessThanOrEqual(session.rateLimit!);
          expect(counters.windowCalls).toBeLessThanOrEqual(counters.callsMade);
          expect(counters.windowStartMs).toBeLessThanOrEqual(counters.clockMs);
        }
      }
    }),
    { numRuns: 300 },
  );
});
