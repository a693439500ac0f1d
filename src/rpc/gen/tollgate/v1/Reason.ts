// Original file: proto/tollgate/v1/decision.proto

/**
 * Why a decision came out as it did. The list is closed and shared by all decision RPCs.
 * A client treats a value that it does not know as a denial.
 */
export const Reason = {
  /**
   * No reason was given. It never stands beside `EFFECT_ALLOW`.
   */
  REASON_UNSPECIFIED: 0,
  /**
   * Every check passed.
   */
  REASON_ALLOWED: 1,
  /**
   * The batch is empty: the session could be charged, but nothing was, and nothing is permitted.
   */
  REASON_NOTHING_TO_CHARGE: 2,
  /**
   * An identity is required and the request names no trace.
   */
  REASON_IDENTITY_REQUIRED: 3,
  /**
   * No identity is bound to the trace.
   */
  REASON_IDENTITY_UNKNOWN: 4,
  /**
   * The identity record of the trace is not a valid record, so it cannot be trusted.
   */
  REASON_IDENTITY_MALFORMED: 5,
  /**
   * The policy does not list the tool and does not leave unlisted tools to the session.
   */
  REASON_TOOL_UNKNOWN: 6,
  /**
   * The tool requires a privilege that the identity does not have.
   */
  REASON_PRIVILEGE_REQUIRED: 7,
  /**
   * The policy has no entry for the platform.
   */
  REASON_PLATFORM_UNKNOWN: 8,
  /**
   * The request names another platform than the identity record.
   */
  REASON_PLATFORM_MISMATCH: 9,
  /**
   * Allowed, because no admin is configured for this scope and so everyone may run everything.
   */
  REASON_GATING_DISABLED: 10,
  /**
   * The text is not a slash command, so there is nothing to decide.
   */
  REASON_NOT_A_COMMAND: 11,
  /**
   * The command is gated and the user may not run it.
   */
  REASON_COMMAND_NOT_ALLOWED: 12,
  /**
   * No run has this id.
   */
  REASON_RUN_UNKNOWN: 13,
  /**
   * The run's caller is another principal than the identity of the trace.
   */
  REASON_RUN_FOREIGN: 14,
  /**
   * The request asserts a fact, and the server's configuration accepts no asserted facts here.
   */
  REASON_ASSERTION_REFUSED: 15,
  /**
   * The scope is `user:` without an id.
   */
  REASON_SCOPE_EMPTY_USER: 16,
  /**
   * The scope belongs to another user than the run's caller.
   */
  REASON_SCOPE_OTHER_USER: 17,
  /**
   * The scope is `root_run:` without an id.
   */
  REASON_SCOPE_EMPTY_ROOT_RUN: 18,
  /**
   * The scope belongs to another tree of runs.
   */
  REASON_SCOPE_OTHER_TREE: 19,
  /**
   * The scope is `run:` without an id.
   */
  REASON_SCOPE_EMPTY_RUN: 20,
  /**
   * The scope belongs to a run that is neither this one, nor its parent, nor the parent of the run that it continues.
   */
  REASON_SCOPE_OTHER_RUN: 21,
  /**
   * The scope has none of the known shapes `skill`, `user:<id>`, `root_run:<id>` and `run:<id>`.
   */
  REASON_SCOPE_UNKNOWN_SHAPE: 22,
  /**
   * A session is required and the request names none.
   */
  REASON_SESSION_REQUIRED: 23,
  /**
   * No session has this id, or it ended so long ago that it has been forgotten.
   */
  REASON_SESSION_UNKNOWN: 24,
  /**
   * The session was created for another agent.
   */
  REASON_AGENT_MISMATCH: 25,
  /**
   * The session has an owner, and no principal of the identity is that owner.
   */
  REASON_OWNER_MISMATCH: 26,
  /**
   * The session has been closed.
   */
  REASON_SESSION_CLOSED: 27,
  /**
   * The session's time limit has passed.
   */
  REASON_SESSION_EXPIRED: 28,
  /**
   * The calls exceed what is left of the session's call budget.
   */
  REASON_BUDGET_EXHAUSTED: 29,
  /**
   * The session's grant does not name the tool.
   */
  REASON_TOOL_NOT_GRANTED: 30,
  /**
   * The call's sensitivity is above the session's ceiling.
   */
  REASON_SENSITIVITY_EXCEEDED: 31,
  /**
   * The calls exceed what is left of the current rate window. `Decision.retry_after` says when the window ends.
   */
  REASON_RATE_LIMITED: 32,
  /**
   * The batch holds more calls than the rate limit allows in any window, so it can never pass.
   */
  REASON_RATE_IMPOSSIBLE: 33,
} as const;

/**
 * Why a decision came out as it did. The list is closed and shared by all decision RPCs.
 * A client treats a value that it does not know as a denial.
 */
