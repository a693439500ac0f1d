// Original file: proto/tollgate/v1/audit_service.proto

import type { Run as _tollgate_v1_Run, Run__Output as _tollgate_v1_Run__Output } from '../../tollgate/v1/Run.ts';

/**
 * The children of a run.
 */
export interface ListChildRunsResponse {
  /**
   * The runs, oldest first by start.
   */
  'runs'?: (_tollgate_v1_Run)[];
}

/**
 * The children of a run.
 */
export interface ListChildRunsResponse__Output {
  /**
   * The runs, oldest first by start.
   */
  'runs'?: (_tollgate_v1_Run__Output)[];
}
