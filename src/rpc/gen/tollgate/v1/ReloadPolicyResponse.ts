// Original file: proto/tollgate/v1/server_service.proto

import type { PolicyInfo as _tollgate_v1_PolicyInfo, PolicyInfo__Output as _tollgate_v1_PolicyInfo__Output } from '../../tollgate/v1/PolicyInfo.ts';

/**
 * The policy that is now in force.
 */
export interface ReloadPolicyResponse {
  /**
   * The policy.
   */
  'policy'?: (_tollgate_v1_PolicyInfo | null);
}

/**
 * The policy that is now in force.
 */
export interface ReloadPolicyResponse__Output {
  /**
   * The policy.
   */
  'policy'?: (_tollgate_v1_PolicyInfo__Output);
}
