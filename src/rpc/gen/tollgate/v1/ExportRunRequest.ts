// Original file: proto/tollgate/v1/ledger.proto


/**
 * A request to export a run's ledger.
 */
export interface ExportRunRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
}

/**
 * A request to export a run's ledger.
 */
export interface ExportRunRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
}
