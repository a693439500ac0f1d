// Original file: proto/tollgate/v1/audit.proto

import type { TokenUsage as _tollgate_v1_TokenUsage, TokenUsage__Output as _tollgate_v1_TokenUsage__Output } from '../../tollgate/v1/TokenUsage.ts';

/**
 * What a model answered in one step.
 */
export interface StepResponse {
  /**
   * The text of the answer, up to the request's size limit. Trimmed and at most 2,000 bytes of it are stored, and none if it is
   * blank. If the step fired a secret tool, or follows a secret tool's result, the text is redacted. Absent counts as blank.
   */
  'text'?: (string);
  /**
   * The model's name, at most 128 bytes. Absent means that it is not known.
   */
  'model'?: (string);
  /**
   * Why the model stopped, at most 128 bytes. Absent means that it is not known.
   */
  'finish_reason'?: (string);
  /**
   * The names of the tools that this step fired, each at most 128 bytes, at most 256. Empty means that it fired none.
   */
  'tool_calls'?: (string)[];
  /**
   * The tokens that this step used. Absent counts as none.
   */
  'usage'?: (_tollgate_v1_TokenUsage | null);
  '_text'?: "text";
  '_model'?: "model";
  '_finish_reason'?: "finish_reason";
}

/**
 * What a model answered in one step.
 */
export interface StepResponse__Output {
  /**
   * The text of the answer, up to the request's size limit. Trimmed and at most 2,000 bytes of it are stored, and none if it is
   * blank. If the step fired a secret tool, or follows a secret tool's result, the text is redacted. Absent counts as blank.
   */
  'text'?: (string);
  /**
   * The model's name, at most 128 bytes. Absent means that it is not known.
   */
  'model'?: (string);
  /**
   * Why the model stopped, at most 128 bytes. Absent means that it is not known.
   */
  'finish_reason'?: (string);
  /**
   * The names of the tools that this step fired, each at most 128 bytes, at most 256. Empty means that it fired none.
   */
  'tool_calls'?: (string)[];
  /**
   * The tokens that this step used. Absent counts as none.
   */
  'usage'?: (_tollgate_v1_TokenUsage__Output);
}
