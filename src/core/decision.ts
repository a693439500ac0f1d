// What every decision is made of: an effect, one reason from a closed list, and the checks that led to it.
// The order of REASONS and CHECKS is documentation; the wire numbers live in the proto.

/** Only `ALLOW` permits. `UNSPECIFIED` means that nothing was decided (no command, an empty batch, a dry run). */
export type Effect = 'UNSPECIFIED' | 'ALLOW' | 'DENY';

export const REASONS = [
  'ALLOWED',
  'NOTHING_TO_CHARGE',
  'IDENTITY_REQUIRED',
  'IDENTITY_UNKNOWN',
  'IDENTITY_MALFORMED',
  'TOOL_UNKNOWN',
  'PRIVILEGE_REQUIRED',
  'PLATFORM_UNKNOWN',
  'PLATFORM_MISMATCH',
  'GATING_DISABLED',
  'NOT_A_COMMAND',
  'COMMAND_NOT_ALLOWED',
  'RUN_UNKNOWN',
  'RUN_FOREIGN',
  'ASSERTION_REFUSED',
  'SCOPE_EMPTY_USER',
  'SCOPE_OTHER_USER',
  'SCOPE_EMPTY_ROOT_RUN',
  'SCOPE_OTHER_TREE',
  'SCOPE_EMPTY_RUN',
  'SCOPE_OTHER_RUN',
  'SCOPE_UNKNOWN_SHAPE',
  'SESSION_REQUIRED',
  'SESSION_UNKNOWN',
  'AGENT_MISMATCH',
  'OWNER_MISMATCH',
  'SESSION_CLOSED',
  'SESSION_EXPIRED',
  'BUDGET_EXHAUSTED',
  'TOOL_NOT_GRANTED',
  'SENSITIVITY_EXCEEDED',
  'RATE_LIMITED',
  'RATE_IMPOSSIBLE',
] as const;

export type Reason = (typeof REASONS)[number];

/** The checks of a decision, in the order in which they are asked. */
export type CheckName =
  | 'identity'
  | 'tool'
  | 'privilege'
  | 'slash'
  | 'run'
  | 'scope'
  | 'session'
  | 'agent'
  | 'owner'
  | 'closed'
  | 'expired'
  | 'budget'
  | 'grant'
  | 'sensitivity'
  | 'rate';

export interface Check {
  readonly name: CheckName;
  readonly passed: boolean;
  readonly reason: Reason;
  /** The check rests on a fact that the request asserted and no trusted record confirmed. */
  readonly asserted?: boolean;
}

/** What core answers: everything of a decision that does not depend on ids, clocks or the policy revision. */
export interface Verdict {
  readonly effect: Effect;
  readonly reason: Reason;
  readonly checks: readonly Check[];
  /** For the caller, when the reason's own sentence can be more exact (which tool of a batch, for instance). */
  readonly detail?: string;
  /** How long until the same request may pass, in milliseconds; only with RATE_LIMITED. */
  readonly retryAfterMs?: number;
}

export function passed(name: CheckName, reason: Reason = 'ALLOWED', asserted = false): Check {
  return asserted ? { name, passed: true, reason, asserted } : { name, passed: true, reason };
}

export function failed(name: CheckName, reason: Reason, asserted = false): Check {
  return asserted ? { name, passed: false, reason, asserted } : { name, passed: false, reason };
}

/** Turns checks that were asked in order into a verdict: the first failure decides, none allows. */
export function verdictOf(checks: readonly Check[]): Verdict {
  const last = checks.at(-1);
  if (last && !last.passed) {
    return { effect: last.reason === 'NOT_A_COMMAND' ? 'UNSPECIFIED' : 'DENY', reason: last.reason, checks };
  }
  return { effect: 'ALLOW', reason: 'ALLOWED', checks };
}

/** One sentence per reason, for the caller: what happened and, where there is one, the way on. */
export const MESSAGES = {
  ALLOWED: 'allowed',
  NOTHING_TO_CHARGE: 'the batch is empty: nothing was charged and nothing is permitted',
  IDENTITY_REQUIRED: 'an identity is required: send the trace_id of a bound identity',
  IDENTITY_UNKNOWN: 'no identity is bound to this trace_id',
  IDENTITY_MALFORMED: 'the identity bound to this trace_id cannot be trusted: its record is malformed',
  TOOL_UNKNOWN: 'the policy does not know this tool',
  PRIVILEGE_REQUIRED: 'the tool requires a privilege that this identity does not have',
  PLATFORM_UNKNOWN: 'the policy does not know this platform',
  PLATFORM_MISMATCH: 'the request names another platform than the identity',
  GATING_DISABLED: 'commands are not gated here',
  NOT_A_COMMAND: 'the text is not a command',
  COMMAND_NOT_ALLOWED: 'this user may not run this command here',
  RUN_UNKNOWN: 'the run is unknown',
  RUN_FOREIGN: 'the run belongs to another caller than the identity',
  ASSERTION_REFUSED: 'the request asserts facts that this server takes from trusted records only',
  SCOPE_EMPTY_USER: 'the scope names no user',
  SCOPE_OTHER_USER: "the scope is another user's storage",
  SCOPE_EMPTY_ROOT_RUN: 'the scope names no root run',
  SCOPE_OTHER_TREE: "the scope is another dispatch tree's storage",
  SCOPE_EMPTY_RUN: 'the scope names no run',
  SCOPE_OTHER_RUN: "the scope is another run's storage",
  SCOPE_UNKNOWN_SHAPE: 'the scope has none of the shapes skill, user:<id>, root_run:<id>, run:<id>',
  SESSION_REQUIRED: 'a session is required',
  SESSION_UNKNOWN: 'the session is unknown',
  AGENT_MISMATCH: 'the session belongs to another agent',
  OWNER_MISMATCH: 'the session belongs to another owner',
  SESSION_CLOSED: 'the session is closed',
  SESSION_EXPIRED: 'the session has expired',
  BUDGET_EXHAUSTED: "the session's call budget does not cover this",
  TOOL_NOT_GRANTED: 'the session does not grant this tool',
  SENSITIVITY_EXCEEDED: "the call's data sensitivity is above the session's ceiling",
  RATE_LIMITED: "the session's rate limit is reached for this window",
  RATE_IMPOSSIBLE: "the batch is larger than the session's rate limit and can never pass",
} as const satisfies Record<Reason, string>;
