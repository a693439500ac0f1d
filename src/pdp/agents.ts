// Agents: switched off and on again by a controller.
import type { AgentRecord } from '../state/port.ts';
import { type Asked, pendingRecord, prepared, settle } from './decision-records.ts';
import type { Pdp } from './pdp.ts';
import { sessionRecords } from './sessions.ts';

/** Refuses the agent new sessions until it is reactivated, and closes all that are live. */
export async function deactivateAgent(
  pdp: Pdp,
  agentId: string,
): Promise<{ agent: AgentRecord; sessionsClosed: number }> {
  const records = sessionRecords(pdp, { rpc: 'DeactivateAgent', agentId });
  // Each session was noted with its agent when it was opened.
  await prepared(pdp, { sessionId: undefined, agentId, principal: undefined });
  const answer = await pdp.state.deactivateAgent(agentId, records.of);
  await records.publishStored();
  const details = { kind: 'closed', sessionsClosed: answer.sessionsClosed } as const;
  await recordOfAgent(pdp, { rpc: 'DeactivateAgent', agentId, details });
  return answer;
}

export async function reactivateAgent(pdp: Pdp, agentId: string): Promise<AgentRecord> {
  const agent = await pdp.state.reactivateAgent(agentId);
  await recordOfAgent(pdp, { rpc: 'ReactivateAgent', agentId });
  return agent;
}

/** An agent lies in a slot of its own in a cluster, so this is a step of its own, right behind. A repeat repeats both. */
async function recordOfAgent(pdp: Pdp, asked: Pick<Asked, 'rpc' | 'agentId' | 'details'>): Promise<void> {
  const pending = pendingRecord(pdp, { ...asked, policyRevision: pdp.policy().revision, checks: [] });
  if (pending) await settle(pdp, pending, { effect: 'ALLOW', reason: 'ALLOWED' });
}
