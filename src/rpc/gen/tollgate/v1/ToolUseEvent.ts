// Original file: proto/tollgate/v1/audit.proto


/**
 * One tool call and its result. It is stored as `tool_call` and `tool_result`. The bodies of a secret tool are not stored.
 */
export interface ToolUseEvent {
  /**
   * The tool's name, 1 to 128 bytes. It is required.
   */
  'name'?: (string);
  /**
   * The id that the model gave to the call, at most 128 bytes. Absent means that it has none.
   */
  'id'?: (string);
  /**
   * What the tool was given, up to the request's size limit; at most 4,000 bytes are stored. Absent counts as empty.
   */
  'args'?: (string);
  /**
   * What the tool answered, up to the request's size limit; at most 4,000 bytes are stored. Absent counts as empty.
   */
  'result'?: (string);
  /**
   * The `Decision.decision_id` that allowed the call. It is stored with the call, so that whoever verifies the run's ledger can hold
   * what was done to what was allowed. An id that no decision can have is INVALID_ARGUMENT. Absent means that the runner does not say.
   */
  'decision_id'?: (string);
  '_id'?: "id";
  '_args'?: "args";
  '_result'?: "result";
  '_decision_id'?: "decision_id";
}

/**
 * One tool call and its result. It is stored as `tool_call` and `tool_result`. The bodies of a secret tool are not stored.
 */
export interface ToolUseEvent__Output {
  /**
   * The tool's name, 1 to 128 bytes. It is required.
   */
  'name'?: (string);
  /**
   * The id that the model gave to the call, at most 128 bytes. Absent means that it has none.
   */
  'id'?: (string);
  /**
   * What the tool was given, up to the request's size limit; at most 4,000 bytes are stored. Absent counts as empty.
   */
  'args'?: (string);
  /**
   * What the tool answered, up to the request's size limit; at most 4,000 bytes are stored. Absent counts as empty.
   */
  'result'?: (string);
  /**
   * The `Decision.decision_id` that allowed the call. It is stored with the call, so that whoever verifies the run's ledger can hold
   * what was done to what was allowed. An id that no decision can have is INVALID_ARGUMENT. Absent means that the runner does not say.
   */
  'decision_id'?: (string);
}
