// Task sessions: what a session grants, what it counts, and when it ends.
// Nothing here reads a clock: `now` is the store's clock, in ms since the epoch.
import { generationAt, generationOf, type OperationCount } from './remembered-keys.ts';

export const SENSITIVITIES = ['public', 'internal', 'confidential', 'restricted'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];
/** The place in SENSITIVITIES: 0 (public) to 3 (restricted). Engines store and compare this number. */
export type SensitivityLevel = 0 | 1 | 2 | 3;

/** The numbers that bound a session. They never change after its creation. */
export interface SessionLimits {
  readonly createdAtMs: number;
  readonly timeLimitMs: number;
  readonly callBudget: number;
  readonly rateLimit: number | undefined;
  readonly rateWindowMs: number;
}

/** What a session grants. It never changes after its creation, so it may be cached. */
export interface Session extends SessionLimits {
  readonly sessionId: string;
  readonly agentId: string;
  readonly owner: string | undefined;
  readonly delegationChain: readonly string[];
  readonly declaredIntent: string;
  readonly grant: 'all' | readonly string[];
  readonly sensitivityCeiling: SensitivityLevel;
}

/** What changes while a session is used. Kept inside the session's record, so that losing it loses the session. */
export interface Counters {
  readonly closedAtMs: number | undefined;
  readonly callsMade: number;
  readonly windowStartMs: number;
  readonly windowCalls: number;
  /** Counts the changes of this record, from 1 at creation. */
  readonly sequence: number;
  /** The latest time that this record has seen; the session's clock never runs behind it. */
  readonly clockMs: number;
  /** The count of remembered idempotency keys. */
  readonly operations: OperationCount;
}

export interface SessionRecord {
  readonly session: Session;
  readonly counters: Counters;
}

export type SessionStatus = 'active' | 'closed' | 'expired';

export interface Call {
  readonly tool: string;
  readonly sensitivity: SensitivityLevel;
}

/** The counters that a new session starts with. */
export function openingCounters(session: SessionLimits): Counters {
  return {
    closedAtMs: undefined,
    callsMade: 0,
    windowStartMs: session.createdAtMs,
    windowCalls: 0,
    sequence: 1,
    clockMs: session.createdAtMs,
    operations: { generation: generationOf(session.createdAtMs), current: 0, previous: 0 },
  };
}

/** The counters after a close. The session must not be closed already; it may have expired. */
export function closed(counters: Counters, now: number, keyed: boolean): Counters {
  const clockMs = clockOf(counters, now);
  const operations = generationAt(counters.operations, clockMs);
  return {
    ...counters,
    closedAtMs: clockMs,
    sequence: counters.sequence + 1,
    clockMs,
    operations: keyed ? { ...operations, current: operations.current + 1 } : operations,
  };
}

/** The session's clock: the store's clock, but never behind the latest time that the record has seen. */
export function clockOf(counters: Counters, now: number): number {
  return Math.max(now, counters.clockMs);
}

/** Elapsed strictly greater than the limit: exactly at the limit the session is still active. */
export function isExpired(session: SessionLimits, clockMs: number): boolean {
  return clockMs - session.createdAtMs > session.timeLimitMs;
}

export function statusOf({ session, counters }: SessionRecord, now: number): SessionStatus {
  if (counters.closedAtMs !== undefined) return 'closed';
  return isExpired(session, clockOf(counters, now)) ? 'expired' : 'active';
}

/** When the session ended, or when its time limit will end it. A close after the expiry does not move the end. */
export function endsAtMs(session: SessionLimits, counters: Counters): number {
  const expiresAtMs = session.createdAtMs + session.timeLimitMs;
  return counters.closedAtMs === undefined ? expiresAtMs : Math.min(counters.closedAtMs, expiresAtMs);
}

/** An ended session answers closed or expired for `retentionMs`. After that it is unknown, even if it is still stored. */
export function isForgotten({ session, counters }: SessionRecord, retentionMs: number, now: number): boolean {
  return clockOf(counters, now) - endsAtMs(session, counters) > retentionMs;
}
