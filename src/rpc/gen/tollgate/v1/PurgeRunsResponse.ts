// Original file: proto/tollgate/v1/audit_service.proto


/**
 * What was removed.
 */
export interface PurgeRunsResponse {
  /**
   * How many runs this request removed, 0 or more; with `keep_proof`, of how many it removed the contents.
   */
  'purged'?: (number);
}

/**
 * What was removed.
 */
export interface PurgeRunsResponse__Output {
  /**
   * How many runs this request removed, 0 or more; with `keep_proof`, of how many it removed the contents.
   */
  'purged'?: (number);
}
