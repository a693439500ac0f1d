// Original file: proto/tollgate/v1/decision_record.proto

import type { RecordedCounters as _tollgate_v1_RecordedCounters, RecordedCounters__Output as _tollgate_v1_RecordedCounters__Output } from '../../tollgate/v1/RecordedCounters.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A session as a decision found and left it.
 */
export interface RecordedSession {
  /**
   * The numbers before the decision.
   */
  'before'?: (_tollgate_v1_RecordedCounters | null);
  /**
   * The numbers after the decision. A denial leaves them as they were.
   */
  'after'?: (_tollgate_v1_RecordedCounters | null);
  /**
   * How often the session had changed, with this decision.
   */
  'sequence'?: (number | string | Long);
  /**
   * How many calls the session may make in all.
   */
  'call_budget'?: (number);
  /**
   * How many calls it may make in one rate window. Absent means that there is no such limit.
   */
  'rate_limit'?: (number);
  '_rate_limit'?: "rate_limit";
}

/**
 * A session as a decision found and left it.
 */
export interface RecordedSession__Output {
  /**
   * The numbers before the decision.
   */
  'before'?: (_tollgate_v1_RecordedCounters__Output);
  /**
   * The numbers after the decision. A denial leaves them as they were.
   */
  'after'?: (_tollgate_v1_RecordedCounters__Output);
  /**
   * How often the session had changed, with this decision.
   */
  'sequence'?: (number);
  /**
   * How many calls the session may make in all.
   */
  'call_budget'?: (number);
  /**
   * How many calls it may make in one rate window. Absent means that there is no such limit.
   */
  'rate_limit'?: (number);
}
