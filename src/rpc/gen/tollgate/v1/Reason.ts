// Original file: proto/tollgate/v1/decision.proto

/**
 * Why a decision came out as it did. The list is closed and shared by all decision RPCs.
 * A client treats a value that it does not know as a denial.
 * Each reason says what it means, what the agent may do about it, and what an operator may.
 */
export const Reason = {
  /**
   * No reason was given. It never stands beside `EFFECT_ALLOW`.
   * Agent: Treat it as a denial.
   * Operator: Report it: no server sends it with a decision.
   */
  REASON_UNSPECIFIED: 0,
  /**
   * Every check passed.
   * Agent: Go on, with exactly what was asked for.
   * Operator: Nothing.
   */
  REASON_ALLOWED: 1,
  /**
   * The batch is empty: the session could be charged, but nothing was, and nothing is permitted.
   * Agent: Name the calls that are about to be made.
   * Operator: Look at the runner: it asks before it knows what for.
   */
  REASON_NOTHING_TO_CHARGE: 2,
  /**
   * An identity is required and the request names no trace, or the tool requires a privilege and nobody is known to hold it.
   * Agent: Send the `trace_id` that came with the task.
   * Operator: Have the service that hands out the task bind an identity and pass its trace on.
   */
  REASON_IDENTITY_REQUIRED: 3,
  /**
   * No identity is bound to the trace, or it has lapsed.
   * Agent: Stop, and ask for the identity to be bound again. Never try another trace.
   * Operator: Bind it again, for longer if tasks outlive it. Many of these from one agent may be guesses.
   */
  REASON_IDENTITY_UNKNOWN: 4,
  /**
   * The identity record of the trace is not a valid record, so it cannot be trusted.
   * Agent: Stop and report it; repeating does not help.
   * Operator: Release the identity and bind it again; find out who else writes to the store.
   */
  REASON_IDENTITY_MALFORMED: 5,
  /**
   * The policy does not list the tool and does not leave unlisted tools to the session, or the name looks like a listed one (another
   * case or width, blanks around it, invisible characters) and is not that name.
   * Agent: Check the name of the tool, or use another one.
   * Operator: List the tool under `tools` in the policy, if it may be called.
   */
  REASON_TOOL_UNKNOWN: 6,
  /**
   * The tool requires a privilege that the identity does not have.
   * Agent: Use another tool, or ask whoever it acts for to do it themselves.
   * Operator: Name the principal under that privilege in the policy, if it shall hold it.
   */
  REASON_PRIVILEGE_REQUIRED: 7,
  /**
   * The policy has no entry for the platform.
   * Agent: Name the platform that the message came from.
   * Operator: Add the platform under `platforms` in the policy.
   */
  REASON_PLATFORM_UNKNOWN: 8,
  /**
   * The request names another platform than the identity record.
   * Agent: Leave the platform out: the record says which one it is.
   * Operator: Look at the runner: it mixes the traces of two platforms.
   */
  REASON_PLATFORM_MISMATCH: 9,
  /**
   * Allowed, because no admin is configured for this scope and so everyone may run everything.
   * Agent: Go on.
   * Operator: Configure an admin for the platform, if not everyone shall run everything.
   */
  REASON_GATING_DISABLED: 10,
  /**
   * The text is not a slash command, so there is nothing to decide.
   * Agent: Treat the text as a message like any other.
   * Operator: Nothing.
   */
  REASON_NOT_A_COMMAND: 11,
  /**
   * The command is gated and the user may not run it.
   * Agent: Tell the user, and do not run it in another way.
   * Operator: Name the command among those that users may run there, or the user among the admins.
   */
  REASON_COMMAND_NOT_ALLOWED: 12,
  /**
   * No run has this id, or it has been purged.
   * Agent: Use the `run_id` that came with the task, or start a run. An unknown run and a foreign one look alike in the message.
   * Operator: Look whether the runner starts its runs, and how long they are kept.
   */
  REASON_RUN_UNKNOWN: 13,
  /**
   * The run's caller is another principal than the identity of the trace, or the run began in another session than the one that is named.
   * Agent: Use the `run_id` that came with the task, or start a run. An unknown run and a foreign one look alike in the message.
   * Operator: Look at the record: it names who asked, and the run names its caller. An agent should never come by the run of
   * another.
   */
  REASON_RUN_FOREIGN: 14,
  /**
   * The request asserts a fact, and the server's configuration accepts no asserted facts here.
   * Agent: Send the `trace_id` or `run_id` that came with the task instead.
   * Operator: Have identities bound, or set `asserted_facts`, if whoever calls may be believed.
   */
  REASON_ASSERTION_REFUSED: 15,
  /**
   * The scope is `user:` without an id.
   * Agent: Write `user:` and the id of whoever it acts for.
   * Operator: Look at the runner: it makes a scope out of an id that it does not have.
   */
  REASON_SCOPE_EMPTY_USER: 16,
  /**
   * The scope belongs to another user than the run's caller.
   * Agent: Use the storage of whoever it acts for.
   * Operator: If it shall reach it, let an admin of the policy start the run. A series of these may be a search.
   */
  REASON_SCOPE_OTHER_USER: 17,
  /**
   * The scope is `root_run:` without an id.
   * Agent: Write `root_run:` and the root of its own run.
   * Operator: Look at the runner: it makes a scope out of an id that it does not have.
   */
  REASON_SCOPE_EMPTY_ROOT_RUN: 18,
  /**
   * The scope belongs to another tree of runs.
   * Agent: Use the root of its own run.
   * Operator: Start the run as a child of that tree, if it shall share its storage.
   */
  REASON_SCOPE_OTHER_TREE: 19,
  /**
   * The scope is `run:` without an id.
   * Agent: Write `run:` and the id of its own run or of the parent.
   * Operator: Look at the runner: it makes a scope out of an id that it does not have.
   */
  REASON_SCOPE_EMPTY_RUN: 20,
  /**
   * The scope belongs to a run that is neither this one, nor its parent, nor the parent of the run that it continues.
   * Agent: Use its own run or the parent.
   * Operator: Start the run with that run as its parent, or as the one that it continues, if it shall share its storage.
   */
  REASON_SCOPE_OTHER_RUN: 21,
  /**
   * The scope has none of the known shapes `skill`, `user:<id>`, `root_run:<id>` and `run:<id>`.
   * Agent: Write one of these shapes.
   * Operator: Look at the runner: it makes scopes of its own.
   */
  REASON_SCOPE_UNKNOWN_SHAPE: 22,
  /**
   * A session is required and the request names none.
   * Agent: Send the `session_id` and `agent_id` that came with the task.
   * Operator: Open a session for the task, or set `authorize.require.session` to false.
   */
  REASON_SESSION_REQUIRED: 23,
  /**
   * No session has this id, or it ended so long ago that it has been forgotten.
   * Agent: Use the session that came with the task, or ask for a new one. Unknown and foreign sessions look alike in the message.
   * Operator: Open a session. If there was one, look at `sessions.ended_retention_s` and at what the store has lost.
   */
  REASON_SESSION_UNKNOWN: 24,
  /**
   * The session was created for another agent.
   * Agent: Use the session that came with the task, or ask for a new one. Unknown and foreign sessions look alike in the message.
   * Operator: Look at the record: it names the agent that asked. An agent should never come by the session of another.
   */
  REASON_AGENT_MISMATCH: 25,
  /**
   * The session has an owner, and no principal of the identity is that owner.
   * Agent: Use the session that came with the task, or ask for a new one. Unknown and foreign sessions look alike in the message.
   * Operator: Look at the record: it names the principal that asked. Open a session for that owner, or bind the owner as an alias.
   */
  REASON_OWNER_MISMATCH: 26,
  /**
   * The session has been closed.
   * Agent: Stop, or ask for a new session.
   * Operator: Open a new session. An agent that was deactivated gets none before it is reactivated.
   */
  REASON_SESSION_CLOSED: 27,
  /**
   * The session's time limit has passed.
   * Agent: Stop, or ask for a new session.
   * Operator: Open a new session, with a longer `time_limit` if the work needs it.
   */
  REASON_SESSION_EXPIRED: 28,
  /**
   * The calls exceed what is left of the session's call budget.
   * Agent: Ask for fewer calls, or stop and report how far it came.
   * Operator: Open a new session with a larger `call_budget`; that of a session never changes.
   */
  REASON_BUDGET_EXHAUSTED: 29,
  /**
   * The session's grant does not name the tool.
   * Agent: Use a tool that is granted, or ask for a session that grants it.
   * Operator: Open a session that grants the tool.
   */
  REASON_TOOL_NOT_GRANTED: 30,
  /**
   * The call's sensitivity is above the session's ceiling.
   * Agent: Leave the data out, or ask for another session.
   * Operator: Open a session with a higher `sensitivity_ceiling`, or lower what the policy says of the tool.
   */
  REASON_SENSITIVITY_EXCEEDED: 31,
  /**
   * The calls exceed what is left of the current rate window. `Decision.retry_after` says when the window ends.
   * Agent: Wait for `retry_after`, then ask again.
   * Operator: Wait, or open a session with a higher `rate_limit`.
   */
  REASON_RATE_LIMITED: 32,
  /**
   * The batch holds more calls than the rate limit allows in any window, so it can never pass.
   * Agent: Split the batch.
   * Operator: Open a session with a higher `rate_limit`.
   */
  REASON_RATE_IMPOSSIBLE: 33,
} as const;

