// Agents: deactivation, and how many live sessions there are.
import { Failure } from '../../core/failure.ts';
import type { AgentRecord } from '../port/agent.ts';
import type { RecordOf } from '../port/decision.ts';
import type { State } from '../port/state.ts';
import { agentKeys } from './keys.ts';
import { closeForGood, releasePlaces } from './sessions.ts';
import { run, runConfirmed, type Store } from './store.ts';

/**
 * The flag and the reading of the members are one step: whatever reserves a place later finds the flag, and whatever has
 * reserved one is in the list and is closed, or made void before it is opened. A repeat goes on where this stopped.
 */
export async function deactivateAgent(
  store: Store,
  agentId: string,
  recordOf?: RecordOf,
): ReturnType<State['deactivateAgent']> {
  const { deactivated, sessions } = agentKeys(agentId);
  const reply = await runConfirmed(store, 'deactivate-agent', [deactivated, sessions], [store.clock()]);
  const [deactivatedAtMs, ...members] = reply as [number, ...Buffer[]];
  const ids = members.map(String);
  const ends = await Promise.all(ids.map((id) => endOf(store, id, recordOf)));
  // What has expired stays listed: it lives again if the clock is set back.
  const over = ids.filter((_, index) => ends[index] !== 'expired');
  await releasePlaces(store, agentId, over);
  return {
    agent: { deactivatedAtMs, liveSessions: 0 },
    sessionsClosed: ends.filter((end) => end === 'closed').length,
  };
}

/** A record that cannot be read permits nothing as it is, and must not keep the others open. */
async function endOf(store: Store, sessionId: string, recordOf: RecordOf | undefined): Promise<string> {
  try {
    return (await closeForGood(store, sessionId, recordOf)).kind;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'internal') return 'unreadable';
    throw error;
  }
}

export async function reactivateAgent(store: Store, agentId: string): Promise<AgentRecord> {
  const { deactivated, sessions } = agentKeys(agentId);
  const reply = await runConfirmed(store, 'reactivate-agent', [deactivated, sessions], [store.clock()]);
  return { deactivatedAtMs: undefined, liveSessions: reply as number };
}

export async function readAgent(store: Store, agentId: string): Promise<AgentRecord> {
  const { deactivated, sessions } = agentKeys(agentId);
  const reply = await run(store, 'read-agent', [deactivated, sessions], [store.clock()]);
  const [since, liveSessions] = reply as [Buffer | null, number];
  return { deactivatedAtMs: since === null ? undefined : Number(since), liveSessions };
}
