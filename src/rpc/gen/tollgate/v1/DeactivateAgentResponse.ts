// Original file: proto/tollgate/v1/agent_service.proto

import type { Agent as _tollgate_v1_Agent, Agent__Output as _tollgate_v1_Agent__Output } from '../../tollgate/v1/Agent.ts';

/**
 * The agent that was deactivated.
 */
export interface DeactivateAgentResponse {
  /**
   * The agent.
   */
  'agent'?: (_tollgate_v1_Agent | null);
  /**
   * How many live sessions this request closed, 0 or more.
   */
  'sessions_closed'?: (number);
}

/**
 * The agent that was deactivated.
 */
export interface DeactivateAgentResponse__Output {
  /**
   * The agent.
   */
  'agent'?: (_tollgate_v1_Agent__Output);
  /**
   * How many live sessions this request closed, 0 or more.
   */
  'sessions_closed'?: (number);
}
