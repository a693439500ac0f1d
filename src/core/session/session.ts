// Task sessions: what an agent may still do, and the one function that charges for it.
// `charge` is the specification: the embedded engine calls it inside its transaction, the Redis script repeats its steps,
// and a differential test keeps the three equal. Nothing here reads a clock; `now` is the store's, in ms since the epoch.
import { type Check, type CheckName, failed, passed, type Reason } from '../decision/decision.ts';
import { LIMITS } from '../limits.ts';

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
  /** The latest time this record has seen; the session's clock never runs back behind it. */
  readonly clockMs: number;
  /** Remembered keys: the generation of the last one, and how many that one and the one before it hold. */
  readonly operations: OperationCount;
}

export interface OperationCount {
  readonly generation: number;
  readonly current: number;
  readonly previous: number;
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

export interface Charge {
  readonly agentId: string;
  /** Every principal of the identity; undefined without one. */
  readonly principals: readonly string[] | undefined;
  readonly calls: readonly Call[];
}

/** What was answered when a key had its effect; a repeat of the key shows it again. */
export interface Remembered {
  /** 8 bytes as 16 hex digits: what the request asked for. */
  readonly fingerprint: string;
  readonly decisionId: string;
  readonly callsMade: number;
  readonly windowStartMs: number;
  readonly windowCalls: number;
  readonly sequence: number;
}

/** An idempotency key as the charge sees it: what it asks for now, and what is remembered of it. */
export interface KeyedCharge {
  readonly fingerprint: string;
  readonly remembered: Remembered | undefined;
}

export type ChargeOutcome =
  | { readonly kind: 'charged'; readonly counters: Counters }
  | { readonly kind: 'replayed'; readonly remembered: Remembered }
  | { readonly kind: 'nothing_to_charge' }
  | {
      readonly kind: 'denied';
      readonly reason: SessionReason;
      readonly callIndex?: number;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'too_many_keys' };

export type SessionReason = Extract<
  Reason,
  | 'SESSION_UNKNOWN'
  | 'AGENT_MISMATCH'
  | 'OWNER_MISMATCH'
  | 'SESSION_CLOSED'
  | 'SESSION_EXPIRED'
  | 'BUDGET_EXHAUSTED'
  | 'TOOL_NOT_GRANTED'
  | 'SENSITIVITY_EXCEEDED'
  | 'RATE_LIMITED'
  | 'RATE_IMPOSSIBLE'
>;

/**
 * Charges one session for a batch of calls, all or nothing. The first check that fails decides and changes nothing.
 *
 * A remembered key is asked about standing (agent, owner, closed, expired) again, but not about budget, grant and rate:
 * it has been charged already.
 *
 * @param now  the store's clock; a time before the record's own clock counts as that clock
 * @see docs/behaviour.md#task-sessions
 */
export function charge(
  record: SessionRecord,
  request: Charge,
  keyed: KeyedCharge | undefined,
  now: number,
): ChargeOutcome {
  const { session, counters } = record;
  const clockMs = clockOf(counters, now);

  const standing = standingOf(record, request, clockMs);
  if (standing) return { kind: 'denied', reason: standing };

  if (keyed?.remembered) {
    if (keyed.remembered.fingerprint !== keyed.fingerprint) return { kind: 'key_reused' };
    return { kind: 'replayed', remembered: keyed.remembered };
  }

  const count = request.calls.length;
  if (count === 0) return { kind: 'nothing_to_charge' };
  if (count > session.callBudget - counters.callsMade) return { kind: 'denied', reason: 'BUDGET_EXHAUSTED' };

  const notGranted = request.calls.findIndex((call) => !grants(session, call.tool));
  if (notGranted >= 0) return { kind: 'denied', reason: 'TOOL_NOT_GRANTED', callIndex: notGranted };
  const tooSensitive = request.calls.findIndex((call) => call.sensitivity > session.sensitivityCeiling);
  if (tooSensitive >= 0) return { kind: 'denied', reason: 'SENSITIVITY_EXCEEDED', callIndex: tooSensitive };

  const window = windowAt(session, counters, clockMs);
  if (session.rateLimit !== undefined) {
    if (count > session.rateLimit) return { kind: 'denied', reason: 'RATE_IMPOSSIBLE' };
    if (window.calls + count > session.rateLimit) {
      const retryAfterMs = window.startMs + session.rateWindowMs - clockMs;
      return { kind: 'denied', reason: 'RATE_LIMITED', retryAfterMs };
    }
  }

  let { operations } = counters;
  if (keyed) {
    operations = generationAt(operations, clockMs);
    if (operations.current + operations.previous >= LIMITS.operationsMax) return { kind: 'too_many_keys' };
    operations = { ...operations, current: operations.current + 1 };
  }
  return {
    kind: 'charged',
    counters: {
      closedAtMs: undefined,
      callsMade: counters.callsMade + count,
      windowStartMs: session.rateLimit === undefined ? counters.windowStartMs : window.startMs,
      windowCalls: session.rateLimit === undefined ? 0 : window.calls + count,
      sequence: counters.sequence + 1,
      clockMs,
      operations,
    },
  };
}

/** Why this caller may not use this session at all; undefined if it may. In the order that the contract fixes. */
function standingOf({ session, counters }: SessionRecord, request: Charge, clockMs: number): SessionReason | undefined {
  if (request.agentId !== session.agentId) return 'AGENT_MISMATCH';
  return entryRefusal({ session, counters }, request.principals, clockMs);
}

/** Why nothing new may be hung on a session. */
export type EntryRefusal = Extract<
  SessionReason,
  'SESSION_UNKNOWN' | 'OWNER_MISMATCH' | 'SESSION_CLOSED' | 'SESSION_EXPIRED'
>;

/** Why these principals may not begin anything in this session now; undefined if they may. */
export function entryRefusal(
  { session, counters }: SessionRecord,
  principals: readonly string[] | undefined,
  now: number,
): EntryRefusal | undefined {
  if (session.owner !== undefined && !principals?.includes(session.owner)) return 'OWNER_MISMATCH';
  if (counters.closedAtMs !== undefined) return 'SESSION_CLOSED';
  if (isExpired(session, clockOf(counters, now))) return 'SESSION_EXPIRED';
  return undefined;
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

/** The counters after a close. The caller has seen that the session was not closed before; an expired one may be. */
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

/** The session's clock: the store's, but never behind what the record has seen. */
export function clockOf(counters: Counters, now: number): number {
  return Math.max(now, counters.clockMs);
}

/** Elapsed strictly greater than the limit: at the very limit the session still lives. */
export function isExpired(session: SessionLimits, clockMs: number): boolean {
  return clockMs - session.createdAtMs > session.timeLimitMs;
}

export function statusOf({ session, counters }: SessionRecord, now: number): SessionStatus {
  if (counters.closedAtMs !== undefined) return 'closed';
  return isExpired(session, clockOf(counters, now)) ? 'expired' : 'active';
}

/** When the session ended, or will by its time limit: the later of its states does not move an earlier end. */
export function endsAtMs(session: SessionLimits, counters: Counters): number {
  const expiresAtMs = session.createdAtMs + session.timeLimitMs;
  return counters.closedAtMs === undefined ? expiresAtMs : Math.min(counters.closedAtMs, expiresAtMs);
}

/** An ended session answers closed or expired for `retentionMs`, then it is unknown, whether or not it is still stored. */
export function isForgotten({ session, counters }: SessionRecord, retentionMs: number, now: number): boolean {
  return clockOf(counters, now) - endsAtMs(session, counters) > retentionMs;
}

function grants(session: Session, tool: string): boolean {
  return session.grant === 'all' || session.grant.includes(tool);
}

function windowAt(session: SessionLimits, counters: Counters, clockMs: number): { startMs: number; calls: number } {
  if (clockMs - counters.windowStartMs >= session.rateWindowMs) return { startMs: clockMs, calls: 0 };
  return { startMs: counters.windowStartMs, calls: counters.windowCalls };
}

/** How many calls the window of that time has seen. */
export function windowCallsAt(session: SessionLimits, counters: Counters, clockMs: number): number {
  return windowAt(session, counters, clockMs).calls;
}

/** The generation of remembered keys that a time falls into. */
export function generationOf(clockMs: number): number {
  return Math.floor(clockMs / LIMITS.operationGenerationMs);
}

/** The count of remembered keys as it stands at a time: generations older than the one before are forgotten. */
export function generationAt(operations: OperationCount, clockMs: number): OperationCount {
  const generation = generationOf(clockMs);
  const age = generation - operations.generation;
  if (age <= 0) return operations;
  return { generation, current: 0, previous: age === 1 ? operations.current : 0 };
}

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

/** The counters as a client sees them; a window that has passed shows as full, without a time of reset. */
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

const SESSION_CHECKS = [
  ['session', 'SESSION_UNKNOWN'],
  ['agent', 'AGENT_MISMATCH'],
  ['owner', 'OWNER_MISMATCH'],
  ['closed', 'SESSION_CLOSED'],
  ['expired', 'SESSION_EXPIRED'],
  ['budget', 'BUDGET_EXHAUSTED'],
  ['grant', 'TOOL_NOT_GRANTED'],
  ['sensitivity', 'SENSITIVITY_EXCEEDED'],
  ['rate', 'RATE_LIMITED'],
] as const satisfies readonly (readonly [CheckName, SessionReason])[];

/** The checks that a charge went through: all of them, or those up to the one that failed. */
export function sessionChecks(denial: SessionReason | undefined): Check[] {
  const reason = denial === 'RATE_IMPOSSIBLE' ? 'RATE_LIMITED' : denial;
  const checks: Check[] = [];
  for (const [name, failure] of SESSION_CHECKS) {
    if (failure === reason) return [...checks, failed(name, denial ?? failure)];
    checks.push(passed(name));
  }
  return checks;
}

/** The checks of an empty batch: standing only, for it consumes nothing. */
export function standingChecks(): Check[] {
  return sessionChecks('BUDGET_EXHAUSTED').slice(0, -1);
}
