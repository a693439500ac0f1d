// Original file: proto/tollgate/v1/decision_record.proto

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';
import type { Sensitivity as _tollgate_v1_Sensitivity, Sensitivity__Output as _tollgate_v1_Sensitivity__Output } from '../../tollgate/v1/Sensitivity.ts';

/**
 * What a session was opened with.
 */
export interface RecordedTerms {
  /**
   * True if every tool is granted.
   */
  'all_tools'?: (boolean);
  /**
   * The tools that are granted. Empty if every tool is granted, or none.
   */
  'tools'?: (string)[];
  /**
   * How many calls the session may make in all.
   */
  'call_budget'?: (number);
  /**
   * How many calls it may make in one rate window. Absent means that there is no such limit.
   */
  'rate_limit'?: (number);
  /**
   * The length of a rate window.
   */
  'rate_window'?: (_google_protobuf_Duration | null);
  /**
   * The highest sensitivity of a call.
   */
  'sensitivity_ceiling'?: (_tollgate_v1_Sensitivity);
  /**
   * How long the session may live.
   */
  'time_limit'?: (_google_protobuf_Duration | null);
  /**
   * The principal that it belongs to. Absent if it belongs to nobody.
   */
  'owner'?: (string);
  /**
   * Who has delegated to whom, the first one first.
   */
  'delegation_chain'?: (string)[];
  /**
   * What the session was declared to be for, as it is stored.
   */
  'declared_intent'?: (string);
  '_rate_limit'?: "rate_limit";
  '_owner'?: "owner";
}

/**
 * What a session was opened with.
 */
export interface RecordedTerms__Output {
  /**
   * True if every tool is granted.
   */
  'all_tools'?: (boolean);
  /**
   * The tools that are granted. Empty if every tool is granted, or none.
   */
  'tools'?: (string)[];
  /**
   * How many calls the session may make in all.
   */
  'call_budget'?: (number);
  /**
   * How many calls it may make in one rate window. Absent means that there is no such limit.
   */
  'rate_limit'?: (number);
  /**
   * The length of a rate window.
   */
  'rate_window'?: (_google_protobuf_Duration__Output);
  /**
   * The highest sensitivity of a call.
   */
  'sensitivity_ceiling'?: (_tollgate_v1_Sensitivity__Output);
  /**
   * How long the session may live.
   */
  'time_limit'?: (_google_protobuf_Duration__Output);
  /**
   * The principal that it belongs to. Absent if it belongs to nobody.
   */
  'owner'?: (string);
  /**
   * Who has delegated to whom, the first one first.
   */
  'delegation_chain'?: (string)[];
  /**
   * What the session was declared to be for, as it is stored.
   */
  'declared_intent'?: (string);
}
