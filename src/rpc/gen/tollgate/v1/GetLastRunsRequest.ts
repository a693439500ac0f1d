// Original file: proto/tollgate/v1/audit_service.proto


/**
 * A request to show the latest run of each of some skills.
 */
export interface GetLastRunsRequest {
  /**
   * The skills, at most 100, each 1 to 128 bytes. An empty list gets an empty answer.
   */
  'skill_ids'?: (string)[];
  /**
   * True to count runs of every status, false to count runs with the status ok only. Absent means false.
   */
  'include_failed'?: (boolean);
  '_include_failed'?: "include_failed";
}

/**
 * A request to show the latest run of each of some skills.
 */
export interface GetLastRunsRequest__Output {
  /**
   * The skills, at most 100, each 1 to 128 bytes. An empty list gets an empty answer.
   */
  'skill_ids'?: (string)[];
  /**
   * True to count runs of every status, false to count runs with the status ok only. Absent means false.
   */
  'include_failed'?: (boolean);
}
