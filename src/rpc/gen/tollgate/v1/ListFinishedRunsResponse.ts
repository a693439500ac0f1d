// Original file: proto/tollgate/v1/audit_service.proto

import type { Run as _tollgate_v1_Run, Run__Output as _tollgate_v1_Run__Output } from '../../tollgate/v1/Run.ts';

/**
 * Runs that finished before a time.
 */
export interface ListFinishedRunsResponse {
  /**
   * The runs, oldest first by finish.
   */
  'runs'?: (_tollgate_v1_Run)[];
}

/**
 * Runs that finished before a time.
 */
export interface ListFinishedRunsResponse__Output {
  /**
   * The runs, oldest first by finish.
   */
  'runs'?: (_tollgate_v1_Run__Output)[];
}