/**
 * Why a decision came out as it did. The list is closed and shared by all decision RPCs.
 * A client treats a value that it does not know as a denial.
 * Each reason says what it means, what the agent may do about it, and what an operator may.
 */
export type Reason =
  /**
   * No reason was given. It never stands beside `EFFECT_ALLOW`.
   * Agent: Treat it as a denial.
   * Operator: Report it: no server sends it with a decision.
   */
  | 'REASON_UNSPECIFIED'
  | 0
  /**
   * Every check passed.
   * Agent: Go on, with exactly what was asked for.
   * Operator: Nothing.
   */
  | 'REASON_ALLOWED'
  | 1
  /**
   * The batch is empty: the session could be charged, but nothing was, and nothing is permitted.
   * Agent: Name the calls that are about to be made.
   * Operator: Look at the runner: it asks before it knows what for.
   */
  | 'REASON_NOTHING_TO_CHARGE'
  | 2
  /**
   * An identity is required and the request names no trace, or the tool requires a privilege and nobody is known to hold it.
   * Agent: Send the `trace_id` that came with the task.
   * Operator: Have the service that hands out the task bind an identity and pass its trace on.
   */
  | 'REASON_IDENTITY_REQUIRED'
  | 3
  /**
   * No identity is bound to the trace, or it has lapsed.
   * Agent: Stop, and ask for the identity to be bound again. Never try another trace.
   * Operator: Bind it again, for longer if tasks outlive it. Many of these from one agent may be guesses.
   */
  | 'REASON_IDENTITY_UNKNOWN'
  | 4
  /**
   * The identity record of the trace is not a valid record, so it cannot be trusted.
   * Agent: Stop and report it; repeating does not help.
   * Operator: Release the identity and bind it again; find out who else writes to the store.
   */
  | 'REASON_IDENTITY_MALFORMED'
  | 5
  /**
   * The policy does not list the tool and does not leave unlisted tools to the session, or the name looks like a listed one (another
   * case or width, blanks around it, invisible characters) and is not that name.
   * Agent: Check the name of the tool, or use another one.
   * Operator: List the tool under `tools` in the policy, if it may be called.
   */
  | 'REASON_TOOL_UNKNOWN'
  | 6
  /**
   * The tool requires a privilege that the identity does not have.
   * Agent: Use another tool, or ask whoever it acts for to do it themselves.
   * Operator: Name the principal under that privilege in the policy, if it shall hold it.
   */
  | 'REASON_PRIVILEGE_REQUIRED'
  | 7
  /**
   * The policy has no entry for the platform.
   * Agent: Name the platform that the message came from.
   * Operator: Add the platform under `platforms` in the policy.
   */
  | 'REASON_PLATFORM_UNKNOWN'
  | 8
  /**
   * The request names another platform than the identity record.
   * Agent: Leave the platform out: the record says which one it is.
   * Operator: Look at the runner: it mixes the traces of two platforms.
   */
  | 'REASON_PLATFORM_MISMATCH'
  | 9
  /**
   * Allowed, because no admin is configured for this scope and so everyone may run everything.
   * Agent: Go on.
   * Operator: Configure an admin for the platform, if not everyone shall run everything.
   */
  | 'REASON_GATING_DISABLED'
  | 10
  /**
   * The text is not a slash command, so there is nothing to decide.
   * Agent: Treat the text as a message like any other.
   * Operator: Nothing.
   */
  | 'REASON_NOT_A_COMMAND'
  | 11
  /**
   * The command is gated and the user may not run it.
   * Agent: Tell the user, and do not run it in another way.
   * Operator: Name the command among those that users may run there, or the user among the admins.
   */
  | 'REASON_COMMAND_NOT_ALLOWED'
  | 12
  /**
   * No run has this id, or it has been purged.
   * Agent: Use the `run_id` that came with the task, or start a run. An unknown run and a foreign one look alike in the message.
   * Operator: Look whether the runner starts its runs, and how long they are kept.
   */
  | 'REASON_RUN_UNKNOWN'
  | 13
  /**
   * The run's caller is another principal than the identity of the trace, or the run began in another session than the one that is named.
   * Agent: Use the `run_id` that came with the task, or start a run. An unknown run and a foreign one look alike in the message.
   * Operator: Look at the record: it names who asked, and the run names its caller. An agent should never come by the run of
   * another.
   */
  | 'REASON_RUN_FOREIGN'
  | 14
  /**
   * The request asserts a fact, and the server's configuration accepts no asserted facts here.
   * Agent: Send the `trace_id` or `run_id` that came with the task instead.
   * Operator: Have identities bound, or set `asserted_facts`, if whoever calls may be believed.
   */
  | 'REASON_ASSERTION_REFUSED'
  | 15
  /**
   * The scope is `user:` without an id.
   * Agent: Write `user:` and the id of whoever it acts for.
   * Operator: Look at the runner: it makes a scope out of an id that it does not have.
   */
  | 'REASON_SCOPE_EMPTY_USER'
  | 16
  /**
   * The scope belongs to another user than the run's caller.
   * Agent: Use the storage of whoever it acts for.
   * Operator: If it shall reach it, let an admin of the policy start the run. A series of these may be a search.
   */
  | 'REASON_SCOPE_OTHER_USER'
  | 17
  /**
   * The scope is `root_run:` without an id.
   * Agent: Write `root_run:` and the root of its own run.
   * Operator: Look at the runner: it makes a scope out of an id that it does not have.
   */
  | 'REASON_SCOPE_EMPTY_ROOT_RUN'
  | 18
  /**
   * The scope belongs to another tree of runs.
   * Agent: Use the root of its own run.
   * Operator: Start the run as a child of that tree, if it shall share its storage.
   */
  | 'REASON_SCOPE_OTHER_TREE'
  | 19
  /**
   * The scope is `run:` without an id.
   * Agent: Write `run:` and the id of its own run or of the parent.
   * Operator: Look at the runner: it makes a scope out of an id that it does not have.
   */
  | 'REASON_SCOPE_EMPTY_RUN'
  | 20
  /**
   * The scope belongs to a run that is neither this one, nor its parent, nor the parent of the run that it continues.
   * Agent: Use its own run or the parent.
   * Operator: Start the run with that run as its parent, or as the one that it continues, if it shall share its storage.
   */
  | 'REASON_SCOPE_OTHER_RUN'
  | 21
  /**
   * The scope has none of the known shapes `skill`, `user:<id>`, `root_run:<id>` and `run:<id>`.
   * Agent: Write one of these shapes.
   * Operator: Look at the runner: it makes scopes of its own.
   */
  | 'REASON_SCOPE_UNKNOWN_SHAPE'
  | 22
  /**
   * A session is required and the request names none.
   * Agent: Send the `session_id` and `agent_id` that came with the task.
   * Operator: Open a session for the task, or set `authorize.require.session` to false.
   */
  | 'REASON_SESSION_REQUIRED'
  | 23
  /**
   * No session has this id, or it ended so long ago that it has been forgotten.
   * Agent: Use the session that came with the task, or ask for a new one. Unknown and foreign sessions look alike in the message.
   * Operator: Open a session. If there was one, look at `sessions.ended_retention_s` and at what the store has lost.
   */
  | 'REASON_SESSION_UNKNOWN'
  | 24
  /**
   * The session was created for another agent.
   * Agent: Use the session that came with the task, or ask for a new one. Unknown and foreign sessions look alike in the message.
   * Operator: Look at the record: it names the agent that asked. An agent should never come by the session of another.
   */
  | 'REASON_AGENT_MISMATCH'
  | 25
  /**
   * The session has an owner, and no principal of the identity is that owner.
   * Agent: Use the session that came with the task, or ask for a new one. Unknown and foreign sessions look alike in the message.
   * Operator: Look at the record: it names the principal that asked. Open a session for that owner, or bind the owner as an alias.
   */
  | 'REASON_OWNER_MISMATCH'
  | 26
  /**
   * The session has been closed.
   * Agent: Stop, or ask for a new session.
   * Operator: Open a new session. An agent that was deactivated gets none before it is reactivated.
   */
  | 'REASON_SESSION_CLOSED'
  | 27
  /**
   * The session's time limit has passed.
   * Agent: Stop, or ask for a new session.
   * Operator: Open a new session, with a longer `time_limit` if the work needs it.
   */
  | 'REASON_SESSION_EXPIRED'
  | 28
  /**
   * The calls exceed what is left of the session's call budget.
   * Agent: Ask for fewer calls, or stop and report how far it came.
   * Operator: Open a new session with a larger `call_budget`; that of a session never changes.
   */
  | 'REASON_BUDGET_EXHAUSTED'
  | 29
  /**
   * The session's grant does not name the tool.
   * Agent: Use a tool that is granted, or ask for a session that grants it.
   * Operator: Open a session that grants the tool.
   */
  | 'REASON_TOOL_NOT_GRANTED'
  | 30
  /**
   * The call's sensitivity is above the session's ceiling.
   * Agent: Leave the data out, or ask for another session.
   * Operator: Open a session with a higher `sensitivity_ceiling`, or lower what the policy says of the tool.
   */
  | 'REASON_SENSITIVITY_EXCEEDED'
  | 31
  /**
   * The calls exceed what is left of the current rate window. `Decision.retry_after` says when the window ends.
   * Agent: Wait for `retry_after`, then ask again.
   * Operator: Wait, or open a session with a higher `rate_limit`.
   */
  | 'REASON_RATE_LIMITED'
  | 32
  /**
   * The batch holds more calls than the rate limit allows in any window, so it can never pass.
   * Agent: Split the batch.
   * Operator: Open a session with a higher `rate_limit`.
   */
  | 'REASON_RATE_IMPOSSIBLE'
  | 33

/**
 * Why a decision came out as it did. The list is closed and shared by all decision RPCs.
 * A client treats a value that it does not know as a denial.
 * Each reason says what it means, what the agent may do about it, and what an operator may.
 */
export type Reason__Output = typeof Reason[keyof typeof Reason]
