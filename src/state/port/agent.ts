// Agents: whether an agent is deactivated, and its live sessions.
import type { RecordOf } from './decision.ts';

export interface AgentRecord {
  readonly deactivatedAtMs: number | undefined;
  readonly liveSessions: number;
}

export interface Agents {
  /**
   * Refuses new sessions of the agent until it is reactivated, and closes its live sessions, in one step.
   *
   * @param recordOf  the record of each close; stored in the step that closes the session
   */
  deactivateAgent(agentId: string, recordOf?: RecordOf): Promise<{ agent: AgentRecord; sessionsClosed: number }>;
  reactivateAgent(agentId: string): Promise<AgentRecord>;
  readAgent(agentId: string): Promise<AgentRecord>;
}