export type Reason =
  /**
   * No reason was given. It never stands beside `EFFECT_ALLOW`.
   */
  | 'REASON_UNSPECIFIED'
  | 0
  /**
   * Every check passed.
   */
  | 'REASON_ALLOWED'
  | 1
  /**
   * The batch is empty: the session could be charged, but nothing was, and nothing is permitted.
   */
  | 'REASON_NOTHING_TO_CHARGE'
  | 2
  /**
   * An identity is required and the request names no trace.
   */
  | 'REASON_IDENTITY_REQUIRED'
  | 3
  /**
   * No identity is bound to the trace.
   */
  | 'REASON_IDENTITY_UNKNOWN'
  | 4
  /**
   * The identity record of the trace is not a valid record, so it cannot be trusted.
   */
  | 'REASON_IDENTITY_MALFORMED'
  | 5
  /**
   * The policy does not list the tool and does not leave unlisted tools to the session.
   */
  | 'REASON_TOOL_UNKNOWN'
  | 6
  /**
   * The tool requires a privilege that the identity does not have.
   */
  | 'REASON_PRIVILEGE_REQUIRED'
  | 7
  /**
   * The policy has no entry for the platform.
   */
  | 'REASON_PLATFORM_UNKNOWN'
  | 8
  /**
   * The request names another platform than the identity record.
   */
  | 'REASON_PLATFORM_MISMATCH'
  | 9
  /**
   * Allowed, because no admin is configured for this scope and so everyone may run everything.
   */
  | 'REASON_GATING_DISABLED'
  | 10
  /**
   * The text is not a slash command, so there is nothing to decide.
   */
  | 'REASON_NOT_A_COMMAND'
  | 11
  /**
   * The command is gated and the user may not run it.
   */
  | 'REASON_COMMAND_NOT_ALLOWED'
  | 12
  /**
   * No run has this id.
   */
  | 'REASON_RUN_UNKNOWN'
  | 13
  /**
   * The run's caller is another principal than the identity of the trace.
   */
  | 'REASON_RUN_FOREIGN'
  | 14
  /**
   * The request asserts a fact, and the server's configuration accepts no asserted facts here.
   */
  | 'REASON_ASSERTION_REFUSED'
  | 15
  /**
   * The scope is `user:` without an id.
   */
  | 'REASON_SCOPE_EMPTY_USER'
  | 16
  /**
   * The scope belongs to another user than the run's caller.
   */
  | 'REASON_SCOPE_OTHER_USER'
  | 17
  /**
   * The scope is `root_run:` without an id.
   */
  | 'REASON_SCOPE_EMPTY_ROOT_RUN'
  | 18
  /**
   * The scope belongs to another tree of runs.
   */
  | 'REASON_SCOPE_OTHER_TREE'
  | 19
  /**
   * The scope is `run:` without an id.
   */
  | 'REASON_SCOPE_EMPTY_RUN'
  | 20
  /**
   * The scope belongs to a run that is neither this one, nor its parent, nor the parent of the run that it continues.
   */
  | 'REASON_SCOPE_OTHER_RUN'
  | 21
  /**
   * The scope has none of the known shapes `skill`, `user:<id>`, `root_run:<id>` and `run:<id>`.
   */
  | 'REASON_SCOPE_UNKNOWN_SHAPE'
  | 22
  /**
   * A session is required and the request names none.
   */
  | 'REASON_SESSION_REQUIRED'
  | 23
  /**
   * No session has this id, or it ended so long ago that it has been forgotten.
   */
  | 'REASON_SESSION_UNKNOWN'
  | 24
  /**
   * The session was created for another agent.
   */
  | 'REASON_AGENT_MISMATCH'
  | 25
  /**
   * The session has an owner, and no principal of the identity is that owner.
   */
  | 'REASON_OWNER_MISMATCH'
  | 26
  /**
   * The session has been closed.
   */
  | 'REASON_SESSION_CLOSED'
  | 27
  /**
   * The session's time limit has passed.
   */
  | 'REASON_SESSION_EXPIRED'
  | 28
  /**
   * The calls exceed what is left of the session's call budget.
   */
  | 'REASON_BUDGET_EXHAUSTED'
  | 29
  /**
   * The session's grant does not name the tool.
   */
  | 'REASON_TOOL_NOT_GRANTED'
  | 30
  /**
   * The call's sensitivity is above the session's ceiling.
   */
  | 'REASON_SENSITIVITY_EXCEEDED'
  | 31
  /**
   * The calls exceed what is left of the current rate window. `Decision.retry_after` says when the window ends.
   */
  | 'REASON_RATE_LIMITED'
  | 32
  /**
   * The batch holds more calls than the rate limit allows in any window, so it can never pass.
   */
  | 'REASON_RATE_IMPOSSIBLE'
  | 33

/**
 * Why a decision came out as it did. The list is closed and shared by all decision RPCs.
 * A client treats a value that it does not know as a denial.
 */
export type Reason__Output = typeof Reason[keyof typeof Reason]
