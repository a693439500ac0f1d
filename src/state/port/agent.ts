// Agents.
import type { RecordOf } from './decision.ts';

export interface AgentRecord {
  readonly deactivatedAtMs: number | undefined;
  readonly liveSessions: number;
}

export interface Agents {
  /**
   * Refuses new sessions until reactivation, and closes all live ones, as one step.
   *
   * @param recordOf  the record of each close; stored in the step that closes the session
   */
  deactivateAgent(agentId: string, recordOf?: RecordOf): Promise<{ agent: AgentRecord; sessionsClosed: number }>;
  reactivateAgent(agentId: string): Promise<AgentRecord>;
  readAgent(agentId: string): Promise<AgentRecord>;
}
