// Idempotency keys of charges: one key, one effect, and the first answer again.
import { expect } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import type { Counters, SessionRecord } from '../../src/core/session/session.ts';
import type { State } from '../../src/state/port/state.ts';
import { calls, charged, created, MINUTE, OTHER_FINGERPRINT, operation, step, stored } from './fixtures.ts';
import type { AddCase } from './suite.ts';

const KEY = operation('charge-1');
/** Charges that are under way at one time while a session is filled with keys. */
const AT_ONCE = 2_000;

/** What an answer shows again: the rest of the counters is the record's own. */
export function shown({ closedAtMs, callsMade, windowStartMs, windowCalls, sequence }: Counters) {
  return { closedAtMs, callsMade, windowStartMs, windowCalls, sequence };
}

export function keyCases(add: AddCase): void {
  add('a repeated key charges nothing and shows the first counters and decision id', async ({ state, clock }) => {
    const record = await created(state, { rateLimit: 10, rateWindowMs: 10_000 });
    await clock.advance(12_000);
    const first = step(record, { idempotencyKey: KEY, calls: calls(2) });
    const answer = await state.charge(first);
    if (answer.kind !== 'charged') throw new Error(answer.kind);
    await clock.advance(11_000);
    await charged(state, record, { calls: calls(3) });
    const before = await stored(state, record);

    const again = await state.charge(step(record, { idempotencyKey: KEY, calls: calls(2) }));
    if (again.kind !== 'replayed') throw new Error(again.kind);
    expect(again.decisionId).toBe(first.decisionId);
    expect(again.limits).toMatchObject({ createdAtMs: record.session.createdAtMs, callBudget: 100, rateLimit: 10 });
    expect(shown(again.counters)).toEqual(shown(answer.counters));
    expect(again.now).toBe(clock.now());
    expect(await stored(state, record)).toEqual(before);
  });

  add('a repeat is not asked about budget and rate', async ({ state }) => {
    const record = await created(state, { callBudget: 1, rateLimit: 1 });
    await charged(state, record, { idempotencyKey: KEY });
    expect((await state.charge(step(record))).kind).toBe('denied');
    expect((await state.charge(step(record, { idempotencyKey: KEY }))).kind).toBe('replayed');
  });

  add('a repeat is asked about agent, owner, close and time limit afresh', async ({ state, clock }) => {
    const owned = { owner: 'discord:1', timeLimitMs: 5_000 };
    const [closed, expired] = [await created(state, owned), await created(state, owned)];
    const by = { idempotencyKey: KEY, principals: ['discord:1'] };
    await charged(state, closed, by);
    await charged(state, expired, by);
    await expectDenied(state, closed, { ...by, agentId: 'other' }, 'AGENT_MISMATCH');
    await expectDenied(state, closed, { ...by, principals: ['discord:2'] }, 'OWNER_MISMATCH');
    await state.closeSession(closed.session.sessionId, undefined);
    await expectDenied(state, closed, by, 'SESSION_CLOSED');
    await clock.advance(5_001);
    await expectDenied(state, expired, by, 'SESSION_EXPIRED');
  });

  add('the same key with another request is key_reused, once the standing checks pass', async ({ state }) => {
    const record = await created(state);
    await charged(state, record, { idempotencyKey: KEY });
    const other = { ...KEY, fingerprint: OTHER_FINGERPRINT };
    expect((await state.charge(step(record, { idempotencyKey: other }))).kind).toBe('key_reused');
    await expectDenied(state, record, { idempotencyKey: other, agentId: 'other' }, 'AGENT_MISMATCH');
    expect((await stored(state, record)).counters.callsMade).toBe(1);
  });

  add('a denial and an empty batch are not remembered', async ({ state, clock }) => {
    const record = await created(state, { rateLimit: 1, rateWindowMs: 10_000 });
    await charged(state, record);
    await expectDenied(state, record, { idempotencyKey: KEY }, 'RATE_LIMITED');
    expect((await state.charge(step(record, { idempotencyKey: KEY, calls: [] }))).kind).toBe('nothing_to_charge');
    await clock.advance(10_000);
    await charged(state, record, { idempotencyKey: { ...KEY, fingerprint: OTHER_FINGERPRINT } });
  });

  add('a key belongs to its rpc and to its session', async ({ state }) => {
    const [one, two] = [await created(state), await created(state)];
    await charged(state, one, { idempotencyKey: KEY });
    await charged(state, one, { idempotencyKey: { ...KEY, rpc: 'ConsumeBudget' } });
    await charged(state, two, { idempotencyKey: KEY });
    await charged(state, one, { idempotencyKey: { ...KEY, key: `${KEY.key} ` } });
    for (const key of ['__proto__', 'constructor', 'a}:b{', '~'.repeat(128)]) {
      await charged(state, one, { idempotencyKey: { ...KEY, key } });
      expect((await state.charge(step(one, { idempotencyKey: { ...KEY, key } }))).kind).toBe('replayed');
    }
  });

  add('a key is remembered for ten minutes, wherever in a generation it falls', async ({ state, clock }) => {
    const record = await created(state);
    for (let index = 0; index < 4; index++) {
      const keyed = { idempotencyKey: operation(`phase-${index}`) };
      await charged(state, record, keyed);
      await clock.advance(10 * MINUTE);
      expect((await state.charge(step(record, keyed))).kind).toBe('replayed');
      await charged(state, record, { idempotencyKey: operation(`between-${index}`) });
      expect((await state.charge(step(record, keyed))).kind).toBe('replayed');
      await clock.advance(3 * MINUTE + 1);
    }
  });

  add('a key two generations old is forgotten and charges anew', async ({ state, clock }) => {
    const record = await created(state);
    await charged(state, record, { idempotencyKey: KEY });
    await clock.advance(20 * MINUTE);
    await charged(state, record, { idempotencyKey: KEY });
    expect((await state.charge(step(record, { idempotencyKey: KEY }))).kind).toBe('replayed');
    expect((await stored(state, record)).counters.callsMade).toBe(2);
  });

  add('the count of remembered keys follows the generations', async ({ state, clock }) => {
    const record = await created(state);
    const generation = record.counters.operations.generation;
    const countAfter = async (key: string) =>
      (await charged(state, record, { idempotencyKey: operation(key) })).counters;
    await charged(state, record);
    expect((await countAfter('a')).operations).toEqual({ generation, current: 1, previous: 0 });
    expect((await countAfter('b')).operations).toEqual({ generation, current: 2, previous: 0 });
    await clock.advance(10 * MINUTE);
    expect((await countAfter('c')).operations).toEqual({ generation: generation + 1, current: 1, previous: 2 });
    await clock.advance(20 * MINUTE);
    expect((await countAfter('d')).operations).toEqual({ generation: generation + 3, current: 1, previous: 0 });
  });

  add(
    'a session full of keys refuses another until the oldest are forgotten, and still answers those it has',
    async ({ state, clock }) => {
      const record = await created(state, { callBudget: LIMITS.callBudgetMax });
      const charge = (index: number) => state.charge(step(record, { idempotencyKey: operation(`key-${index}`) }));
      for (let first = 0; first < LIMITS.operationsMax; first += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => charge(first + index)));
      }
      expect((await charge(LIMITS.operationsMax)).kind).toBe('too_many_keys');
      expect((await charge(0)).kind).toBe('replayed');
      await charged(state, record);
      expect((await stored(state, record)).counters.callsMade).toBe(LIMITS.operationsMax + 1);
      await clock.advance(20 * MINUTE);
      expect((await charge(LIMITS.operationsMax)).kind).toBe('charged');
    },
  );
}

async function expectDenied(state: State, record: SessionRecord, given: Parameters<typeof step>[1], reason: string) {
  expect(await state.charge(step(record, given))).toMatchObject({ kind: 'denied', reason });
}
