// Original file: proto/tollgate/v1/identity_service.proto


/**
 * A request to remove the identity of a trace.
 */
export interface ReleaseIdentityRequest {
  /**
   * The trace, 1 to 256 bytes. It is required.
   */
  'trace_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to remove the identity of a trace.
 */
export interface ReleaseIdentityRequest__Output {
  /**
   * The trace, 1 to 256 bytes. It is required.
   */
  'trace_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
}
