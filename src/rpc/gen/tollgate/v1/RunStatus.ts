// Original file: proto/tollgate/v1/run.proto

/**
 * The state of a run.
 */
export const RunStatus = {
  /**
   * Not given. A filter with this value matches every status; an answer never holds it, and no run can finish with it.
   */
  RUN_STATUS_UNSPECIFIED: 0,
  /**
   * The run has started and has not finished. No run can finish with it.
   */
  RUN_STATUS_RUNNING: 1,
  /**
   * The run finished well.
   */
  RUN_STATUS_OK: 2,
  /**
   * The run failed.
   */
  RUN_STATUS_ERROR: 3,
  /**
   * The run took too long, or was left untouched for so long that Tollgate finished it.
   */
  RUN_STATUS_TIMEOUT: 4,
  /**
   * The run stopped because a budget was spent.
   */
  RUN_STATUS_BUDGET_EXCEEDED: 5,
  /**
   * The run was cancelled.
   */
  RUN_STATUS_CANCELLED: 6,
  /**
   * The run was a rehearsal. Lists leave it out unless it is asked for.
   */
  RUN_STATUS_DRY_RUN: 7,
} as const;

/**
 * The state of a run.
 */
export type RunStatus =
  /**
   * Not given. A filter with this value matches every status; an answer never holds it, and no run can finish with it.
   */
  | 'RUN_STATUS_UNSPECIFIED'
  | 0
  /**
   * The run has started and has not finished. No run can finish with it.
   */
  | 'RUN_STATUS_RUNNING'
  | 1
  /**
   * The run finished well.
   */
  | 'RUN_STATUS_OK'
  | 2
  /**
   * The run failed.
   */
  | 'RUN_STATUS_ERROR'
  | 3
  /**
   * The run took too long, or was left untouched for so long that Tollgate finished it.
   */
  | 'RUN_STATUS_TIMEOUT'
  | 4
  /**
   * The run stopped because a budget was spent.
   */
  | 'RUN_STATUS_BUDGET_EXCEEDED'
  | 5
  /**
   * The run was cancelled.
   */
  | 'RUN_STATUS_CANCELLED'
  | 6
  /**
   * The run was a rehearsal. Lists leave it out unless it is asked for.
   */
  | 'RUN_STATUS_DRY_RUN'
  | 7

/**
 * The state of a run.
 */
export type RunStatus__Output = typeof RunStatus[keyof typeof RunStatus]
