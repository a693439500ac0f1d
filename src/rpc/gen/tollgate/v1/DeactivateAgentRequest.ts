// Original file: proto/tollgate/v1/agent_service.proto


/**
 * A request to deactivate an agent.
 */
export interface DeactivateAgentRequest {
  /**
   * The agent, 1 to 128 bytes. It is required.
   */
  'agent_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to deactivate an agent.
 */
export interface DeactivateAgentRequest__Output {
  /**
   * The agent, 1 to 128 bytes. It is required.
   */
  'agent_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
}
