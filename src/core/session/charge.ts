// The one function that charges a session. `charge` is the specification: the embedded engine calls it inside its
// transaction, the Redis script repeats its steps, and a differential test keeps the three equal.
import { CHARGE_CHECKS } from '../decision/checks.ts';
import { LIMITS } from '../limits.ts';
import type { Refusal, UseQuestion } from './charge-checks.ts';
import { windowAt } from './rate-window.ts';
import { generationAt } from './remembered-keys.ts';
import { type Call, type Counters, clockOf, type SessionRecord } from './session.ts';
import type { EntryReason } from './session-reason.ts';

export interface Charge {
  readonly agentId: string;
  /** Every principal of the identity; undefined without one. */
  readonly principals: readonly string[] | undefined;
  readonly calls: readonly Call[];
}

/** What was answered when a key had its effect; a repeat of the key gets the same answer. */
export interface Remembered {
  /** A hash of the request, 8 bytes as 16 hex digits. */
  readonly fingerprint: string;
  readonly decisionId: string;
  readonly callsMade: number;
  readonly windowStartMs: number;
  readonly windowCalls: number;
  readonly sequence: number;
}

/** The fingerprint of a request with an idempotency key, and what is remembered of the key. */
export interface KeyedCharge {
  readonly fingerprint: string;
  readonly remembered: Remembered | undefined;
}

export type ChargeOutcome =
  | { readonly kind: 'charged'; readonly counters: Counters }
  | { readonly kind: 'replayed'; readonly remembered: Remembered }
  | { readonly kind: 'nothing_to_charge' }
  | ({ readonly kind: 'denied' } & Refusal)
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'too_many_keys' };

/**
 * Charges one session for a batch of calls, all or nothing. The first check that fails decides, and then nothing changes.
 *
 * A repeat of a remembered key must pass the checks of the caller and the session's state again, but not those of budget,
 * grant, sensitivity and rate: the key has been charged already.
 *
 * @param record  undefined if there is no such session, or none any more
 * @param now  the store's clock; a time before the record's own clock counts as that clock
 * @see docs/behaviour.md#task-sessions
 */
export function charge(
  record: SessionRecord | undefined,
  request: Charge,
  keyed: KeyedCharge | undefined,
  now: number,
): ChargeOutcome {
  // The first row of the table. Without a record there is nothing that the other rows could look at.
  if (!record) return { kind: 'denied', reason: 'SESSION_UNKNOWN' };
  const question = questionOf(record, request, now);

  const standing = firstRefusal(CHARGE_CHECKS.caller, question) ?? firstRefusal(CHARGE_CHECKS.entry, question);
  if (standing) return { kind: 'denied', ...standing };

  if (keyed?.remembered) {
    if (keyed.remembered.fingerprint !== keyed.fingerprint) return { kind: 'key_reused' };
    return { kind: 'replayed', remembered: keyed.remembered };
  }

  if (request.calls.length === 0) return { kind: 'nothing_to_charge' };
  const refusal = firstRefusal(CHARGE_CHECKS.use, question);
  return refusal ? { kind: 'denied', ...refusal } : charged(question, keyed !== undefined);
}

/** Why these principals may not begin anything in this session now; undefined if they may. */
export function entryRefusal(
  { session, counters }: SessionRecord,
  principals: readonly string[] | undefined,
  now: number,
): EntryReason | undefined {
  const question = { session, counters, principals, clockMs: clockOf(counters, now) };
  return firstRefusal(CHARGE_CHECKS.entry, question)?.reason;
}

interface Asked<Question, R> {
  run(question: Question): R | undefined;
}

function firstRefusal<Question, R>(checks: readonly Asked<Question, R>[], question: Question): R | undefined {
  for (const check of checks) {
    const refusal = check.run(question);
    if (refusal) return refusal;
  }
  return undefined;
}

function questionOf({ session, counters }: SessionRecord, request: Charge, now: number): UseQuestion {
  const { agentId, principals, calls } = request;
  const clockMs = clockOf(counters, now);
  return { session, counters, agentId, principals, calls, clockMs, window: windowAt(session, counters, clockMs) };
}

function charged({ session, counters, calls, clockMs, window }: UseQuestion, keyed: boolean): ChargeOutcome {
  let { operations } = counters;
  if (keyed) {
    operations = generationAt(operations, clockMs);
    if (operations.current + operations.previous >= LIMITS.operationsMax) return { kind: 'too_many_keys' };
    operations = { ...operations, current: operations.current + 1 };
  }
  const hasRate = session.rateLimit !== undefined;
  return {
    kind: 'charged',
    counters: {
      closedAtMs: undefined,
      callsMade: counters.callsMade + calls.length,
      windowStartMs: hasRate ? window.startMs : counters.windowStartMs,
      windowCalls: hasRate ? window.calls + calls.length : 0,
      sequence: counters.sequence + 1,
      clockMs,
      operations,
    },
  };
}
