// Original file: proto/tollgate/v1/decision_record.proto

import type { Effect as _tollgate_v1_Effect, Effect__Output as _tollgate_v1_Effect__Output } from '../../tollgate/v1/Effect.ts';
import type { Reason as _tollgate_v1_Reason, Reason__Output as _tollgate_v1_Reason__Output } from '../../tollgate/v1/Reason.ts';
import type { Check as _tollgate_v1_Check, Check__Output as _tollgate_v1_Check__Output } from '../../tollgate/v1/Check.ts';

/**
 * How the same request would be decided now. Nothing was charged or written to find it out, and it permits nothing.
 */
export interface DecisionNow {
  /**
   * The effect that it would have.
   */
  'effect'?: (_tollgate_v1_Effect);
  /**
   * Why.
   */
  'reason'?: (_tollgate_v1_Reason);
  /**
   * The checks that were asked, in order.
   */
  'checks'?: (_tollgate_v1_Check)[];
  /**
   * The revision of the policy that was applied, which is the one in force.
   */
  'policy_revision'?: (string);
  /**
   * True if the identity behind the given trace was asked as it stands now, or if nobody is behind the request. False if the principal of
   * the record stood in for its identity, without the aliases that it may have.
   */
  'from_trace'?: (boolean);
}

/**
 * How the same request would be decided now. Nothing was charged or written to find it out, and it permits nothing.
 */
export interface DecisionNow__Output {
  /**
   * The effect that it would have.
   */
  'effect'?: (_tollgate_v1_Effect__Output);
  /**
   * Why.
   */
  'reason'?: (_tollgate_v1_Reason__Output);
  /**
   * The checks that were asked, in order.
   */
  'checks'?: (_tollgate_v1_Check__Output)[];
  /**
   * The revision of the policy that was applied, which is the one in force.
   */
  'policy_revision'?: (string);
  /**
   * True if the identity behind the given trace was asked as it stands now, or if nobody is behind the request. False if the principal of
   * the record stood in for its identity, without the aliases that it may have.
   */
  'from_trace'?: (boolean);
}
