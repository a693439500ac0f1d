// Original file: proto/tollgate/v1/session.proto

import type { AllTools as _tollgate_v1_AllTools, AllTools__Output as _tollgate_v1_AllTools__Output } from '../../tollgate/v1/AllTools.ts';
import type { ToolList as _tollgate_v1_ToolList, ToolList__Output as _tollgate_v1_ToolList__Output } from '../../tollgate/v1/ToolList.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Sensitivity as _tollgate_v1_Sensitivity, Sensitivity__Output as _tollgate_v1_Sensitivity__Output } from '../../tollgate/v1/Sensitivity.ts';
import type { SessionStatus as _tollgate_v1_SessionStatus, SessionStatus__Output as _tollgate_v1_SessionStatus__Output } from '../../tollgate/v1/SessionStatus.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A task session: its terms, which never change, and its counters, which do.
 */
export interface Session {
  /**
   * The session's id, a UUIDv7 that Tollgate made. Its last two hex digits are its partition.
   */
  'session_id'?: (string);
  /**
   * The agent that the session was created for, 1 to 128 bytes.
   */
  'agent_id'?: (string);
  /**
   * The principal that owns the session, at most 128 bytes. If it is absent, the session may be used on behalf of anyone.
   */
  'owner'?: (string);
  /**
   * The agents or principals through which the task was delegated, as they were at creation, first one first; at most 16.
   */
  'delegation_chain'?: (string)[];
  /**
   * What the task is about, at most 512 bytes. It is advisory: no check reads it. Empty if none was declared.
   */
  'declared_intent'?: (string);
  /**
   * The session may call every tool that the policy lets it.
   */
  'all'?: (_tollgate_v1_AllTools | null);
  /**
   * The session may call the named tools only.
   */
  'tools'?: (_tollgate_v1_ToolList | null);
  /**
   * How long the session lives, 1 to 86,400 seconds in whole milliseconds. It has expired once more than this has elapsed.
   */
  'time_limit'?: (_google_protobuf_Duration | null);
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
   * How many calls one rate window may hold, 1 to 1,000,000. Absent means that there is no rate limit.
   */
  'rate_limit'?: (number);
  /**
   * The length of a rate window, 10 to 3,600 seconds. It has no meaning without a rate limit.
   */
  'rate_window'?: (_google_protobuf_Duration | null);
  /**
   * How many calls the current rate window holds; 0 once the window has ended, and without a rate limit.
   */
  'window_calls'?: (number);
  /**
   * When the current rate window started. Absent once the window has ended, and without a rate limit.
   */
  'window_started_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The highest sensitivity that a call in this session may have.
   */
  'sensitivity_ceiling'?: (_tollgate_v1_Sensitivity);
  /**
   * When the session was created, by the store's clock.
   */
  'created_at'?: (_google_protobuf_Timestamp | null);
  /**
   * When the time limit is reached: `created_at` plus `time_limit`.
   */
  'expires_at'?: (_google_protobuf_Timestamp | null);
  /**
   * When the session was closed. Absent if it was not.
   */
  'closed_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The state of the session at the time of the answer.
   */
  'status'?: (_tollgate_v1_SessionStatus);
  /**
   * Counts the changes of the session, from 1 at creation. Of two readings the one with the higher sequence is newer.
   */
  'sequence'?: (number | string | Long);
  /**
   * Reserved for sessions within sessions, which do not exist yet. It is always absent.
   */
  'parent_session_id'?: (string);
  '_owner'?: "owner";
  /**
   * The tools that the session may call. One of the two is always set.
   */
  'grant'?: "all"|"tools";
  '_rate_limit'?: "rate_limit";
  '_parent_session_id'?: "parent_session_id";
}

/**
 * A task session: its terms, which never change, and its counters, which do.
 */
export interface Session__Output {
  /**
   * The session's id, a UUIDv7 that Tollgate made. Its last two hex digits are its partition.
   */
  'session_id'?: (string);
  /**
   * The agent that the session was created for, 1 to 128 bytes.
   */
  'agent_id'?: (string);
  /**
   * The principal that owns the session, at most 128 bytes. If it is absent, the session may be used on behalf of anyone.
   */
  'owner'?: (string);
  /**
   * The agents or principals through which the task was delegated, as they were at creation, first one first; at most 16.
   */
  'delegation_chain'?: (string)[];
  /**
   * What the task is about, at most 512 bytes. It is advisory: no check reads it. Empty if none was declared.
   */
  'declared_intent'?: (string);
  /**
   * The session may call every tool that the policy lets it.
   */
  'all'?: (_tollgate_v1_AllTools__Output);
  /**
   * The session may call the named tools only.
   */
  'tools'?: (_tollgate_v1_ToolList__Output);
  /**
   * How long the session lives, 1 to 86,400 seconds in whole milliseconds. It has expired once more than this has elapsed.
   */
  'time_limit'?: (_google_protobuf_Duration__Output);
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
   * How many calls one rate window may hold, 1 to 1,000,000. Absent means that there is no rate limit.
   */
  'rate_limit'?: (number);
  /**
   * The length of a rate window, 10 to 3,600 seconds. It has no meaning without a rate limit.
   */
  'rate_window'?: (_google_protobuf_Duration__Output);
  /**
   * How many calls the current rate window holds; 0 once the window has ended, and without a rate limit.
   */
  'window_calls'?: (number);
  /**
   * When the current rate window started. Absent once the window has ended, and without a rate limit.
   */
  'window_started_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * The highest sensitivity that a call in this session may have.
   */
  'sensitivity_ceiling'?: (_tollgate_v1_Sensitivity__Output);
  /**
   * When the session was created, by the store's clock.
   */
  'created_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * When the time limit is reached: `created_at` plus `time_limit`.
   */
  'expires_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * When the session was closed. Absent if it was not.
   */
  'closed_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * The state of the session at the time of the answer.
   */
  'status'?: (_tollgate_v1_SessionStatus__Output);
  /**
   * Counts the changes of the session, from 1 at creation. Of two readings the one with the higher sequence is newer.
   */
  'sequence'?: (number);
  /**
   * Reserved for sessions within sessions, which do not exist yet. It is always absent.
   */
  'parent_session_id'?: (string);
}
