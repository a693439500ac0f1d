// Original file: proto/tollgate/v1/session_service.proto


/**
 * A request to end a session.
 */
export interface CloseSessionRequest {
  /**
   * The session, 1 to 128 bytes. It is required.
   */
  'session_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat is OK and not FAILED_PRECONDITION. The key belongs to
   * this RPC and the session. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to end a session.
 */
export interface CloseSessionRequest__Output {
  /**
   * The session, 1 to 128 bytes. It is required.
   */
  'session_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat is OK and not FAILED_PRECONDITION. The key belongs to
   * this RPC and the session. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
}
