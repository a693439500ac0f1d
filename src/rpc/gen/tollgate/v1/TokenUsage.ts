// Original file: proto/tollgate/v1/audit.proto

import type { Long } from '@grpc/proto-loader';

/**
 * How many tokens a step or a run used. An absent count is 0; a negative count is INVALID_ARGUMENT.
 */
export interface TokenUsage {
  /**
   * Tokens that the model read, 0 or more.
   */
  'input_tokens'?: (number | string | Long);
  /**
   * Tokens that the model wrote, 0 or more.
   */
  'output_tokens'?: (number | string | Long);
  /**
   * Tokens that the model spent on thinking, 0 or more.
   */
  'thinking_tokens'?: (number | string | Long);
  /**
   * Tokens that the model read from a cache, 0 or more.
   */
  'cache_read_tokens'?: (number | string | Long);
}

/**
 * How many tokens a step or a run used. An absent count is 0; a negative count is INVALID_ARGUMENT.
 */
export interface TokenUsage__Output {
  /**
   * Tokens that the model read, 0 or more.
   */
  'input_tokens'?: (number);
  /**
   * Tokens that the model wrote, 0 or more.
   */
  'output_tokens'?: (number);
  /**
   * Tokens that the model spent on thinking, 0 or more.
   */
  'thinking_tokens'?: (number);
  /**
   * Tokens that the model read from a cache, 0 or more.
   */
  'cache_read_tokens'?: (number);
}
