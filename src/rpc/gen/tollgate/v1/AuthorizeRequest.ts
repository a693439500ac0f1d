// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Sensitivity as _tollgate_v1_Sensitivity, Sensitivity__Output as _tollgate_v1_Sensitivity__Output } from '../../tollgate/v1/Sensitivity.ts';
import type { SlashContext as _tollgate_v1_SlashContext, SlashContext__Output as _tollgate_v1_SlashContext__Output } from '../../tollgate/v1/SlashContext.ts';

/**
 * A request to decide about one tool call.
 */
export interface AuthorizeRequest {
  /**
   * The trace whose identity record says who is behind the call, 1 to 256 bytes. Absent means that no identity is presented, which
   * is a denial unless the configuration makes the identity optional.
   */
  'trace_id'?: (string);
  /**
   * The session to charge, at most 128 bytes. An id that is no UUID is unknown. Absent means that no session is presented, which is
   * a denial unless the configuration makes the session optional.
   */
  'session_id'?: (string);
  /**
   * The agent that makes the call, 1 to 128 bytes. It is required with a session and must be the session's agent. It may be absent
   * without a session.
   */
  'agent_id'?: (string);
  /**
   * The name of the tool, 1 to 128 bytes. It is required and matches exactly.
   */
  'tool'?: (string);
  /**
   * How sensitive the data of this call is. The higher of this and the policy's level for the tool counts. Absent leaves it to the
   * policy; if the policy gives no level either, the call is public.
   */
  'sensitivity'?: (_tollgate_v1_Sensitivity);
  /**
   * The storage scope that the call touches, at most 512 bytes. It needs `run_id`. Absent means that it touches none; an empty
   * scope is a denial.
   */
  'scope'?: (string);
  /**
   * The run that makes the call, at most 128 bytes. Absent means that it belongs to no run.
   */
  'run_id'?: (string);
  /**
   * The slash command that led to the call. Absent means that none did.
   */
  'slash'?: (_tollgate_v1_SlashContext | null);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never charges again. The key belongs to this RPC and
   * the session. Absent means that every repeat is a new request. It cannot be combined with `dry_run`.
   */
  'idempotency_key'?: (string);
  /**
   * True to ask every check and write nothing; the answer is then in `Decision.would_be`. Absent means false.
   */
  'dry_run'?: (boolean);
  /**
   * True to get the checks also when the decision is no denial. Absent means false.
   */
  'explain'?: (boolean);
  '_trace_id'?: "trace_id";
  '_session_id'?: "session_id";
  '_agent_id'?: "agent_id";
  '_sensitivity'?: "sensitivity";
  '_scope'?: "scope";
  '_run_id'?: "run_id";
  '_idempotency_key'?: "idempotency_key";
  '_dry_run'?: "dry_run";
  '_explain'?: "explain";
}

/**
 * A request to decide about one tool call.
 */
export interface AuthorizeRequest__Output {
  /**
   * The trace whose identity record says who is behind the call, 1 to 256 bytes. Absent means that no identity is presented, which
   * is a denial unless the configuration makes the identity optional.
   */
  'trace_id'?: (string);
  /**
   * The session to charge, at most 128 bytes. An id that is no UUID is unknown. Absent means that no session is presented, which is
   * a denial unless the configuration makes the session optional.
   */
  'session_id'?: (string);
  /**
   * The agent that makes the call, 1 to 128 bytes. It is required with a session and must be the session's agent. It may be absent
   * without a session.
   */
  'agent_id'?: (string);
  /**
   * The name of the tool, 1 to 128 bytes. It is required and matches exactly.
   */
  'tool'?: (string);
  /**
   * How sensitive the data of this call is. The higher of this and the policy's level for the tool counts. Absent leaves it to the
   * policy; if the policy gives no level either, the call is public.
   */
  'sensitivity'?: (_tollgate_v1_Sensitivity__Output);
  /**
   * The storage scope that the call touches, at most 512 bytes. It needs `run_id`. Absent means that it touches none; an empty
   * scope is a denial.
   */
  'scope'?: (string);
  /**
   * The run that makes the call, at most 128 bytes. Absent means that it belongs to no run.
   */
  'run_id'?: (string);
  /**
   * The slash command that led to the call. Absent means that none did.
   */
  'slash'?: (_tollgate_v1_SlashContext__Output);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never charges again. The key belongs to this RPC and
   * the session. Absent means that every repeat is a new request. It cannot be combined with `dry_run`.
   */
  'idempotency_key'?: (string);
  /**
   * True to ask every check and write nothing; the answer is then in `Decision.would_be`. Absent means false.
   */
  'dry_run'?: (boolean);
  /**
   * True to get the checks also when the decision is no denial. Absent means false.
   */
  'explain'?: (boolean);
}
