// Creating sessions: the cap, the remembered key, and what a new session looks like.
import { expect } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { openingCounters } from '../../src/core/session/session.ts';
import type { CreateSessionResult } from '../../src/state/port/session.ts';
import type { State } from '../../src/state/port/state.ts';
import {
  charged,
  created,
  HOSTILE_NAMES,
  idIn,
  MINUTE,
  newSession,
  OTHER_FINGERPRINT,
  operation,
  stored,
} from './fixtures.ts';
import type { AddCase } from './suite.ts';

const KEY = operation('create-1', { rpc: 'CreateSession' });

export function creationCases(add: AddCase): void {
  add('a new session starts with its counters at rest, and is read back whole', async ({ state, clock }) => {
    const wanted = newSession({
      owner: 'discord:123',
      delegationChain: ['planner', 'wörker'],
      declaredIntent: 'sort the mail 📬',
      grant: ['search', '__proto__', 'mail.read'],
      callBudget: 0,
      rateLimit: 5,
      rateWindowMs: 10_000,
      timeLimitMs: 1_500,
      sensitivityCeiling: 3,
    });
    const answer = await state.createSession(wanted, 10, undefined);
    const session = { ...wanted, createdAtMs: clock.now() };
    const record = { session, counters: openingCounters(session) };
    expect(answer).toEqual({ kind: 'created', record, now: clock.now() });
    expect(await state.readSession(wanted.sessionId)).toEqual({ record, now: clock.now() });
  });

  add('an empty grant, no owner and no rate limit are kept as such', async ({ state }) => {
    const record = await created(state, { grant: [] });
    expect(await stored(state, record)).toEqual(record);
    expect(record.session).toMatchObject({ grant: [], owner: undefined, rateLimit: undefined });
  });

  add('a session as large as a session may be is kept whole', async ({ state }) => {
    const { grantToolsMax, idBytesMax, delegationChainMax, declaredIntentBytesMax } = LIMITS;
    const name = (index: number) => `${index}-`.padEnd(idBytesMax, 'z');
    const record = await created(state, {
      grant: Array.from({ length: grantToolsMax }, (_, index) => name(index)),
      delegationChain: Array.from({ length: delegationChainMax }, (_, index) => name(index)),
      declaredIntent: 'i'.repeat(declaredIntentBytesMax),
    });
    expect(await stored(state, record)).toEqual(record);
    const last = [{ tool: name(grantToolsMax - 1), sensitivity: 0 as const }];
    await charged(state, record, { calls: last });
  });

  add('an agent has at most as many live sessions as its cap', async ({ state }) => {
    for (let count = 0; count < 3; count++) expect(await create({ state })).toBe('created');
    expect(await create({ state })).toBe('too_many_sessions');
    expect(await create({ state, agentId: 'agent-2' })).toBe('created');
  });

  add('a cap of none refuses every session', async ({ state }) => {
    expect((await state.createSession(newSession(), 0, undefined)).kind).toBe('too_many_sessions');
  });

  add('an expired session does not count, one at its very limit does', async ({ state, clock }) => {
    for (let count = 0; count < 3; count++) await created(state, { timeLimitMs: 5_000 });
    await clock.advance(5_000);
    expect(await create({ state })).toBe('too_many_sessions');
    await clock.advance(1);
    expect(await create({ state })).toBe('created');
  });

  add('a closed session does not count', async ({ state }) => {
    const [first] = [await created(state), await created(state), await created(state)];
    expect(await create({ state })).toBe('too_many_sessions');
    await state.closeSession(first.session.sessionId, undefined);
    expect(await create({ state })).toBe('created');
  });

  add('a remembered key answers with the session it created, as that is now', async ({ state }) => {
    const first = await state.createSession(newSession(), 10, KEY);
    if (first.kind !== 'created') throw new Error(first.kind);
    await state.closeSession(first.record.session.sessionId, undefined);
    const again = newSession({ sessionId: idIn(200) });
    const answer = await state.createSession(again, 10, KEY);
    expect(answer).toMatchObject({ kind: 'replayed', record: await stored(state, first.record) });
    expect((await state.readSession(again.sessionId)).record).toBeUndefined();
    expect((await state.readAgent('agent-1')).liveSessions).toBe(0);
  });

  add('a remembered key with another request is key_reused', async ({ state }) => {
    await state.createSession(newSession(), 10, KEY);
    const answer = await state.createSession(newSession(), 10, { ...KEY, fingerprint: OTHER_FINGERPRINT });
    expect(answer).toEqual({ kind: 'key_reused' });
    expect((await state.readAgent('agent-1')).liveSessions).toBe(1);
  });

  add('a creation key belongs to its agent', async ({ state }) => {
    expect((await state.createSession(newSession(), 10, KEY)).kind).toBe('created');
    expect((await state.createSession(newSession({ agentId: 'agent-2' }), 10, KEY)).kind).toBe('created');
  });

  add('a remembered key is asked about before deactivation and the cap', async ({ state }) => {
    await state.createSession(newSession(), 1, KEY);
    expect((await state.createSession(newSession(), 1, KEY)).kind).toBe('replayed');
    await state.deactivateAgent('agent-1');
    expect((await state.createSession(newSession(), 1, KEY)).kind).toBe('replayed');
    expect(await state.createSession(newSession(), 1, { ...KEY, fingerprint: OTHER_FINGERPRINT })).toEqual({
      kind: 'key_reused',
    });
  });

  add('a refused creation is not remembered', async ({ state }) => {
    const first = await created(state);
    expect((await state.createSession(newSession(), 1, KEY)).kind).toBe('too_many_sessions');
    await state.closeSession(first.session.sessionId, undefined);
    expect((await state.createSession(newSession(), 1, KEY)).kind).toBe('created');
  });

  add('a creation key is remembered for ten minutes', async ({ state, clock }) => {
    await state.createSession(newSession(), 10, KEY);
    await clock.advance(10 * MINUTE);
    expect((await state.createSession(newSession(), 10, KEY)).kind).toBe('replayed');
  });

  add('a key whose session was purged answers without a record', async ({ state, clock }) => {
    const first = newSession();
    await state.createSession(first, 10, KEY);
    await state.closeSession(first.sessionId, undefined);
    expect(await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 10 })).toBe(1);
    const answer = await state.createSession(newSession(), 10, KEY);
    expect(answer).toEqual({ kind: 'replayed', record: undefined, now: clock.now() });
  });

  add('hostile agent ids are agents like any other and never collide', async ({ state }) => {
    for (const agentId of HOSTILE_NAMES) expect(await create({ state, agentId, maxLive: 1 })).toBe('created');
    for (const agentId of HOSTILE_NAMES) {
      expect(await create({ state, agentId, maxLive: 1 })).toBe('too_many_sessions');
      expect((await state.readAgent(agentId)).liveSessions).toBe(1);
    }
  });
}

interface Creation {
  readonly state: State;
  readonly agentId?: string;
  readonly maxLive?: number;
}

async function create({ state, agentId = 'agent-1', maxLive = 3 }: Creation): Promise<CreateSessionResult['kind']> {
  return (await state.createSession(newSession({ agentId }), maxLive, undefined)).kind;
}
