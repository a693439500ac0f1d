// Original file: proto/tollgate/v1/audit_service.proto

import type { Run as _tollgate_v1_Run, Run__Output as _tollgate_v1_Run__Output } from '../../tollgate/v1/Run.ts';

/**
 * A page of runs.
 */
export interface ListRunsResponse {
  /**
   * The runs, newest first by start.
   */
  'runs'?: (_tollgate_v1_Run)[];
  /**
   * Where the next page starts. Empty if this is the last page. A page may hold fewer entries than asked for, even none, and still have
   * a next one: a request looks at no more than 10,000 entries.
   */
  'next_page_token'?: (string);
}

/**
 * A page of runs.
 */
export interface ListRunsResponse__Output {
  /**
   * The runs, newest first by start.
   */
  'runs'?: (_tollgate_v1_Run__Output)[];
  /**
   * Where the next page starts. Empty if this is the last page. A page may hold fewer entries than asked for, even none, and still have
   * a next one: a request looks at no more than 10,000 entries.
   */
  'next_page_token'?: (string);
}
