// Original file: proto/tollgate/v1/audit_service.proto


/**
 * A request to show the way from the root to a run.
 */
export interface GetRunChainRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
}

/**
 * A request to show the way from the root to a run.
 */
export interface GetRunChainRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
}
