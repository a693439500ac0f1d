// Original file: proto/tollgate/v1/ledger.proto


/**
 * A request to verify a run's ledger.
 */
export interface VerifyRunRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * Whole checkpoints of this run that were kept elsewhere, at most 8, each at most 4,096 bytes. The ledger must be no older than any
   * of them and contradict none.
   */
  'checkpoints'?: (string)[];
}

/**
 * A request to verify a run's ledger.
 */
export interface VerifyRunRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * Whole checkpoints of this run that were kept elsewhere, at most 8, each at most 4,096 bytes. The ledger must be no older than any
   * of them and contradict none.
   */
  'checkpoints'?: (string)[];
}
