// Creating, reading, closing, listing and removing sessions.
import { isOwnId } from '../../core/partition.ts';
import { generationAt, generationOf } from '../../core/session/remembered-keys.ts';
import { clockOf, openingCounters, type SessionRecord } from '../../core/session/session.ts';
import { uuidBytes, uuidText } from '../codec/operation-record.ts';
import type { RecordOf } from '../port/decision.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { CloseSessionResult, CreateSessionResult, NewSession } from '../port/session.ts';
import type { State } from '../port/state.ts';
import { isDeactivated, liveSessions } from './agents.ts';
import { recordOfChange } from './decisions.ts';
import type { Step, Tables } from './file/environment.ts';
import { idKey, nameHash } from './keys.ts';
import { generationsAround } from './remembered-keys.ts';
import { closing, creationPrefix, findSession, insertion, loadSession } from './session-tables.ts';
import { places, type Store } from './store.ts';

const FINGERPRINT_BYTES = 8;
export function createSession(
  store: Store,
  session: NewSession,
  maxLive: number,
  operation: IdempotencyKey | undefined,
  recordOf?: RecordOf,
): Promise<CreateSessionResult> {
  return store.environment.commit((tables) => creationStep(store, tables, { session, maxLive, operation, recordOf }), {
    grows: true,
  });
}

interface Creation {
  readonly session: NewSession;
  readonly maxLive: number;
  readonly operation: IdempotencyKey | undefined;
  readonly recordOf: RecordOf | undefined;
}

function creationStep(
  store: Store,
  tables: Tables,
  { session, maxLive, operation, recordOf }: Creation,
): Step<CreateSessionResult> {
  const now = store.now();
  const scope = nameHash(session.agentId);
  const remembered = operation && store.keys.recall(tables.operations, scope, operation, generationsAround(now));
  if (operation && remembered)
    return { answer: repeatedCreation(store, tables, operation, remembered, now), writes: [] };
  if (isDeactivated(tables, session.agentId)) return { answer: { kind: 'agent_deactivated' }, writes: [] };
  if (liveSessions(tables, session.agentId, now) >= maxLive) {
    return { answer: { kind: 'too_many_sessions' }, writes: [] };
  }
  if (loadSession(tables, session.sessionId)) throw new Error('a new session has the id of another');

  const created = { ...session, createdAtMs: now };
  const record = { session: created, counters: openingCounters(created) };
  const writes = [
    ...insertion(tables, record),
    ...recordOfChange(store, tables, record, { after: record, recordOf, now }),
  ];
  if (operation) {
    const value = Buffer.concat([Buffer.from(operation.fingerprint, 'hex'), uuidBytes(session.sessionId)]);
    const generation = generationOf(now);
    writes.push(...store.keys.remember(tables, { scope, named: operation, generation, value }, now));
  }
  return { answer: { kind: 'created', record, now }, writes };
}

function repeatedCreation(
  { retentionMs }: Store,
  tables: Tables,
  { fingerprint }: IdempotencyKey,
  remembered: Buffer,
  now: number,
): CreateSessionResult {
  if (remembered.toString('hex', 0, FINGERPRINT_BYTES) !== fingerprint) return { kind: 'key_reused' };
  const sessionId = uuidText(remembered.subarray(FINGERPRINT_BYTES));
  return { kind: 'replayed', record: findSession(tables, sessionId, { retentionMs, now }), now };
}

export function readSession(store: Store, sessionId: string): ReturnType<State['readSession']> {
  return store.environment.query((tables) => {
    const now = store.now();
    const { retentionMs } = store;
    return { record: isOwnId(sessionId) ? findSession(tables, sessionId, { retentionMs, now }) : undefined, now };
  });
}

export function closeSession(
  store: Store,
  sessionId: string,
  operation: IdempotencyKey | undefined,
  recordOf?: RecordOf,
): Promise<CloseSessionResult> {
  return store.environment.commit((tables) => closingStep(store, tables, { sessionId, operation, recordOf }));
}

function closingStep(
  store: Store,
  tables: Tables,
  { sessionId, operation, recordOf }: Pick<Creation, 'operation' | 'recordOf'> & { sessionId: string },
): Step<CloseSessionResult> {
  const now = store.now();
  const { keys, retentionMs } = store;
  const record = isOwnId(sessionId) ? findSession(tables, sessionId, { retentionMs, now }) : undefined;
  if (!record) return { answer: { kind: 'unknown' }, writes: [] };
  const scope = idKey(sessionId);
  if (record.counters.closedAtMs !== undefined) {
    const { generation } = generationAt(record.counters.operations, clockOf(record.counters, now));
    const held = [generation, generation - 1];
    const remembered = operation && keys.recall(tables.operations, scope, operation, held)?.toString('hex');
    if (!operation || !remembered) return { answer: { kind: 'already_closed' }, writes: [] };
    if (remembered !== operation.fingerprint) return { answer: { kind: 'key_reused' }, writes: [] };
    return { answer: { kind: 'replayed', record, now }, writes: [] };
  }

  const { after, writes } = closing(tables, record, { now, keyed: operation !== undefined });
  writes.push(...recordOfChange(store, tables, record, { after, recordOf, now }));
  if (operation) {
    const value = Buffer.from(operation.fingerprint, 'hex');
    const { generation } = after.counters.operations;
    writes.push(...keys.remember(tables, { scope, named: operation, generation, value }, now));
  }
  return { answer: { kind: 'closed', record: after, now }, writes };
}

export function pageSessions(
  store: Store,
  { partition, after, limit }: Parameters<State['pageSessions']>[0],
): ReturnType<State['pageSessions']> {
  return store.environment.query((tables) => {
    const now = store.now();
    const records: SessionRecord[] = [];
    for (const { id } of places(tables['session-index'], creationPrefix(partition), { descending: true, after })) {
      if (records.length >= limit) break;
      const record = findSession(tables, id, { retentionMs: store.retentionMs, now });
      if (record) records.push(record);
    }
    return { records, now };
  });
}
