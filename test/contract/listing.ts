// Lists of sessions, and the removal of those that have ended.
import { expect } from 'vitest';
import type { Position } from '../../src/state/port/position.ts';
import type { State } from '../../src/state/port/state.ts';
import { charged, created, idIn, MINUTE, operation, step } from './fixtures.ts';
import { type AddCase, RETENTION_MS } from './suite.ts';

export function listingCases(add: AddCase): void {
  add('a page shows one partition’s sessions, newest first, then by id', async ({ state, clock }) => {
    const expected: string[] = [];
    for (let moment = 0; moment < 3; moment++) {
      const made = [await created(state), await created(state), await created(state, { agentId: 'agent-2' })];
      const ids = made.map(({ session }) => session.sessionId).sort();
      expected.unshift(...ids.reverse());
      await clock.advance(1_000);
    }
    await created(state, { sessionId: idIn(8) });
    expect(await pageIds(state, { limit: 100 })).toEqual(expected);
    expect(await pageIds(state, { limit: 4 })).toEqual(expected.slice(0, 4));
    expect(await walk(state, 2)).toEqual(expected);
    expect(await pageIds(state, { limit: 10, partition: 99 })).toEqual([]);
  });

  add('a page starts strictly behind a position, whether or not anything is there', async ({ state, clock }) => {
    const made = [];
    for (let count = 0; count < 4; count++) {
      made.unshift(await created(state));
      await clock.advance(100);
    }
    const places = made.map(({ session }) => ({ atMs: session.createdAtMs, id: session.sessionId }));
    const ids = places.map(({ id }) => id);
    expect(await pageIds(state, { limit: 10, after: places[1]! })).toEqual(ids.slice(2));
    await state.closeSession(ids[1]!, undefined);
    expect(await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 10 })).toBe(1);
    expect(await pageIds(state, { limit: 10, after: places[1]! })).toEqual(ids.slice(2));
    expect(await pageIds(state, { limit: 10, after: { atMs: places[2]!.atMs + 1, id: '' } })).toEqual(ids.slice(2));
    expect(await pageIds(state, { limit: 10, after: places[3]! })).toEqual([]);
  });

  add('a page shows ended sessions with their record, until they are forgotten', async ({ state, clock }) => {
    const live = await created(state);
    const expired = await created(state, { timeLimitMs: 1_000 });
    const closed = await created(state);
    await clock.advance(2_000);
    const { record } = (await state.closeSession(closed.session.sessionId, undefined)) as { record: unknown };
    const page = await state.pageSessions({ partition: 7, limit: 10 });
    expect(page.records).toHaveLength(3);
    expect(page.records).toEqual(expect.arrayContaining([live, expired, record]));
    await clock.advance(RETENTION_MS + 1);
    expect((await state.pageSessions({ partition: 7, limit: 1 })).records).toEqual([live]);
  });

  add('a purge removes what is closed or expired at once, and nothing that lives', async ({ state, clock }) => {
    const live = await created(state);
    const atLimit = await created(state, { timeLimitMs: 5_000 });
    const expired = await created(state, { timeLimitMs: 4_999 });
    const closed = await created(state);
    const elsewhere = await created(state, { sessionId: idIn(8), timeLimitMs: 1_000 });
    await clock.advance(5_000);
    await state.closeSession(closed.session.sessionId, undefined);

    expect(await remove(state, { endedForMs: 0 })).toBe(2);
    const left = await Promise.all([live, atLimit, expired, closed, elsewhere].map((each) => isKnown(state, each)));
    expect(left).toEqual([true, true, false, false, true]);
    expect(await pageIds(state, { limit: 10 })).toHaveLength(2);
    expect(await state.charge(step(closed))).toMatchObject({ kind: 'denied', reason: 'SESSION_UNKNOWN' });
    expect(await remove(state, { endedForMs: 0 })).toBe(0);
  });

  add('a sweep removes what ended long enough ago, by the earlier of close and expiry', async ({ state, clock }) => {
    const closedEarly = await created(state, { timeLimitMs: 10 * MINUTE });
    const closedLate = await created(state, { timeLimitMs: MINUTE });
    const expired = await created(state, { timeLimitMs: 3 * MINUTE });
    await clock.advance(2 * MINUTE);
    await state.closeSession(closedEarly.session.sessionId, undefined);
    await state.closeSession(closedLate.session.sessionId, undefined);
    await clock.advance(2 * MINUTE - 1);
    const sweep = { endedForMs: 2 * MINUTE };
    expect(await remove(state, sweep)).toBe(1);
    expect(await isKnown(state, closedLate)).toBe(false);
    await clock.advance(1);
    expect(await remove(state, sweep)).toBe(1);
    expect(await isKnown(state, closedEarly)).toBe(false);
    await clock.advance(MINUTE);
    expect(await remove(state, sweep)).toBe(1);
    expect(await isKnown(state, expired)).toBe(false);
  });

  add('a removal is bounded, and fewer than the bound means that none are left', async ({ state, clock }) => {
    for (let count = 0; count < 5; count++) await created(state, { timeLimitMs: 1_000 });
    await clock.advance(1_001);
    expect(await remove(state, { endedForMs: 0, limit: 2 })).toBe(2);
    expect(await remove(state, { endedForMs: 0, limit: 2 })).toBe(2);
    expect(await remove(state, { endedForMs: 0, limit: 2 })).toBe(1);
    expect(await pageIds(state, { limit: 10 })).toEqual([]);
  });

  add('a removal leaves a live session’s remembered keys alone', async ({ state, clock }) => {
    const record = await created(state);
    const ended = await created(state, { timeLimitMs: 1_000 });
    await charged(state, ended, { idempotencyKey: operation('a') });
    await charged(state, record, { idempotencyKey: operation('a') });
    await clock.advance(10 * MINUTE);
    await charged(state, record, { idempotencyKey: operation('b') });
    expect(await remove(state, { endedForMs: 0 })).toBe(1);
    expect((await state.charge(step(record, { idempotencyKey: operation('a') }))).kind).toBe('replayed');
    expect((await state.charge(step(record, { idempotencyKey: operation('b') }))).kind).toBe('replayed');
  });
}

async function pageIds(state: State, page: { limit: number; after?: Position; partition?: number }): Promise<string[]> {
  const { records } = await state.pageSessions({ partition: 7, ...page });
  return records.map(({ session }) => session.sessionId);
}

/** All pages, one after the other. */
async function walk(state: State, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after: Position | undefined;
  for (;;) {
    const { records } = await state.pageSessions({ partition: 7, limit, ...(after && { after }) });
    ids.push(...records.map(({ session }) => session.sessionId));
    const last = records.at(-1)?.session;
    if (!last) return ids;
    after = { atMs: last.createdAtMs, id: last.sessionId };
  }
}

function remove(state: State, sweep: { endedForMs: number; limit?: number }): Promise<number> {
  return state.removeEndedSessions({ partition: 7, limit: 100, ...sweep });
}

async function isKnown(state: State, { session }: { session: { sessionId: string } }): Promise<boolean> {
  return (await state.readSession(session.sessionId)).record !== undefined;
}
