// Agents: deactivation, and how many live sessions there are.
import { Failure } from '../../core/failure.ts';
import type { AgentRecord } from '../port/agent.ts';
import type { RecordOf } from '../port/decision.ts';
import type { State } from '../port/state.ts';
import { fieldsOf } from './connection/replies.ts';
import { agentKeys } from './keys.ts';
import { closeForGood, releaseSlotLeases } from './sessions.ts';
import { run, runConfirmed, type Store } from './store.ts';

/**
 * Deactivates an agent and closes its sessions. One step sets the flag and reads the members: a later reservation finds the flag,
 * and an earlier one is in the list, so its session is closed, or gets a tombstone before it is opened. A repeat goes on
 * where this stopped.
 */
export async function deactivateAgent(
  store: Store,
  agentId: string,
  recordOf?: RecordOf,
): ReturnType<State['deactivateAgent']> {
  const { deactivated, sessions } = agentKeys(agentId);
  const reply = await runConfirmed(store, 'deactivate-agent', [deactivated, sessions], [store.clock()]);
  const { deactivated_at: deactivatedAtMs, sessions: ids } = fieldsOf('deactivate-agent', reply);
  const ends = await Promise.all(ids.map((id) => endOf(store, id, recordOf)));
  // An expired session stays listed: it lives again if the clock is set back.
  const over = ids.filter((_, index) => ends[index] !== 'expired');
  await releaseSlotLeases(store, agentId, over);
  return {
    agent: { deactivatedAtMs, liveSessions: 0 },
    sessionsClosed: ends.filter((end) => end === 'closed').length,
  };
}

/** A record that cannot be read permits nothing, and must not keep the other sessions open. */
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
  const { deactivated_at: since, live_sessions: liveSessions } = fieldsOf('read-agent', reply);
  return { deactivatedAtMs: since === undefined ? undefined : Number(since), liveSessions };
}
