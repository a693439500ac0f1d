// Original file: proto/tollgate/v1/decision_record.proto

import type { Sensitivity as _tollgate_v1_Sensitivity, Sensitivity__Output as _tollgate_v1_Sensitivity__Output } from '../../tollgate/v1/Sensitivity.ts';

/**
 * Equal calls of one request, counted.
 */
export interface RecordedCall {
  /**
   * The tool.
   */
  'tool'?: (string);
  /**
   * The sensitivity that was decided on: the higher of what the request stated and what the policy said then.
   */
  'sensitivity'?: (_tollgate_v1_Sensitivity);
  /**
   * How many of the request's calls were this one, 1 or more.
   */
  'count'?: (number);
  /**
   * The sensitivity that the request stated. Absent if it stated none.
   */
  'stated'?: (_tollgate_v1_Sensitivity);
  '_stated'?: "stated";
}

/**
 * Equal calls of one request, counted.
 */
export interface RecordedCall__Output {
  /**
   * The tool.
   */
  'tool'?: (string);
  /**
   * The sensitivity that was decided on: the higher of what the request stated and what the policy said then.
   */
  'sensitivity'?: (_tollgate_v1_Sensitivity__Output);
  /**
   * How many of the request's calls were this one, 1 or more.
   */
  'count'?: (number);
  /**
   * The sensitivity that the request stated. Absent if it stated none.
   */
  'stated'?: (_tollgate_v1_Sensitivity__Output);
}
