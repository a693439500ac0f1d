// The window of a session's rate limit. It starts with the first call after the previous window has ended.
import type { Counters, SessionLimits } from './session.ts';

export interface RateWindow {
  readonly startMs: number;
  readonly calls: number;
}

/** The window that a call at this time would count in. */
export function windowAt(session: SessionLimits, counters: Counters, clockMs: number): RateWindow {
  if (clockMs - counters.windowStartMs >= session.rateWindowMs) return { startMs: clockMs, calls: 0 };
  return { startMs: counters.windowStartMs, calls: counters.windowCalls };
}

/** How many calls have been made in the window of this time. */
export function windowCallsAt(session: SessionLimits, counters: Counters, clockMs: number): number {
  return windowAt(session, counters, clockMs).calls;
}
