// The checks of a session's charge, one function each. Their order is the table in `core/decision/checks.ts`.
import type { RateWindow } from './rate-window.ts';
import { type Call, type Counters, isExpired, type Session, type SessionRecord } from './session.ts';
import type { EntryReason, SessionReason, UseReason } from './session-reason.ts';

/** What the checks of a session's own state look at. */
export interface EntryQuestion {
  readonly session: Session;
  readonly counters: Counters;
  /** Every principal of the identity; undefined without one. */
  readonly principals: readonly string[] | undefined;
  readonly clockMs: number;
}

/** What the checks of a charge look at. */
export interface UseQuestion extends EntryQuestion {
  readonly agentId: string;
  readonly calls: readonly Call[];
  /** The rate window that the calls would count in. */
  readonly window: RateWindow;
}

export interface Refusal<R extends SessionReason = SessionReason> {
  readonly reason: R;
  /** The first call that the check refused, where one call decides. */
  readonly callIndex?: number;
  readonly retryAfterMs?: number;
}

export function checkKnown(record: SessionRecord | undefined): Refusal<'SESSION_UNKNOWN'> | undefined {
  return record ? undefined : { reason: 'SESSION_UNKNOWN' };
}

export function checkAgent({ session, agentId }: UseQuestion): Refusal<'AGENT_MISMATCH'> | undefined {
  return agentId === session.agentId ? undefined : { reason: 'AGENT_MISMATCH' };
}

export function checkOwner({ session, principals }: EntryQuestion): Refusal<EntryReason> | undefined {
  if (session.owner === undefined || principals?.includes(session.owner)) return undefined;
  return { reason: 'OWNER_MISMATCH' };
}

export function checkClosed({ counters }: EntryQuestion): Refusal<EntryReason> | undefined {
  return counters.closedAtMs === undefined ? undefined : { reason: 'SESSION_CLOSED' };
}

export function checkExpired({ session, clockMs }: EntryQuestion): Refusal<EntryReason> | undefined {
  return isExpired(session, clockMs) ? { reason: 'SESSION_EXPIRED' } : undefined;
}

export function checkBudget({ session, counters, calls }: UseQuestion): Refusal<UseReason> | undefined {
  return calls.length > session.callBudget - counters.callsMade ? { reason: 'BUDGET_EXHAUSTED' } : undefined;
}

export function checkGrant({ session: { grant }, calls }: UseQuestion): Refusal<UseReason> | undefined {
  if (grant === 'all') return undefined;
  const callIndex = calls.findIndex((call) => !grant.includes(call.tool));
  return callIndex < 0 ? undefined : { reason: 'TOOL_NOT_GRANTED', callIndex };
}

export function checkSensitivity({ session, calls }: UseQuestion): Refusal<UseReason> | undefined {
  const callIndex = calls.findIndex((call) => call.sensitivity > session.sensitivityCeiling);
  return callIndex < 0 ? undefined : { reason: 'SENSITIVITY_EXCEEDED', callIndex };
}

/** A batch larger than the limit fits no window, so waiting does not help. */
export function checkRate({ session, calls, window, clockMs }: UseQuestion): Refusal<UseReason> | undefined {
  const { rateLimit, rateWindowMs } = session;
  if (rateLimit === undefined) return undefined;
  if (calls.length > rateLimit) return { reason: 'RATE_IMPOSSIBLE' };
  if (window.calls + calls.length <= rateLimit) return undefined;
  return { reason: 'RATE_LIMITED', retryAfterMs: window.startMs + rateWindowMs - clockMs };
}
