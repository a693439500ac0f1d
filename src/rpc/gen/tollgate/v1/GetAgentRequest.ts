// Original file: proto/tollgate/v1/agent_service.proto


/**
 * A request to read the state of an agent.
 */
export interface GetAgentRequest {
  /**
   * The agent, 1 to 128 bytes. It is required.
   */
  'agent_id'?: (string);
}

/**
 * A request to read the state of an agent.
 */
export interface GetAgentRequest__Output {
  /**
   * The agent, 1 to 128 bytes. It is required.
   */
  'agent_id'?: (string);
}
