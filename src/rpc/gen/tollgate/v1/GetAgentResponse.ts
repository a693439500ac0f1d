// Original file: proto/tollgate/v1/agent_service.proto

import type { Agent as _tollgate_v1_Agent, Agent__Output as _tollgate_v1_Agent__Output } from '../../tollgate/v1/Agent.ts';

/**
 * The agent that was asked for.
 */
export interface GetAgentResponse {
  /**
   * The agent.
   */
  'agent'?: (_tollgate_v1_Agent | null);
}

/**
 * The agent that was asked for.
 */
export interface GetAgentResponse__Output {
  /**
   * The agent.
   */
  'agent'?: (_tollgate_v1_Agent__Output);
}
