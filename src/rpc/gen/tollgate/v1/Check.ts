// Original file: proto/tollgate/v1/decision.proto

import type { Reason as _tollgate_v1_Reason, Reason__Output as _tollgate_v1_Reason__Output } from '../../tollgate/v1/Reason.ts';

/**
 * One check that a decision rests on.
 */
export interface Check {
  /**
   * The name of the check, in the order in which they are asked: `identity`, `tool`, `privilege`, `slash`, `run`, `scope`,
   * `session`, `agent`, `owner`, `closed`, `expired`, `budget`, `grant`, `sensitivity`, `rate`.
   */
  'name'?: (string);
  /**
   * True if the check passed. No check is asked after one that failed.
   */
  'passed'?: (boolean);
  /**
   * Why the check failed. A check that passed says `REASON_ALLOWED`, or `REASON_GATING_DISABLED` for an ungated command.
   */
  'reason'?: (_tollgate_v1_Reason);
  /**
   * True if the check rests on a fact that the request asserted and that no trusted record confirms.
   */
  'asserted'?: (boolean);
}

/**
 * One check that a decision rests on.
 */
export interface Check__Output {
  /**
   * The name of the check, in the order in which they are asked: `identity`, `tool`, `privilege`, `slash`, `run`, `scope`,
   * `session`, `agent`, `owner`, `closed`, `expired`, `budget`, `grant`, `sensitivity`, `rate`.
   */
  'name'?: (string);
  /**
   * True if the check passed. No check is asked after one that failed.
   */
  'passed'?: (boolean);
  /**
   * Why the check failed. A check that passed says `REASON_ALLOWED`, or `REASON_GATING_DISABLED` for an ungated command.
   */
  'reason'?: (_tollgate_v1_Reason__Output);
  /**
   * True if the check rests on a fact that the request asserted and that no trusted record confirms.
   */
  'asserted'?: (boolean);
}
