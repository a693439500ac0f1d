// Original file: proto/tollgate/v1/audit_service.proto

import type { LastRun as _tollgate_v1_LastRun, LastRun__Output as _tollgate_v1_LastRun__Output } from '../../tollgate/v1/LastRun.ts';

/**
 * The latest runs of some skills.
 */
export interface GetLastRunsResponse {
  /**
   * One entry for each skill that has such a run among the newest 10,000 runs, in the order of the request.
   */
  'last_runs'?: (_tollgate_v1_LastRun)[];
}

/**
 * The latest runs of some skills.
 */
export interface GetLastRunsResponse__Output {
  /**
   * One entry for each skill that has such a run among the newest 10,000 runs, in the order of the request.
   */
  'last_runs'?: (_tollgate_v1_LastRun__Output)[];
}
