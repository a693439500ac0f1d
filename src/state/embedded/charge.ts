// One charge: core decides, inside the transaction that writes what it decided.
import { isOwnId } from '../../core/partition.ts';
import {
  type ChargeOutcome,
  type Counters,
  charge as chargeRecord,
  clockOf,
  generationAt,
  type Remembered,
  type SessionRecord,
} from '../../core/session.ts';
import { decodeRemembered, encodeRemembered } from '../codec/operation-record.ts';
import type { ChargeAnswer, ChargedSession, ChargeStep, Operation } from '../port.ts';
import type { Step, Tables, Write } from './environment.ts';
import { findIdentity } from './identities.ts';
import { idKey } from './keys.ts';
import type { RememberedKeys } from './remembered-keys.ts';
import { countersWrite, findSession } from './session-tables.ts';
import type { Store } from './store.ts';

export function charge(store: Store, step: ChargeStep): Promise<ChargeAnswer> {
  return store.environment.commit((tables) => chargeStep(store, tables, step), { grows: true });
}

function chargeStep(store: Store, tables: Tables, step: ChargeStep): Step<ChargeAnswer> {
  const now = store.now();
  if (step.identity && !holdsIdentity(tables, step.identity, now)) {
    return { answer: { kind: 'identity_changed', now }, writes: [] };
  }
  const known = isOwnId(step.sessionId);
  const record = known ? findSession(tables, step.sessionId, { retentionMs: store.retentionMs, now }) : undefined;
  if (!record) return { answer: unknownSession(now), writes: [] };

  const { operation } = step;
  const remembered = operation && recall(store.keys, tables, record, operation, now);
  const keyed = operation && { fingerprint: operation.fingerprint, remembered };
  const outcome = chargeRecord(record, step, keyed, now);
  return {
    answer: answerOf(outcome, record, now),
    writes: writesOf(store.keys, tables, { outcome, record, step, now }),
  };
}

function holdsIdentity(tables: Tables, { traceId, bytes }: NonNullable<ChargeStep['identity']>, now: number): boolean {
  return findIdentity(tables, traceId, now)?.bytes.equals(bytes) ?? false;
}

function unknownSession(now: number): ChargeAnswer {
  const reason = 'SESSION_UNKNOWN';
  return { kind: 'denied', reason, callIndex: undefined, retryAfterMs: undefined, charged: undefined, now };
}

/** What the session still remembers of a key: its record says in which generations that can be. */
function recall(
  keys: RememberedKeys,
  tables: Tables,
  { session, counters }: SessionRecord,
  operation: Operation,
  now: number,
): Remembered | undefined {
  const { generation, current, previous } = generationAt(counters.operations, clockOf(counters, now));
  const held = [...(current > 0 ? [generation] : []), ...(previous > 0 ? [generation - 1] : [])];
  const bytes = keys.recall(tables.operations, idKey(session.sessionId), operation, held);
  return bytes && decodeRemembered(bytes, session.createdAtMs);
}

function writesOf(
  keys: RememberedKeys,
  tables: Tables,
  { outcome, record, step, now }: { outcome: ChargeOutcome; record: SessionRecord; step: ChargeStep; now: number },
): Write[] {
  if (outcome.kind !== 'charged') return [];
  const { session } = record;
  const { counters } = outcome;
  const writes = [countersWrite(tables, session, counters)];
  if (!step.operation) return writes;
  const { fingerprint } = step.operation;
  const { decisionId } = step;
  const value = encodeRemembered({ ...counters, fingerprint, decisionId }, session.createdAtMs);
  const { generation } = counters.operations;
  const remembered = { scope: idKey(session.sessionId), named: step.operation, generation, value };
  return [...writes, ...keys.remember(tables, remembered, now)];
}

function answerOf(outcome: ChargeOutcome, { session, counters }: SessionRecord, now: number): ChargeAnswer {
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
      const concealed = reason === 'AGENT_MISMATCH' || reason === 'OWNER_MISMATCH';
      const charged: ChargedSession | undefined = concealed ? undefined : { limits: session, counters };
      return { kind: 'denied', reason, callIndex, retryAfterMs, charged, now };
    }
    case 'key_reused':
    case 'too_many_keys':
      return { kind: outcome.kind, now };
  }
}

/** The counters that the first answer showed, so far as they are remembered. */
function asThen(counters: Counters, { callsMade, windowStartMs, windowCalls, sequence }: Remembered): Counters {
  return { ...counters, closedAtMs: undefined, callsMade, windowStartMs, windowCalls, sequence };
}
