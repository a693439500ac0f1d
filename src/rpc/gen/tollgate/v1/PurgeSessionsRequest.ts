// Original file: proto/tollgate/v1/session_service.proto


/**
 * A request to remove all sessions that have ended.
 */
export interface PurgeSessionsRequest {
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to remove all sessions that have ended.
 */
export interface PurgeSessionsRequest__Output {
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
}
