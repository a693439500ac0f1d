// Original file: proto/tollgate/v1/session_service.proto


/**
 * A request to read one session.
 */
export interface GetSessionRequest {
  /**
   * The session, 1 to 128 bytes. It is required.
   */
  'session_id'?: (string);
}

/**
 * A request to read one session.
 */
export interface GetSessionRequest__Output {
  /**
   * The session, 1 to 128 bytes. It is required.
   */
  'session_id'?: (string);
}
