// Original file: proto/tollgate/v1/ledger.proto


/**
 * A request to remove the contents of a finished run.
 */
export interface PurgePayloadsRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND, a running one FAILED_PRECONDITION.
   */
  'run_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further effect
   * whatever the key; it goes on where an earlier one was cut short.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to remove the contents of a finished run.
 */
export interface PurgePayloadsRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND, a running one FAILED_PRECONDITION.
   */
  'run_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further effect
   * whatever the key; it goes on where an earlier one was cut short.
   */
  'idempotency_key'?: (string);
}
