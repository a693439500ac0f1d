// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Call as _tollgate_v1_Call, Call__Output as _tollgate_v1_Call__Output } from '../../tollgate/v1/Call.ts';

/**
 * A request to charge a session for a batch of tool calls.
 */
export interface ConsumeBudgetRequest {
  /**
   * The session to charge, at most 128 bytes. An id that is no UUID is unknown. Absent is a denial with `REASON_SESSION_REQUIRED`.
   */
  'session_id'?: (string);
  /**
   * The agent that makes the calls, 1 to 128 bytes. It is required and must be the session's agent.
   */
  'agent_id'?: (string);
  /**
   * The trace whose identity record says who is behind the calls, 1 to 256 bytes. Absent means that no identity is presented, which
   * is a denial if the session has an owner or a tool requires a privilege.
   */
  'trace_id'?: (string);
  /**
   * The calls, 0 to 256, charged all or nothing. An empty batch charges nothing and permits nothing: its reason is
   * `REASON_NOTHING_TO_CHARGE` or a denial.
   */
  'calls'?: (_tollgate_v1_Call)[];
  /**
   * The run that makes the calls, at most 128 bytes. Absent means that they belong to no run.
   */
  'run_id'?: (string);
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
  '_session_id'?: "session_id";
  '_trace_id'?: "trace_id";
  '_run_id'?: "run_id";
  '_idempotency_key'?: "idempotency_key";
  '_dry_run'?: "dry_run";
  '_explain'?: "explain";
}

/**
 * A request to charge a session for a batch of tool calls.
 */
export interface ConsumeBudgetRequest__Output {
  /**
   * The session to charge, at most 128 bytes. An id that is no UUID is unknown. Absent is a denial with `REASON_SESSION_REQUIRED`.
   */
  'session_id'?: (string);
  /**
   * The agent that makes the calls, 1 to 128 bytes. It is required and must be the session's agent.
   */
  'agent_id'?: (string);
  /**
   * The trace whose identity record says who is behind the calls, 1 to 256 bytes. Absent means that no identity is presented, which
   * is a denial if the session has an owner or a tool requires a privilege.
   */
  'trace_id'?: (string);
  /**
   * The calls, 0 to 256, charged all or nothing. An empty batch charges nothing and permits nothing: its reason is
   * `REASON_NOTHING_TO_CHARGE` or a denial.
   */
  'calls'?: (_tollgate_v1_Call__Output)[];
  /**
   * The run that makes the calls, at most 128 bytes. Absent means that they belong to no run.
   */
  'run_id'?: (string);
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
