// Original file: proto/tollgate/v1/audit_service.proto

import type { Run as _tollgate_v1_Run, Run__Output as _tollgate_v1_Run__Output } from '../../tollgate/v1/Run.ts';

/**
 * The latest run of a skill.
 */
export interface LastRun {
  /**
   * The skill.
   */
  'skill_id'?: (string);
  /**
   * Its latest run by start.
   */
  'run'?: (_tollgate_v1_Run | null);
}

/**
 * The latest run of a skill.
 */
export interface LastRun__Output {
  /**
   * The skill.
   */
  'skill_id'?: (string);
  /**
   * Its latest run by start.
   */
  'run'?: (_tollgate_v1_Run__Output);
}
