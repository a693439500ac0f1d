// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Decision as _tollgate_v1_Decision, Decision__Output as _tollgate_v1_Decision__Output } from '../../tollgate/v1/Decision.ts';

/**
 * The decision about a storage scope.
 */
export interface ValidateScopeResponse {
  /**
   * The decision.
   */
  'decision'?: (_tollgate_v1_Decision | null);
}

/**
 * The decision about a storage scope.
 */
export interface ValidateScopeResponse__Output {
  /**
   * The decision.
   */
  'decision'?: (_tollgate_v1_Decision__Output);
}
