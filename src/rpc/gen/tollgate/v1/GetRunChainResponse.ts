// Original file: proto/tollgate/v1/audit_service.proto

import type { Run as _tollgate_v1_Run, Run__Output as _tollgate_v1_Run__Output } from '../../tollgate/v1/Run.ts';

/**
 * The way from the root to a run.
 */
export interface GetRunChainResponse {
  /**
   * The runs, root first and the run itself last, at most 32.
   */
  'runs'?: (_tollgate_v1_Run)[];
}

/**
 * The way from the root to a run.
 */
export interface GetRunChainResponse__Output {
  /**
   * The runs, root first and the run itself last, at most 32.
   */
  'runs'?: (_tollgate_v1_Run__Output)[];
}
