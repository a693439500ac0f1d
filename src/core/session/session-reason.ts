// Why a session refuses a charge, and what of the session a refused caller may see.
import type { Reason } from '../decision/decision.ts';

/** Why nothing new may begin in a session. */
export type EntryReason = Extract<Reason, 'SESSION_UNKNOWN' | 'OWNER_MISMATCH' | 'SESSION_CLOSED' | 'SESSION_EXPIRED'>;

/** Why a session refuses calls of a caller that may use it. */
export type UseReason = Extract<
  Reason,
  'BUDGET_EXHAUSTED' | 'TOOL_NOT_GRANTED' | 'SENSITIVITY_EXCEEDED' | 'RATE_LIMITED' | 'RATE_IMPOSSIBLE'
>;

export type SessionReason = EntryReason | UseReason | Extract<Reason, 'AGENT_MISMATCH'>;

/**
 * Whether a refused caller may see the session's numbers. A foreign caller gets the same answer as for a session that does
 * not exist, so the reply holds no numbers. The Redis script applies the same rule; a test holds the two equal.
 */
export function maySeeUsage(reason: SessionReason): boolean {
  return !CONCEALED.has(reason);
}

const CONCEALED: ReadonlySet<SessionReason> = new Set(['SESSION_UNKNOWN', 'AGENT_MISMATCH', 'OWNER_MISMATCH']);
