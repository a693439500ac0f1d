// What every decision is made of: an effect, one reason from a closed list, and the checks that led to it.
// The wire numbers live in the proto.

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

/** The checks of a decision, in the order in which they are asked. A place in this list is part of the stored form of a record. */
export const CHECK_NAMES = [
  'identity',
  'tool',
  'privilege',
  'slash',
  'run',
  'scope',
  'session',
  'agent',
  'owner',
  'closed',
  'expired',
  'budget',
  'grant',
  'sensitivity',
  'rate',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

export interface Check {
  readonly name: CheckName;
  readonly passed: boolean;
  readonly reason: Reason;
  /** The check rests on a fact that the request asserted and no trusted record confirmed. */
  readonly asserted?: boolean;
}

/** Whether any of these checks rests on what the request asserted. */
export function restsOnAssertion(checks: readonly Check[]): boolean {
  return checks.some(({ asserted }) => asserted === true);
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

/** One message for unknown sessions and sessions of another agent or owner: the caller must not learn which it is. */
const NOT_YOUR_SESSION =
  'you have no such session: use the session_id and agent_id that you were given, or ask for a new session';
const NOT_YOUR_RUN = 'you have no such run: use the run_id that you were given, or start your own run';

/**
 * One sentence per reason, for the agent: what happened and what to do instead. It holds nothing that the agent must not
 * know. What an operator can do is in `remedies.ts`.
 */
export const MESSAGES = {
  ALLOWED: 'allowed',
  NOTHING_TO_CHARGE: 'the batch is empty, so nothing is permitted: list the calls that you are about to make',
  IDENTITY_REQUIRED: 'this request needs an identity: send the trace_id that you were given',
  IDENTITY_UNKNOWN:
    'no identity is bound to this trace_id: do not guess another trace_id, ask for this one to be bound again',
  IDENTITY_MALFORMED: 'the identity record of this trace_id cannot be read: do not retry, report the problem',
  TOOL_UNKNOWN: 'the policy does not allow this tool: check its name, or use another tool',
  PRIVILEGE_REQUIRED: 'the user you act for may not use this tool: use another tool, or ask the user to do it',
  PLATFORM_UNKNOWN: 'the policy does not know this platform: send the platform that the message came from',
  PLATFORM_MISMATCH: 'the user you act for is on another platform: leave the platform out',
  GATING_DISABLED: 'allowed: commands are not restricted here',
  NOT_A_COMMAND: 'this text is not a command, so nothing is permitted: treat it as ordinary text',
  COMMAND_NOT_ALLOWED: 'this user may not run this command here: tell the user, and do not run it in another way',
  RUN_UNKNOWN: NOT_YOUR_RUN,
  RUN_FOREIGN: NOT_YOUR_RUN,
  ASSERTION_REFUSED: 'this must come from a trusted record: send the trace_id or run_id that you were given instead',
  SCOPE_EMPTY_USER: 'the scope names no user: write user:<id>, with the id of the user you act for',
  SCOPE_OTHER_USER:
    'this storage belongs to another user: use the storage of the user you act for, or the scope `skill`',
  SCOPE_EMPTY_ROOT_RUN: 'the scope names no root run: write root_run:<id>, with the root of your own run',
  SCOPE_OTHER_TREE: 'this storage belongs to another tree of runs: write root_run:<id>, with the root of your own run',
  SCOPE_EMPTY_RUN: 'the scope names no run: write run:<id>, with the id of your own run or its parent',
  SCOPE_OTHER_RUN: 'this storage belongs to another run: write run:<id>, with the id of your own run or its parent',
  SCOPE_UNKNOWN_SHAPE: 'this is not a scope: write skill, user:<id>, root_run:<id> or run:<id>',
  SESSION_REQUIRED: 'this request needs a session: send the session_id and agent_id that you were given',
  SESSION_UNKNOWN: NOT_YOUR_SESSION,
  AGENT_MISMATCH: NOT_YOUR_SESSION,
  OWNER_MISMATCH: NOT_YOUR_SESSION,
  SESSION_CLOSED: 'this session is closed and stays closed: stop, or ask for a new session',
  SESSION_EXPIRED: 'this session has expired: stop, or ask for a new session',
  BUDGET_EXHAUSTED:
    'the session has too few calls left for this: ask for fewer calls, or stop and report what you have done',
  TOOL_NOT_GRANTED:
    'this session does not grant this tool: use a tool that it grants, or ask for a session that grants this one',
  SENSITIVITY_EXCEEDED: 'the data is more sensitive than this session allows: leave it out, or ask for another session',
  RATE_LIMITED: 'too many calls in this window: wait for retry_after, then ask again',
  RATE_IMPOSSIBLE: 'this batch is larger than the rate limit ever allows: split it into smaller batches',
} as const satisfies Record<Reason, string>;
