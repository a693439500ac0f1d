// Original file: proto/tollgate/v1/session_service.proto


/**
 * What was removed.
 */
export interface PurgeSessionsResponse {
  /**
   * How many closed and expired sessions this request removed.
   */
  'purged'?: (number);
}

/**
 * What was removed.
 */
export interface PurgeSessionsResponse__Output {
  /**
   * How many closed and expired sessions this request removed.
   */
  'purged'?: (number);
}
