// Original file: proto/tollgate/v1/run_service.proto

import type { Run as _tollgate_v1_Run, Run__Output as _tollgate_v1_Run__Output } from '../../tollgate/v1/Run.ts';

/**
 * The run that was finished.
 */
export interface FinishRunResponse {
  /**
   * The run.
   */
  'run'?: (_tollgate_v1_Run | null);
}

/**
 * The run that was finished.
 */
export interface FinishRunResponse__Output {
  /**
   * The run.
   */
  'run'?: (_tollgate_v1_Run__Output);
}
