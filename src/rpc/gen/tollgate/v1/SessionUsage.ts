// Original file: proto/tollgate/v1/session.proto

import type { RateUsage as _tollgate_v1_RateUsage, RateUsage__Output as _tollgate_v1_RateUsage__Output } from '../../tollgate/v1/RateUsage.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { SessionStatus as _tollgate_v1_SessionStatus, SessionStatus__Output as _tollgate_v1_SessionStatus__Output } from '../../tollgate/v1/SessionStatus.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * How much of a session is used, right after the decision. A replay shows the counters of the first answer.
 */
export interface SessionUsage {
  /**
   * How many calls the session may make in all, 0 to 1,000,000.
   */
  'call_budget'?: (number);
  /**
   * How many calls have been charged, 0 to `call_budget`.
   */
  'calls_made'?: (number);
  /**
   * How many calls are left: `call_budget` minus `calls_made`.
   */
  'calls_remaining'?: (number);
  /**
   * The state of the rate window. Absent means that the session has no rate limit.
   */
  'rate'?: (_tollgate_v1_RateUsage | null);
  /**
   * When the session's time limit is reached.
   */
  'expires_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The state of the session.
   */
  'status'?: (_tollgate_v1_SessionStatus);
  /**
   * Counts the changes of the session, from 1 at creation. Of two readings the one with the higher sequence is newer.
   */
  'sequence'?: (number | string | Long);
}

/**
 * How much of a session is used, right after the decision. A replay shows the counters of the first answer.
 */
export interface SessionUsage__Output {
  /**
   * How many calls the session may make in all, 0 to 1,000,000.
   */
  'call_budget'?: (number);
  /**
   * How many calls have been charged, 0 to `call_budget`.
   */
  'calls_made'?: (number);
  /**
   * How many calls are left: `call_budget` minus `calls_made`.
   */
  'calls_remaining'?: (number);
  /**
   * The state of the rate window. Absent means that the session has no rate limit.
   */
  'rate'?: (_tollgate_v1_RateUsage__Output);
  /**
   * When the session's time limit is reached.
   */
  'expires_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * The state of the session.
   */
  'status'?: (_tollgate_v1_SessionStatus__Output);
  /**
   * Counts the changes of the session, from 1 at creation. Of two readings the one with the higher sequence is newer.
   */
  'sequence'?: (number);
}
