// The charge: core decides inside the transaction that writes the outcome.
import { numbersOf } from '../../core/decision/decision-record.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { type ChargeOutcome, charge as chargeRecord, type Remembered } from '../../core/session/charge.ts';
import { generationAt } from '../../core/session/remembered-keys.ts';
import { type Counters, clockOf, type SessionRecord } from '../../core/session/session.ts';
import { maySeeUsage } from '../../core/session/session-reason.ts';
import { decodeRemembered, encodeRemembered } from '../codec/operation-record.ts';
import type { ChargedSession, ChargeResult, ChargeStep } from '../port/charge.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import { countingRepeat, recording } from './decisions.ts';
import type { Step, Tables, Write } from './file/environment.ts';
import { findIdentity } from './identities.ts';
import { idKey } from './keys.ts';
import type { RememberedKeys } from './remembered-keys.ts';
import { countersWrite, findSession } from './session-tables.ts';
import type { Store } from './store.ts';

export function charge(store: Store, step: ChargeStep): Promise<ChargeResult> {
  return store.environment.commit((tables) => chargeStep(store, tables, step), { grows: true });
}

function chargeStep(store: Store, tables: Tables, step: ChargeStep): Step<ChargeResult> {
  const now = store.now();
  if (step.identity && !holdsIdentity(tables, step.identity, now)) {
    return { answer: { kind: 'identity_changed', now }, writes: [] };
  }
  const known = isOwnId(step.sessionId);
  const record = known ? findSession(tables, step.sessionId, { retentionMs: store.retentionMs, now }) : undefined;
  if (!record) return unknownSession(store, tables, step, now);

  const { idempotencyKey: operation } = step;
  const remembered = operation && recall(store.keys, tables, record, operation, now);
  const keyed = operation && { fingerprint: operation.fingerprint, remembered };
  const outcome = chargeRecord(record, step, keyed, now);
  const { decisionId, writes } = recordOf(store, tables, { outcome, record, step, now });
  const answer = answerOf(outcome, record, now);
  return {
    answer: answer.kind === 'denied' && decisionId !== undefined ? { ...answer, decisionId } : answer,
    writes: [...writesOf(store.keys, tables, { outcome, record, step, now }), ...writes],
  };
}

interface DecidedCharge {
  readonly outcome: ChargeOutcome;
  readonly record: SessionRecord;
  readonly step: ChargeStep;
  readonly now: number;
}

/** Records the decision: a charge and a denial each get a record, and a repeat of a key is counted with the first record. */
function recordOf(
  store: Store,
  tables: Tables,
  { outcome, record, step, now }: DecidedCharge,
): { decisionId?: string; writes: Write[] } {
  if (!step.record) return { writes: [] };
  const { sessionId, decisionId } = step;
  // WHY NOT a spread: it takes 0.3 µs longer, and this runs in every charge.
  const { rpc, runId, context, aggregationBytes } = step.record;
  const decision = { rpc, runId, context, aggregationBytes, decisionId };
  switch (outcome.kind) {
    case 'charged': {
      const session = numbersOf(record, outcome.counters, now);
      const made = { effect: 'ALLOW', reason: 'ALLOWED', session } as const;
      return recording(store, tables, decision, { made, listing: { name: 'session', sessionId }, now });
    }
    case 'denied': {
      const { reason, callIndex, retryAfterMs } = outcome;
      const session = numbersOf(record, record.counters, now);
      const made = { effect: 'DENY', reason, callIndex, retryAfterMs, session } as const;
      return recording(store, tables, decision, { made, listing: { name: 'denials', sessionId }, now });
    }
    case 'replayed':
      return { writes: countingRepeat(tables, outcome.remembered.decisionId, { decisionId, now }) };
    default:
      return { writes: [] };
  }
}

function holdsIdentity(tables: Tables, { traceId, bytes }: NonNullable<ChargeStep['identity']>, now: number): boolean {
  return findIdentity(tables, traceId, now)?.bytes.equals(bytes) ?? false;
}

function unknownSession(
  store: Store,
  tables: Tables,
  { record, decisionId }: ChargeStep,
  now: number,
): Step<ChargeResult> {
  const reason = 'SESSION_UNKNOWN';
  const none = { callIndex: undefined, retryAfterMs: undefined, charged: undefined };
  const answer = { kind: 'denied', reason, now, ...none } as const;
  if (!record) return { answer, writes: [] };
  const made = { effect: 'DENY', reason, session: undefined } as const;
  const listing = { name: 'sessionless', partition: partitionOf(decisionId) } as const;
  const { writes } = recording(store, tables, { ...record, decisionId }, { made, listing, now });
  return { answer: { ...answer, decisionId }, writes };
}

/** Reads what the session remembers of a key. The session's counters say which generations can hold the key. */
function recall(
  keys: RememberedKeys,
  tables: Tables,
  { session, counters }: SessionRecord,
  operation: IdempotencyKey,
  now: number,
): Remembered | undefined {
  const { generation, current, previous } = generationAt(counters.operations, clockOf(counters, now));
  const held = [...(current > 0 ? [generation] : []), ...(previous > 0 ? [generation - 1] : [])];
  const bytes = keys.recall(tables.operations, idKey(session.sessionId), operation, held);
  return bytes && decodeRemembered(bytes, session.createdAtMs);
}

function writesOf(keys: RememberedKeys, tables: Tables, { outcome, record, step, now }: DecidedCharge): Write[] {
  if (outcome.kind !== 'charged') return [];
  const { session } = record;
  const { counters } = outcome;
  const writes = [countersWrite(tables, session, counters)];
  if (!step.idempotencyKey) return writes;
  const { fingerprint } = step.idempotencyKey;
  const { decisionId } = step;
  const value = encodeRemembered({ ...counters, fingerprint, decisionId }, session.createdAtMs);
  const { generation } = counters.operations;
  const remembered = { scope: idKey(session.sessionId), named: step.idempotencyKey, generation, value };
  return [...writes, ...keys.remember(tables, remembered, now)];
}

function answerOf(outcome: ChargeOutcome, { session, counters }: SessionRecord, now: number): ChargeResult {
  switch (outcome.kind) {
    case 'charged':
      return { kind: 'charged', limits: session, counters: outcome.counters, now };
    case 'nothing_to_charge':
      return { kind: 'nothing_to_charge', limits: session, counters, now };
    case 'replayed': {
      const { decisionId } = outcome.remembered;
      return { kind: 'replayed', decisionId, limits: session, counters: asThen(counters, outcome.remembered), now };
    }
    case 'denied': {
      const { reason, callIndex, retryAfterMs } = outcome;
      const charged: ChargedSession | undefined = maySeeUsage(reason) ? { limits: session, counters } : undefined;
      return { kind: 'denied', reason, callIndex, retryAfterMs, charged, now };
    }
    case 'key_reused':
    case 'too_many_keys':
      return { kind: outcome.kind, now };
  }
}

/** The counters of the first answer, as far as they are remembered. */
function asThen(counters: Counters, { callsMade, windowStartMs, windowCalls, sequence }: Remembered): Counters {
  return { ...counters, closedAtMs: undefined, callsMade, windowStartMs, windowCalls, sequence };
}
