// Original file: proto/tollgate/v1/audit_service.proto

import type { RunStatus as _tollgate_v1_RunStatus, RunStatus__Output as _tollgate_v1_RunStatus__Output } from '../../tollgate/v1/RunStatus.ts';

/**
 * A request to list runs.
 */
export interface ListRunsRequest {
  /**
   * Only runs of this skill, 1 to 128 bytes. Absent means runs of all skills.
   */
  'skill_id'?: (string);
  /**
   * Only runs of this caller, 1 to 385 bytes. Absent means runs of all callers.
   */
  'caller_id'?: (string);
  /**
   * Only runs of this session, 1 to 128 bytes. Absent means runs of all sessions and of none.
   */
  'session_id'?: (string);
  /**
   * Only runs with this status, dry runs too if it is theirs. Absent means every status except dry runs.
   */
  'status'?: (_tollgate_v1_RunStatus);
  /**
   * True to list dry runs too when no status is given. Absent means false.
   */
  'include_dry_run'?: (boolean);
  /**
   * How many runs a page holds, 1 to 500. Absent means 50, and so does any other number.
   */
  'page_size'?: (number);
  /**
   * Where the page starts: the `next_page_token` of the page before, at most 512 bytes. Absent or empty means the first page.
   */
  'page_token'?: (string);
  '_skill_id'?: "skill_id";
  '_caller_id'?: "caller_id";
  '_session_id'?: "session_id";
  '_status'?: "status";
  '_include_dry_run'?: "include_dry_run";
  '_page_size'?: "page_size";
  '_page_token'?: "page_token";
}

/**
 * A request to list runs.
 */
export interface ListRunsRequest__Output {
  /**
   * Only runs of this skill, 1 to 128 bytes. Absent means runs of all skills.
   */
  'skill_id'?: (string);
  /**
   * Only runs of this caller, 1 to 385 bytes. Absent means runs of all callers.
   */
  'caller_id'?: (string);
  /**
   * Only runs of this session, 1 to 128 bytes. Absent means runs of all sessions and of none.
   */
  'session_id'?: (string);
  /**
   * Only runs with this status, dry runs too if it is theirs. Absent means every status except dry runs.
   */
  'status'?: (_tollgate_v1_RunStatus__Output);
  /**
   * True to list dry runs too when no status is given. Absent means false.
   */
  'include_dry_run'?: (boolean);
  /**
   * How many runs a page holds, 1 to 500. Absent means 50, and so does any other number.
   */
  'page_size'?: (number);
  /**
   * Where the page starts: the `next_page_token` of the page before, at most 512 bytes. Absent or empty means the first page.
   */
  'page_token'?: (string);
}
