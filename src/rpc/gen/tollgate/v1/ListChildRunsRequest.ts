// Original file: proto/tollgate/v1/audit_service.proto


/**
 * A request to list the children of a run.
 */
export interface ListChildRunsRequest {
  /**
   * The run that started them, 1 to 128 bytes. It is required.
   */
  'parent_run_id'?: (string);
  /**
   * How many runs to list at most, 1 to 500. Absent means 50, and so does any other number.
   */
  'limit'?: (number);
  '_limit'?: "limit";
}

/**
 * A request to list the children of a run.
 */
export interface ListChildRunsRequest__Output {
  /**
   * The run that started them, 1 to 128 bytes. It is required.
   */
  'parent_run_id'?: (string);
  /**
   * How many runs to list at most, 1 to 500. Absent means 50, and so does any other number.
   */
  'limit'?: (number);
}
