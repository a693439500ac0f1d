// Agents: deactivation, and how many live sessions there are.
import type { AgentRecord, State } from '../port.ts';
import { agentKeys } from './keys.ts';
import type { Store } from './store.ts';

export async function deactivateAgent(store: Store, agentId: string): ReturnType<State['deactivateAgent']> {
  const { deactivated, sessions } = agentKeys(agentId);
  const reply = await store.scripts.run(
    'deactivate-agent',
    [deactivated, sessions],
    [store.clock(), store.retentionMs],
  );
  const [deactivatedAtMs, sessionsClosed] = reply as [number, number];
  return { agent: { deactivatedAtMs, liveSessions: 0 }, sessionsClosed };
}

export async function reactivateAgent(store: Store, agentId: string): Promise<AgentRecord> {
  const { deactivated, sessions } = agentKeys(agentId);
  const reply = await store.scripts.run('reactivate-agent', [deactivated, sessions], [store.clock()]);
  return { deactivatedAtMs: undefined, liveSessions: reply as number };
}

export async function readAgent(store: Store, agentId: string): Promise<AgentRecord> {
  const { deactivated, sessions } = agentKeys(agentId);
  const reply = await store.scripts.run('read-agent', [deactivated, sessions], [store.clock()]);
  const [since, liveSessions] = reply as [Buffer | null, number];
  return { deactivatedAtMs: since === null ? undefined : Number(since), liveSessions };
}
