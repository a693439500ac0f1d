// Agents: switched off and on again by a controller.
import type { AgentRecord } from '../../state/port/agent.ts';
import type { CallContext } from '../call-context.ts';
import { pendingRecord, prepared, type RecordedRequest, recordOutcome } from '../record/decision-records.ts';
import { sessionRecords } from './sessions.ts';

/** Refuses the agent new sessions until it is reactivated, and closes all that are live. */
export async function deactivateAgent(
  context: CallContext,
  agentId: string,
): Promise<{ agent: AgentRecord; sessionsClosed: number }> {
  const records = sessionRecords(context, { rpc: 'DeactivateAgent', agentId });
  // Each session was noted with its agent when it was opened.
  await prepared(context, { sessionId: undefined, agentId, principal: undefined });
  const answer = await context.state.deactivateAgent(agentId, records.of);
  await records.publishStored();
  const details = { kind: 'closed', sessionsClosed: answer.sessionsClosed } as const;
  await recordOfAgent(context, { rpc: 'DeactivateAgent', agentId, details });
  return answer;
}

export async function reactivateAgent(context: CallContext, agentId: string): Promise<AgentRecord> {
  const agent = await context.state.reactivateAgent(agentId);
  await recordOfAgent(context, { rpc: 'ReactivateAgent', agentId });
  return agent;
}

/** An agent lies in a slot of its own in a cluster, so this is a step of its own, right behind. A repeat repeats both. */
async function recordOfAgent(
  context: CallContext,
  asked: Pick<RecordedRequest, 'rpc' | 'agentId' | 'details'>,
): Promise<void> {
  const pending = pendingRecord(context, { ...asked, policyRevision: context.pdp.policy().revision, checks: [] });
  if (pending) await recordOutcome(context, pending, { effect: 'ALLOW', reason: 'ALLOWED' });
}
