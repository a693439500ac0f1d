// Original file: proto/tollgate/v1/audit_service.proto


/**
 * A request for a policy.
 */
export interface GetPolicyRequest {
  /**
   * The revision, 64 hex digits in lower case. It is required. One that is not kept is NOT_FOUND.
   */
  'revision'?: (string);
}

/**
 * A request for a policy.
 */
export interface GetPolicyRequest__Output {
  /**
   * The revision, 64 hex digits in lower case. It is required. One that is not kept is NOT_FOUND.
   */
  'revision'?: (string);
}
