// Original file: proto/tollgate/v1/identity_service.proto


/**
 * A request to read the identity of a trace.
 */
export interface GetIdentityRequest {
  /**
   * The trace, 1 to 256 bytes. It is required.
   */
  'trace_id'?: (string);
}

/**
 * A request to read the identity of a trace.
 */
export interface GetIdentityRequest__Output {
  /**
   * The trace, 1 to 256 bytes. It is required.
   */
  'trace_id'?: (string);
}
