// Original file: proto/tollgate/v1/agent_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * The state of an agent.
 */
export interface Agent {
  /**
   * The agent's id, 1 to 128 bytes.
   */
  'agent_id'?: (string);
  /**
   * True if the agent is deactivated and gets no new session.
   */
  'deactivated'?: (boolean);
  /**
   * When the agent was deactivated, by the store's clock. Absent if it is not deactivated.
   */
  'deactivated_at'?: (_google_protobuf_Timestamp | null);
  /**
   * How many live sessions the agent has, 0 or more. Expired and closed ones do not count.
   */
  'live_sessions'?: (number);
}

/**
 * The state of an agent.
 */
export interface Agent__Output {
  /**
   * The agent's id, 1 to 128 bytes.
   */
  'agent_id'?: (string);
  /**
   * True if the agent is deactivated and gets no new session.
   */
  'deactivated'?: (boolean);
  /**
   * When the agent was deactivated, by the store's clock. Absent if it is not deactivated.
   */
  'deactivated_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * How many live sessions the agent has, 0 or more. Expired and closed ones do not count.
   */
  'live_sessions'?: (number);
}
