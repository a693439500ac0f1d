// Charges: every outcome, in the order that the contract fixes, and nothing changed by a denial.
import { expect } from 'vitest';
import type { SessionRecord } from '../../src/core/session/session.ts';
import type { ChargeStep } from '../../src/state/port/charge.ts';
import type { NewSession } from '../../src/state/port/session.ts';
import type { State } from '../../src/state/port/state.ts';
import { calls, charged, created, HOSTILE_IDS, idIn, MINUTE, step, stored } from './fixtures.ts';
import { ALICE, BOB } from './identities.ts';
import { type AddCase, RETENTION_MS } from './suite.ts';

export function chargeCases(add: AddCase): void {
  add('a charge counts its calls and answers with the new counters', async ({ state, clock }) => {
    const record = await created(state);
    await clock.advance(2_000);
    const answer = await charged(state, record, { calls: calls(3) });
    const { createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs } = record.session;
    expect(answer.limits).toMatchObject({ createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs });
    expect(answer.counters).toEqual({
      ...record.counters,
      callsMade: 3,
      sequence: 2,
      clockMs: clock.now(),
    });
    expect(answer.now).toBe(clock.now());
    expect(await stored(state, record)).toEqual({ ...record, counters: answer.counters });
  });

  add('a batch fits the budget to the last call and not beyond, all or nothing', async ({ state }) => {
    const record = await created(state, { callBudget: 5 });
    await charged(state, record, { calls: calls(3) });
    await expectDenied(state, record, { calls: calls(3) }, 'BUDGET_EXHAUSTED');
    await charged(state, record, { calls: calls(2) });
    await expectDenied(state, record, {}, 'BUDGET_EXHAUSTED');
  });

  add('a session with a budget of none may call nothing', async ({ state }) => {
    await expectDenied(state, await created(state, { callBudget: 0 }), {}, 'BUDGET_EXHAUSTED');
  });

  add('the first check that fails decides, in the contract’s order', async ({ state, clock }) => {
    const strict: Partial<NewSession> = {
      agentId: 'strict',
      owner: 'discord:123',
      timeLimitMs: 10_000,
      callBudget: 1,
      grant: ['read'],
      sensitivityCeiling: 0,
      rateLimit: 1,
    };
    const [closed, expired] = [await created(state, strict), await created(state, strict)];
    await state.closeSession(closed.session.sessionId, undefined);
    await clock.advance(10_001);
    const wrong: Partial<ChargeStep> = { agentId: 'other', calls: calls(2, 'write', 3) };
    const owned = { ...wrong, agentId: 'strict', principals: ['github:a', 'discord:123'] };
    await expectDenied(state, closed, { ...wrong, sessionId: idIn(7) }, 'SESSION_UNKNOWN');
    await expectDenied(state, closed, wrong, 'AGENT_MISMATCH');
    await expectDenied(state, closed, { ...wrong, agentId: 'strict' }, 'OWNER_MISMATCH');
    await expectDenied(state, closed, owned, 'SESSION_CLOSED');
    await expectDenied(state, expired, owned, 'SESSION_EXPIRED');

    const live = await created(state, strict);
    await expectDenied(state, live, owned, 'BUDGET_EXHAUSTED');
    const ample = await created(state, { ...strict, callBudget: 100 });
    await expectDenied(state, ample, owned, 'TOOL_NOT_GRANTED', 0);
    await expectDenied(state, ample, { ...owned, calls: calls(2, 'read', 3) }, 'SENSITIVITY_EXCEEDED', 0);
    await expectDenied(state, ample, { ...owned, calls: calls(2, 'read') }, 'RATE_IMPOSSIBLE');
    await charged(state, ample, { ...owned, calls: calls(1, 'read') });
    await expectDenied(state, ample, { ...owned, calls: calls(1, 'read') }, 'RATE_LIMITED');
  });

  add('a denial names the first call that offends', async ({ state }) => {
    const record = await created(state, { grant: ['read', 'list'], sensitivityCeiling: 1 });
    const batch = [...calls(2, 'read'), ...calls(1, 'list', 2), ...calls(1, 'write')];
    await expectDenied(state, record, { calls: batch }, 'TOOL_NOT_GRANTED', 3);
    await expectDenied(state, record, { calls: batch.slice(0, 3) }, 'SENSITIVITY_EXCEEDED', 2);
    await charged(state, record, { calls: calls(2, 'read', 1) });
  });

  add('tool names match exactly, and no list of tools grants a name of an object', async ({ state }) => {
    const record = await created(state, { grant: ['read'] });
    for (const tool of ['Read', ' read', 'rea', 'read\u0000', 'constructor', '__proto__', 'length', '0']) {
      await expectDenied(state, record, { calls: calls(1, tool) }, 'TOOL_NOT_GRANTED', 0);
    }
    await expectDenied(state, await created(state, { grant: [] }), {}, 'TOOL_NOT_GRANTED', 0);
  });

  add('an owned session is charged for its owner only, by any of its principals', async ({ state }) => {
    const record = await created(state, { owner: 'discord:123' });
    await expectDenied(state, record, {}, 'OWNER_MISMATCH');
    await expectDenied(state, record, { principals: [] }, 'OWNER_MISMATCH');
    await expectDenied(state, record, { principals: ['123', 'discord:1234'] }, 'OWNER_MISMATCH');
    await charged(state, record, { principals: ['github:alice', 'discord:123'] });
    await charged(state, await created(state), { principals: ['github:alice'] });
  });

  add('a session lives through its very limit and not a millisecond longer', async ({ state, clock }) => {
    const record = await created(state, { timeLimitMs: 5_000 });
    await clock.advance(5_000);
    await charged(state, record);
    await clock.advance(1);
    await expectDenied(state, record, {}, 'SESSION_EXPIRED');
  });

  add('an empty batch passes the standing checks and moves nothing', async ({ state, clock }) => {
    const record = await created(state, { callBudget: 0, rateLimit: 1, rateWindowMs: 10_000, timeLimitMs: MINUTE });
    await clock.advance(20_000);
    const answer = await state.charge(step(record, { calls: [] }));
    expect(answer).toMatchObject({ kind: 'nothing_to_charge', limits: { callBudget: 0 }, now: clock.now() });
    expect(await stored(state, record)).toEqual(record);
    await expectDenied(state, record, { calls: [], agentId: 'other' }, 'AGENT_MISMATCH');
    await clock.advance(MINUTE);
    await expectDenied(state, record, { calls: [] }, 'SESSION_EXPIRED');
  });

  add(
    'a rate window starts at creation, refuses with the time to its end, and starts anew after it',
    async (opened) => {
      const { state, clock } = opened;
      const record = await created(state, { rateLimit: 3, rateWindowMs: 10_000 });
      await clock.advance(4_000);
      const first = await charged(state, record, { calls: calls(2) });
      expect(first.counters).toMatchObject({ windowStartMs: record.session.createdAtMs, windowCalls: 2 });
      await expectDenied(state, record, { calls: calls(2) }, 'RATE_LIMITED', undefined, 6_000);
      await expectDenied(state, record, { calls: calls(4) }, 'RATE_IMPOSSIBLE');
      await charged(state, record);
      await clock.advance(5_999);
      await expectDenied(state, record, {}, 'RATE_LIMITED', undefined, 1);
      await clock.advance(1);
      const fresh = await charged(state, record, { calls: calls(3) });
      expect(fresh.counters).toMatchObject({ windowStartMs: clock.now(), windowCalls: 3, callsMade: 6 });
    },
  );

  add('a session without a rate limit counts no windows', async ({ state, clock }) => {
    const record = await created(state, { rateWindowMs: 10_000 });
    await clock.advance(30_000);
    const { counters } = await charged(state, record, { calls: calls(50) });
    expect(counters).toMatchObject({ windowStartMs: record.session.createdAtMs, windowCalls: 0 });
  });

  add('foreign and hostile session ids are simply unknown', async ({ state }) => {
    const record = await created(state);
    const ids = [...HOSTILE_IDS, record.session.sessionId.toUpperCase(), ` ${record.session.sessionId}`, idIn(7)];
    for (const sessionId of ids) {
      await expectDenied(state, record, { sessionId }, 'SESSION_UNKNOWN');
      expect((await state.readSession(sessionId)).record).toBeUndefined();
      expect(await state.closeSession(sessionId, undefined)).toEqual({ kind: 'unknown' });
    }
  });

  add('an ended session answers for its retention, then it is unknown', async ({ state, clock }) => {
    const expired = await created(state, { timeLimitMs: 1_000 });
    const closed = await created(state);
    await clock.advance(1_000);
    await state.closeSession(closed.session.sessionId, undefined);
    await clock.advance(RETENTION_MS);
    await expectDenied(state, expired, {}, 'SESSION_EXPIRED');
    await expectDenied(state, closed, {}, 'SESSION_CLOSED');
    await clock.advance(1);
    for (const record of [expired, closed]) {
      expect((await state.readSession(record.session.sessionId)).record).toBeUndefined();
      expect(await state.charge(step(record))).toMatchObject({ kind: 'denied', reason: 'SESSION_UNKNOWN' });
      expect(await state.closeSession(record.session.sessionId, undefined)).toEqual({ kind: 'unknown' });
    }
  });

  add('a charge rests on the identity bytes that it was decided on', async ({ state, clock }) => {
    const record = await created(state);
    await state.bindIdentity('trace', ALICE, 10_000);
    const { stored: found } = await state.readIdentity('trace');
    const identity = { traceId: 'trace', bytes: found!.bytes };
    const guarded = (given: Partial<ChargeStep>) => state.charge(step(record, given));

    expect((await guarded({ identity })).kind).toBe('charged');
    const absent = { traceId: 'no trace', bytes: found!.bytes };
    expect((await guarded({ identity: absent })).kind).toBe('identity_changed');
    const cut = { traceId: 'trace', bytes: found!.bytes.subarray(0, -1) };
    expect((await guarded({ identity: cut })).kind).toBe('identity_changed');
    expect((await guarded({ identity: { traceId: 'trace', bytes: Buffer.alloc(0) } })).kind).toBe('identity_changed');
    expect((await guarded({ identity, sessionId: idIn(7) })).kind).toBe('denied');
    expect((await guarded({ identity: absent, sessionId: idIn(7) })).kind).toBe('identity_changed');

    await state.releaseIdentity('trace');
    expect((await guarded({ identity })).kind).toBe('identity_changed');
    await state.bindIdentity('trace', BOB, 10_000);
    expect((await guarded({ identity })).kind).toBe('identity_changed');
    await state.releaseIdentity('trace');
    await state.bindIdentity('trace', ALICE, 10_000);
    expect((await guarded({ identity })).kind).toBe('charged');
    await clock.advance(10_001);
    expect((await guarded({ identity })).kind).toBe('identity_changed');
    expect((await guarded({ identity: undefined })).kind).toBe('charged');
    expect((await stored(state, record)).counters.callsMade).toBe(3);
  });

  add('a record’s clock never runs backwards', async ({ state, clock }) => {
    const record = await created(state, { rateLimit: 2, rateWindowMs: 10_000, timeLimitMs: MINUTE });
    await clock.advance(15_000);
    const { counters } = await charged(state, record);
    const latestMs = clock.now();
    await clock.advance(-12_000);
    const after = await charged(state, record);
    expect(after.counters).toEqual({ ...counters, callsMade: 2, windowCalls: 2, sequence: 3, clockMs: latestMs });
    await expectDenied(state, record, {}, 'RATE_LIMITED', undefined, 10_000);
    const close = await state.closeSession(record.session.sessionId, undefined);
    expect(close).toMatchObject({ kind: 'closed', record: { counters: { closedAtMs: latestMs } } });
  });
}

/** Expects a denial that leaves the session as it was, and shows its counters only to those whom it concerns. */
async function expectDenied(
  state: State,
  record: SessionRecord,
  given: Partial<ChargeStep>,
  reason: string,
  callIndex?: number,
  retryAfterMs?: number,
): Promise<void> {
  const before = await stored(state, record);
  const answer = await state.charge(step(record, given));
  expect(answer).toMatchObject({ kind: 'denied', reason });
  if (answer.kind !== 'denied') return;
  expect(answer.callIndex).toBe(callIndex);
  if (reason !== 'RATE_LIMITED' || retryAfterMs !== undefined) expect(answer.retryAfterMs).toBe(retryAfterMs);
  const hidden = ['SESSION_UNKNOWN', 'AGENT_MISMATCH', 'OWNER_MISMATCH'].includes(reason);
  if (hidden) expect(answer.charged).toBeUndefined();
  else {
    const { createdAtMs, timeLimitMs, callBudget } = before.session;
    expect(answer.charged).toMatchObject({ limits: { createdAtMs, timeLimitMs, callBudget } });
    expect(answer.charged?.counters).toEqual(before.counters);
  }
  expect(await stored(state, record)).toEqual(before);
}
