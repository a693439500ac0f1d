// Original file: proto/tollgate/v1/decision_record.proto


/**
 * The numbers of a session at one moment.
 */
export interface RecordedCounters {
  /**
   * How many calls had been charged.
   */
  'calls_made'?: (number);
  /**
   * How many of them lay in the rate window of that moment. It is 0 if the session has no rate limit.
   */
  'window_calls'?: (number);
}

/**
 * The numbers of a session at one moment.
 */
export interface RecordedCounters__Output {
  /**
   * How many calls had been charged.
   */
  'calls_made'?: (number);
  /**
   * How many of them lay in the rate window of that moment. It is 0 if the session has no rate limit.
   */
  'window_calls'?: (number);
}
