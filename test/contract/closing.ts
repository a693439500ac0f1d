// Closing a session, and its idempotency key.
import { expect } from 'vitest';
import { statusOf } from '../../src/core/session/session.ts';
import { charged, created, MINUTE, OTHER_FINGERPRINT, operation, step, stored } from './fixtures.ts';
import type { AddCase } from './suite.ts';

const KEY = operation('close-1', { rpc: 'CloseSession' });

export function closingCases(add: AddCase): void {
  add('a closed session answers with its record, and refuses every charge', async ({ state, clock }) => {
    const record = await created(state);
    await charged(state, record);
    await clock.advance(3_000);
    const answer = await state.closeSession(record.session.sessionId, undefined);
    if (answer.kind !== 'closed') throw new Error(answer.kind);
    expect(answer.now).toBe(clock.now());
    expect(answer.record.session).toEqual(record.session);
    expect(answer.record.counters).toMatchObject({ closedAtMs: clock.now(), callsMade: 1, sequence: 3 });
    expect(await stored(state, record)).toEqual(answer.record);
    expect(await state.charge(step(record))).toMatchObject({ kind: 'denied', reason: 'SESSION_CLOSED' });
  });

  add('closing again says so and moves nothing', async ({ state, clock }) => {
    const record = await created(state);
    await state.closeSession(record.session.sessionId, undefined);
    const before = await stored(state, record);
    await clock.advance(1_000);
    expect(await state.closeSession(record.session.sessionId, undefined)).toEqual({ kind: 'already_closed' });
    expect(await state.closeSession(record.session.sessionId, KEY)).toEqual({ kind: 'already_closed' });
    expect(await stored(state, record)).toEqual(before);
  });

  add('the key that closed a session is answered again with it', async ({ state, clock }) => {
    const record = await created(state);
    const first = await state.closeSession(record.session.sessionId, KEY);
    expect(first.kind).toBe('closed');
    await clock.advance(10 * MINUTE);
    const again = await state.closeSession(record.session.sessionId, KEY);
    expect(again).toEqual({ kind: 'replayed', record: await stored(state, record), now: clock.now() });
  });

  add('the key that closed a session, with another request, is key_reused', async ({ state }) => {
    const { sessionId } = (await created(state)).session;
    await state.closeSession(sessionId, KEY);
    expect(await state.closeSession(sessionId, { ...KEY, fingerprint: OTHER_FINGERPRINT })).toEqual({
      kind: 'key_reused',
    });
    expect(await state.closeSession(sessionId, { ...KEY, key: 'close-2' })).toEqual({ kind: 'already_closed' });
  });

  add('a charge’s key does not stand for a close', async ({ state }) => {
    const record = await created(state);
    await charged(state, record, { idempotencyKey: operation('close-1') });
    expect((await state.closeSession(record.session.sessionId, KEY)).kind).toBe('closed');
  });

  add('an expired session can be closed', async ({ state, clock }) => {
    const record = await created(state, { timeLimitMs: 1_000 });
    await clock.advance(5_000);
    expect((await state.closeSession(record.session.sessionId, KEY)).kind).toBe('closed');
    expect(statusOf(await stored(state, record), clock.now())).toBe('closed');
  });
}
