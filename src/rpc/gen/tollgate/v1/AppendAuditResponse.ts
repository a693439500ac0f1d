// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { TokenUsage as _tollgate_v1_TokenUsage, TokenUsage__Output as _tollgate_v1_TokenUsage__Output } from '../../tollgate/v1/TokenUsage.ts';
import type { Durability as _tollgate_v1_Durability, Durability__Output as _tollgate_v1_Durability__Output } from '../../tollgate/v1/Durability.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What was stored. Only this answer acknowledges the events.
 */
export interface AppendAuditResponse {
  /**
   * The number of the first record that was stored for this request.
   */
  'first_sequence'?: (number | string | Long);
  /**
   * The number of the last record that was stored for this request. An event becomes one or two records.
   */
  'last_sequence'?: (number | string | Long);
  /**
   * The tokens of all steps of the run, these events included.
   */
  'token_totals'?: (_tollgate_v1_TokenUsage | null);
  /**
   * True if the idempotency key had its effect earlier, so that this request stored nothing further.
   */
  'replayed'?: (boolean);
  /**
   * What the stored events survive.
   */
  'durability'?: (_tollgate_v1_Durability);
}

/**
 * What was stored. Only this answer acknowledges the events.
 */
export interface AppendAuditResponse__Output {
  /**
   * The number of the first record that was stored for this request.
   */
  'first_sequence'?: (number);
  /**
   * The number of the last record that was stored for this request. An event becomes one or two records.
   */
  'last_sequence'?: (number);
  /**
   * The tokens of all steps of the run, these events included.
   */
  'token_totals'?: (_tollgate_v1_TokenUsage__Output);
  /**
   * True if the idempotency key had its effect earlier, so that this request stored nothing further.
   */
  'replayed'?: (boolean);
  /**
   * What the stored events survive.
   */
  'durability'?: (_tollgate_v1_Durability__Output);
}
