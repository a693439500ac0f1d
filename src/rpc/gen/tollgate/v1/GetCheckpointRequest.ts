// Original file: proto/tollgate/v1/ledger.proto


/**
 * A request for a run's newest checkpoint.
 */
export interface GetCheckpointRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
}

/**
 * A request for a run's newest checkpoint.
 */
export interface GetCheckpointRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
}
