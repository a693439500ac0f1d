// Original file: proto/tollgate/v1/session_service.proto

import type { AllTools as _tollgate_v1_AllTools, AllTools__Output as _tollgate_v1_AllTools__Output } from '../../tollgate/v1/AllTools.ts';
import type { ToolList as _tollgate_v1_ToolList, ToolList__Output as _tollgate_v1_ToolList__Output } from '../../tollgate/v1/ToolList.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';
import type { Sensitivity as _tollgate_v1_Sensitivity, Sensitivity__Output as _tollgate_v1_Sensitivity__Output } from '../../tollgate/v1/Sensitivity.ts';

/**
 * A request to make a session. What is out of range is INVALID_ARGUMENT, and the details name the field.
 */
export interface CreateSessionRequest {
  /**
   * The agent that the session is for, 1 to 128 bytes. It is required.
   */
  'agent_id'?: (string);
  /**
   * The principal that owns the session, 1 to 385 bytes. The session can then be used on behalf of this principal only. Absent means
   * that it has no owner.
   */
  'owner'?: (string);
  /**
   * The agents or principals through which the task was delegated, first one first; at most 16, each 1 to 385 bytes.
   */
  'delegation_chain'?: (string)[];
  /**
   * What the task is about, at most 512 bytes. It is advisory: no check reads it. Absent counts as empty.
   */
  'declared_intent'?: (string);
  /**
   * Grants every tool that the policy lets it.
   */
  'all'?: (_tollgate_v1_AllTools | null);
  /**
   * Grants the named tools only.
   */
  'tools'?: (_tollgate_v1_ToolList | null);
  /**
   * How long the session lives, 1 to 86,400 seconds in whole milliseconds. Absent means 3,600 seconds.
   */
  'time_limit'?: (_google_protobuf_Duration | null);
  /**
   * How many calls the session may make in all, 0 to 1,000,000. With 0 it may call nothing. Absent means 1,000.
   */
  'call_budget'?: (number);
  /**
   * How many calls one rate window may hold, 1 to 1,000,000. Absent means that there is no rate limit.
   */
  'rate_limit'?: (number);
  /**
   * The length of a rate window, 10 to 3,600 seconds in whole milliseconds. Absent means 60 seconds.
   */
  'rate_window'?: (_google_protobuf_Duration | null);
  /**
   * The highest sensitivity that a call in this session may have. Absent means internal.
   */
  'sensitivity_ceiling'?: (_tollgate_v1_Sensitivity);
  /**
   * Reserved for sessions within sessions, which do not exist yet. Giving it is INVALID_ARGUMENT.
   */
  'parent_session_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never makes a second session. The key belongs to this
   * RPC and the agent. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
  '_owner'?: "owner";
  '_declared_intent'?: "declared_intent";
  /**
   * The tools that the session may call. Exactly one is required.
   */
  'grant'?: "all"|"tools";
  '_call_budget'?: "call_budget";
  '_rate_limit'?: "rate_limit";
  '_sensitivity_ceiling'?: "sensitivity_ceiling";
  '_parent_session_id'?: "parent_session_id";
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to make a session. What is out of range is INVALID_ARGUMENT, and the details name the field.
 */
export interface CreateSessionRequest__Output {
  /**
   * The agent that the session is for, 1 to 128 bytes. It is required.
   */
  'agent_id'?: (string);
  /**
   * The principal that owns the session, 1 to 385 bytes. The session can then be used on behalf of this principal only. Absent means
   * that it has no owner.
   */
  'owner'?: (string);
  /**
   * The agents or principals through which the task was delegated, first one first; at most 16, each 1 to 385 bytes.
   */
  'delegation_chain'?: (string)[];
  /**
   * What the task is about, at most 512 bytes. It is advisory: no check reads it. Absent counts as empty.
   */
  'declared_intent'?: (string);
  /**
   * Grants every tool that the policy lets it.
   */
  'all'?: (_tollgate_v1_AllTools__Output);
  /**
   * Grants the named tools only.
   */
  'tools'?: (_tollgate_v1_ToolList__Output);
  /**
   * How long the session lives, 1 to 86,400 seconds in whole milliseconds. Absent means 3,600 seconds.
   */
  'time_limit'?: (_google_protobuf_Duration__Output);
  /**
   * How many calls the session may make in all, 0 to 1,000,000. With 0 it may call nothing. Absent means 1,000.
   */
  'call_budget'?: (number);
  /**
   * How many calls one rate window may hold, 1 to 1,000,000. Absent means that there is no rate limit.
   */
  'rate_limit'?: (number);
  /**
   * The length of a rate window, 10 to 3,600 seconds in whole milliseconds. Absent means 60 seconds.
   */
  'rate_window'?: (_google_protobuf_Duration__Output);
  /**
   * The highest sensitivity that a call in this session may have. Absent means internal.
   */
  'sensitivity_ceiling'?: (_tollgate_v1_Sensitivity__Output);
  /**
   * Reserved for sessions within sessions, which do not exist yet. Giving it is INVALID_ARGUMENT.
   */
  'parent_session_id'?: (string);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never makes a second session. The key belongs to this
   * RPC and the agent. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
}
