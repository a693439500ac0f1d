// Agents: how many live sessions they have, and what deactivation does to them.
import { expect } from 'vitest';
import { created, HOSTILE_NAMES, HOUR, newSession, step, stored } from './fixtures.ts';
import type { AddCase } from './suite.ts';

export function agentCases(add: AddCase): void {
  add('an agent that nobody has heard of is active and has no sessions', async ({ state }) => {
    expect(await state.readAgent('nobody')).toEqual({ deactivatedAtMs: undefined, liveSessions: 0 });
  });

  add('live sessions are those neither closed nor expired', async ({ state, clock }) => {
    await created(state);
    await created(state, { timeLimitMs: 5_000 });
    const closed = await created(state);
    await created(state, { agentId: 'agent-2' });
    expect((await state.readAgent('agent-1')).liveSessions).toBe(3);
    await state.closeSession(closed.session.sessionId, undefined);
    await clock.advance(5_000);
    expect((await state.readAgent('agent-1')).liveSessions).toBe(2);
    await clock.advance(1);
    expect((await state.readAgent('agent-1')).liveSessions).toBe(1);
    await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 100 });
    expect((await state.readAgent('agent-1')).liveSessions).toBe(1);
  });

  add('deactivation closes every live session and refuses new ones', async ({ state, clock }) => {
    const live = [await created(state), await created(state), await created(state)];
    const expired = await created(state, { timeLimitMs: 1_000 });
    const closed = await created(state);
    const other = await created(state, { agentId: 'agent-2' });
    await state.closeSession(closed.session.sessionId, undefined);
    await clock.advance(1_001);

    const agent = { deactivatedAtMs: clock.now(), liveSessions: 0 };
    expect(await state.deactivateAgent('agent-1')).toEqual({ agent, sessionsClosed: 3 });
    expect(await state.readAgent('agent-1')).toEqual(agent);
    for (const record of live) {
      const { counters } = await stored(state, record);
      expect(counters).toMatchObject({ closedAtMs: clock.now(), sequence: 2 });
      expect(await state.charge(step(record))).toMatchObject({ kind: 'denied', reason: 'SESSION_CLOSED' });
    }
    expect((await stored(state, expired)).counters.closedAtMs).toBeUndefined();
    expect((await state.charge(step(other))).kind).toBe('charged');
    expect(await state.createSession(newSession(), 0, undefined)).toEqual({ kind: 'agent_deactivated' });
  });

  add('deactivating again keeps the first time and closes nothing', async ({ state, clock }) => {
    await created(state);
    const { agent } = await state.deactivateAgent('agent-1');
    await clock.advance(1_000);
    expect(await state.deactivateAgent('agent-1')).toEqual({ agent, sessionsClosed: 0 });
  });

  add('deactivation holds until it is taken back, however long that is', async ({ state, clock }) => {
    await state.deactivateAgent('agent-1');
    for (let year = 0; year < 2; year++) await clock.advance(365 * 24 * HOUR);
    await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 100 });
    expect((await state.createSession(newSession(), 10, undefined)).kind).toBe('agent_deactivated');
    expect((await state.readAgent('agent-1')).deactivatedAtMs).toBeDefined();
  });

  add('a reactivated agent gets new sessions, and the old ones stay closed', async ({ state }) => {
    const before = await created(state);
    await state.deactivateAgent('agent-1');
    expect(await state.reactivateAgent('agent-1')).toEqual({ deactivatedAtMs: undefined, liveSessions: 0 });
    expect(await state.charge(step(before))).toMatchObject({ kind: 'denied', reason: 'SESSION_CLOSED' });
    await created(state);
    expect(await state.readAgent('agent-1')).toEqual({ deactivatedAtMs: undefined, liveSessions: 1 });
  });

  add('reactivating an agent that is active changes nothing', async ({ state }) => {
    await created(state);
    expect(await state.reactivateAgent('agent-1')).toEqual({ deactivatedAtMs: undefined, liveSessions: 1 });
  });

  add('deactivating one hostile agent id leaves every other agent alone', async ({ state }) => {
    for (const agentId of HOSTILE_NAMES) await created(state, { agentId });
    expect((await state.deactivateAgent('a\u0000')).sessionsClosed).toBe(1);
    expect((await state.deactivateAgent('__proto__')).sessionsClosed).toBe(1);
    for (const agentId of HOSTILE_NAMES) {
      const gone = agentId === 'a\u0000' || agentId === '__proto__';
      const agent = await state.readAgent(agentId);
      expect(agent.liveSessions).toBe(gone ? 0 : 1);
      expect(agent.deactivatedAtMs !== undefined).toBe(gone);
    }
  });
}
