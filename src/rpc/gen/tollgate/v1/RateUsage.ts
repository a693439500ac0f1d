// Original file: proto/tollgate/v1/session.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * How much of a session's rate window is left.
 */
export interface RateUsage {
  /**
   * How many calls one window may hold, 1 to 1,000,000.
   */
  'limit'?: (number);
  /**
   * How many calls the current window can still take, 0 to `limit`. After a window's end it is the full limit.
   */
  'remaining'?: (number);
  /**
   * When the current window ends. Absent once it has ended, because the next one starts with the next call.
   */
  'resets_at'?: (_google_protobuf_Timestamp | null);
}

/**
 * How much of a session's rate window is left.
 */
export interface RateUsage__Output {
  /**
   * How many calls one window may hold, 1 to 1,000,000.
   */
  'limit'?: (number);
  /**
   * How many calls the current window can still take, 0 to `limit`. After a window's end it is the full limit.
   */
  'remaining'?: (number);
  /**
   * When the current window ends. Absent once it has ended, because the next one starts with the next call.
   */
  'resets_at'?: (_google_protobuf_Timestamp__Output);
}
