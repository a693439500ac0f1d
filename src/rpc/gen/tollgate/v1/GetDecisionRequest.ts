// Original file: proto/tollgate/v1/audit_service.proto


/**
 * A request to show one decision.
 */
export interface GetDecisionRequest {
  /**
   * The decision, as `Decision.decision_id` named it, 1 to 128 bytes. It is required. One that is unknown, or whose record has been
   * dropped meanwhile, is NOT_FOUND.
   */
  'decision_id'?: (string);
  /**
   * The trace of the decision, 1 to 256 bytes, so that the identity behind it can be asked as it stands now. One of another trace is
   * INVALID_ARGUMENT. Absent means that the principal of the record stands in for it.
   */
  'trace_id'?: (string);
  '_trace_id'?: "trace_id";
}

/**
 * A request to show one decision.
 */
export interface GetDecisionRequest__Output {
  /**
   * The decision, as `Decision.decision_id` named it, 1 to 128 bytes. It is required. One that is unknown, or whose record has been
   * dropped meanwhile, is NOT_FOUND.
   */
  'decision_id'?: (string);
  /**
   * The trace of the decision, 1 to 256 bytes, so that the identity behind it can be asked as it stands now. One of another trace is
   * INVALID_ARGUMENT. Absent means that the principal of the record stands in for it.
   */
  'trace_id'?: (string);
}
