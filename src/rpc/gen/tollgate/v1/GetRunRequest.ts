// Original file: proto/tollgate/v1/run_service.proto


/**
 * A request to read one run.
 */
export interface GetRunRequest {
  /**
   * The run, 1 to 128 bytes. It is required.
   */
  'run_id'?: (string);
}

/**
 * A request to read one run.
 */
export interface GetRunRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required.
   */
  'run_id'?: (string);
}
