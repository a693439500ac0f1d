// Original file: proto/tollgate/v1/audit.proto

import type { StepResponse as _tollgate_v1_StepResponse, StepResponse__Output as _tollgate_v1_StepResponse__Output } from '../../tollgate/v1/StepResponse.ts';

/**
 * One step of the agent's loop. It is stored as `step`; the first step that names a model adds `resolved_model`, once per run.
 */
export interface StepEvent {
  /**
   * The number of the iteration, 0 or more, as the runner counts it. Absent counts as 0.
   */
  'iter'?: (number);
  /**
   * What the model answered. Absent means that the step ended without an answer.
   */
  'response'?: (_tollgate_v1_StepResponse | null);
  '_iter'?: "iter";
}

/**
 * One step of the agent's loop. It is stored as `step`; the first step that names a model adds `resolved_model`, once per run.
 */
export interface StepEvent__Output {
  /**
   * The number of the iteration, 0 or more, as the runner counts it. Absent counts as 0.
   */
  'iter'?: (number);
  /**
   * What the model answered. Absent means that the step ended without an answer.
   */
  'response'?: (_tollgate_v1_StepResponse__Output);
}
