// Original file: proto/tollgate/v1/identity_service.proto


/**
 * What was removed.
 */
export interface ReleaseIdentityResponse {
  /**
   * True if this request removed a record, false if there was none.
   */
  'released'?: (boolean);
}

/**
 * What was removed.
 */
export interface ReleaseIdentityResponse__Output {
  /**
   * True if this request removed a record, false if there was none.
   */
  'released'?: (boolean);
}
