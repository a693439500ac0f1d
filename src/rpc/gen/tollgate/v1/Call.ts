// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Sensitivity as _tollgate_v1_Sensitivity, Sensitivity__Output as _tollgate_v1_Sensitivity__Output } from '../../tollgate/v1/Sensitivity.ts';

/**
 * One tool call of a batch.
 */
export interface Call {
  /**
   * The name of the tool, 1 to 128 bytes. It is required and matches exactly.
   */
  'tool'?: (string);
  /**
   * How sensitive the data of this call is. The higher of this and the policy's level for the tool counts. Absent leaves it to the
   * policy; if the policy gives no level either, the call is public.
   */
  'sensitivity'?: (_tollgate_v1_Sensitivity);
  '_sensitivity'?: "sensitivity";
}

/**
 * One tool call of a batch.
 */
export interface Call__Output {
  /**
   * The name of the tool, 1 to 128 bytes. It is required and matches exactly.
   */
  'tool'?: (string);
  /**
   * How sensitive the data of this call is. The higher of this and the policy's level for the tool counts. Absent leaves it to the
   * policy; if the policy gives no level either, the call is public.
   */
  'sensitivity'?: (_tollgate_v1_Sensitivity__Output);
}
