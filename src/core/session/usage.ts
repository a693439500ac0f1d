// A session's counters as a client sees them.
import { type Counters, clockOf, isExpired, type SessionLimits, type SessionStatus } from './session.ts';

export interface Usage {
  readonly callBudget: number;
  readonly callsMade: number;
  readonly callsRemaining: number;
  readonly rate:
    | { readonly limit: number; readonly remaining: number; readonly resetsAtMs: number | undefined }
    | undefined;
  readonly expiresAtMs: number;
  readonly status: SessionStatus;
  readonly sequence: number;
}

/** The usage of a session at a time. After its end a rate window shows all its calls as remaining, and no time of reset. */
export function usageOf(session: SessionLimits, counters: Counters, now: number): Usage {
  const clockMs = clockOf(counters, now);
  return {
    callBudget: session.callBudget,
    callsMade: counters.callsMade,
    callsRemaining: session.callBudget - counters.callsMade,
    rate: session.rateLimit === undefined ? undefined : rateOf(session, session.rateLimit, counters, clockMs),
    expiresAtMs: session.createdAtMs + session.timeLimitMs,
    status: counters.closedAtMs !== undefined ? 'closed' : isExpired(session, clockMs) ? 'expired' : 'active',
    sequence: counters.sequence,
  };
}

function rateOf(session: SessionLimits, limit: number, counters: Counters, clockMs: number): Usage['rate'] {
  const resetsAtMs = counters.windowStartMs + session.rateWindowMs;
  if (clockMs >= resetsAtMs) return { limit, remaining: limit, resetsAtMs: undefined };
  return { limit, remaining: limit - counters.windowCalls, resetsAtMs };
}
