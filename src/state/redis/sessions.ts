// Sessions, except their charges: made, read, closed, listed and removed.
//
// A session and the list of its agent's live sessions lie in two slots of a cluster, and no script can write both. A slot
// lease in the list is therefore reserved first, then the session is opened, then the lease is confirmed. A request that
// stops half way leaves a reservation. A request that finds the list full looks into the reservations: a session that was
// never opened gets a tombstone, so that it can never be opened, and its lease is free. docs/decisions/0011-slot-leases.md.
import { randomBytes } from 'node:crypto';
import { Failure } from '../../core/failure.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import {
  isForgotten,
  openingCounters,
  type Session,
  type SessionRecord,
  statusOf,
} from '../../core/session/session.ts';
import { decodeSession, encodeFacts } from '../codec/session-record.ts';
import type { RecordOf } from '../port/decision.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { CloseSessionResult, CreateSessionResult, NewSession } from '../port/session.ts';
import type { State } from '../port/state.ts';
import { decoded, unavailable } from './connection/errors.ts';
import { fieldsOf, type ReplyFields, rowsOf } from './connection/replies.ts';
import { LINEAGE } from './connection/scripts.ts';
import { idsBehind, idsUpTo } from './index-walk.ts';
import {
  absentKey,
  agentKeys,
  agentOperationKey,
  runIndexKeys,
  runKeys,
  sessionIndexKeys,
  sessionKey,
  sessionSlotKey,
} from './keys.ts';
import {
  asBuffer,
  decisionBytes,
  NO_BYTES,
  operationBytes,
  readClock,
  run,
  runConfirmed,
  runWhere,
  type Store,
} from './store.ts';

/** How often others may get in between before the agent is reported as contended. */
const ATTEMPTS_MAX = 10;

export async function createSession(
  store: Store,
  wanted: NewSession,
  maxLive: number,
  operation: IdempotencyKey | undefined,
  recordOf?: RecordOf,
): Promise<CreateSessionResult> {
  let spentId = '';
  let hasLooked = false;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    // An id with a tombstone is spent.
    const ownId = spentId === wanted.sessionId ? anotherId(spentId) : wanted.sessionId;
    const {
      kind,
      session: id,
      holders = [],
    } = await reserve(store, { ...wanted, sessionId: ownId }, { maxLive, operation, spentId });
    switch (kind) {
      case 'reserved': {
        const answer = await open(store, { ...wanted, sessionId: id! }, { isOwn: id === ownId, recordOf });
        if (answer) return answer;
        spentId = id!;
        break;
      }
      case 'opened': {
        const found = await readSession(store, id!);
        if (found.record || !(await hasTombstone(store, id!, 'look'))) return { kind: 'replayed', ...found };
        spentId = id!;
        break;
      }
      case 'full':
        if (hasLooked || !(await freeSlotLeases(store, wanted.agentId, holders))) return { kind: 'too_many_sessions' };
        hasLooked = true;
        break;
      default:
        return { kind: kind as 'key_reused' | 'agent_deactivated' };
    }
  }
  throw unavailable(new Error('the sessions of this agent are changed by too many at once'));
}

async function reserve(
  store: Store,
  { sessionId, agentId, timeLimitMs }: NewSession,
  { maxLive, operation, spentId }: { maxLive: number; operation: IdempotencyKey | undefined; spentId: string },
): Promise<ReplyFields<'reserve-slot-lease'>> {
  const { deactivated, sessions, reserved } = agentKeys(agentId);
  const operationKey = operation ? agentOperationKey(agentId, operation.key) : sessions;
  const fingerprint = operation ? Buffer.from(operation.fingerprint, 'hex') : NO_BYTES;
  const reply = await runConfirmed(
    store,
    'reserve-slot-lease',
    [deactivated, sessions, reserved, operationKey],
    [store.clock(), sessionId, timeLimitMs, maxLive, fingerprint, spentId],
  );
  return fieldsOf('reserve-slot-lease', reply);
}

/** An own id of the same time and partition. */
function anotherId(id: string): string {
  return `${id.slice(0, 24)}${randomBytes(5).toString('hex')}${id.slice(-2)}`;
}

/**
 * Opens the session for which a slot lease is reserved, by this request or another. Undefined if it has a tombstone.
 *
 * @param isOwn  this request reserved the lease. It is answered `created`, even where another request with its key opened
 *   the session first; so of several requests at once exactly one is, and so is its repeat after a lost answer
 */
async function open(
  store: Store,
  session: NewSession,
  { isOwn, recordOf }: { isOwn: boolean; recordOf: RecordOf | undefined },
): Promise<CreateSessionResult | undefined> {
  const { sessionId } = session;
  const kind = isOwn ? 'created' : 'replayed';
  const index = sessionIndexKeys(partitionOf(sessionId));
  const recorded = recordFor(sessionId, recordOf);
  const reply = await runConfirmed(
    store,
    'insert-session',
    [sessionKey(sessionId), index.sessions, index.ends, recorded.absent],
    [
      store.clock(),
      store.retentionMs,
      sessionId,
      asBuffer(encodeFacts(session)),
      session.timeLimitMs,
      recorded.entry,
      store.decisions.retentionMs,
    ],
  );
  const { kind: outcome, created_at: createdAtMs = 0 } = fieldsOf('insert-session', reply);
  switch (outcome) {
    case 'opened': {
      const created: Session = { ...session, createdAtMs };
      await confirmSlotLease(store, created);
      return { kind, record: { session: created, counters: openingCounters(created) }, now: createdAtMs };
    }
    case 'present': {
      const { record, now } = await readSession(store, sessionId);
      if (record) await confirmSlotLease(store, record.session);
      return record ? { kind, record, now } : { kind: 'replayed', record, now };
    }
    default:
      return undefined;
  }
}

/** The record of an opening or a close, and the key that is for its sake, as their scripts take it. */
function recordFor(sessionId: string, recordOf: RecordOf | undefined): { absent: string; entry: Buffer } {
  const session = sessionKey(sessionId);
  const decision = isOwnId(sessionId) ? recordOf?.(sessionId) : undefined;
  if (!decision) return { absent: session, entry: NO_BYTES };
  return { absent: absentKey(session), entry: decisionBytes(decision, decision.decisionId) };
}

/** Nothing depends on it: a request that finds the list full looks into reservations that stay. */
async function confirmSlotLease(
  store: Store,
  { sessionId, agentId, createdAtMs, timeLimitMs }: Session,
): Promise<void> {
  const { sessions, reserved } = agentKeys(agentId);
  await unlessFailing(run(store, 'confirm-slot-lease', [sessions, reserved], [sessionId, createdAtMs + timeLimitMs]));
}

/** Releases the leases that no session holds, after a close or a creation that stopped half way. @returns whether there was any */
async function freeSlotLeases(store: Store, agentId: string, ids: readonly string[]): Promise<boolean> {
  const ended = await Promise.all(
    ids.map(async (id) => {
      const { record, now } = await readSession(store, id);
      if (!record) return hasTombstone(store, id, 'make');
      if (statusOf(record, now) === 'active') await confirmSlotLease(store, record.session);
      return statusOf(record, now) !== 'active';
    }),
  );
  return releaseSlotLeases(
    store,
    agentId,
    ids.filter((_, index) => ended[index]),
  );
}

/** Whether there never will be a session of this id; `make` leaves a tombstone unless there is a session. */
async function hasTombstone(store: Store, sessionId: string, manner: 'look' | 'make'): Promise<boolean> {
  return (await runConfirmed(store, 'tombstone-session', [sessionKey(sessionId)], [manner])) === 1;
}

/** @returns whether any was held */
export async function releaseSlotLeases(store: Store, agentId: string, ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return false;
  const { sessions, reserved } = agentKeys(agentId);
  return (await run(store, 'release-slot-leases', [sessions, reserved], ids)) !== 0;
}

/** For a step that a later request repeats. */
async function unlessFailing<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

export async function readSession(store: Store, sessionId: string): ReturnType<State['readSession']> {
  const { records, now } = await readSessions(store, [sessionId]);
  return { record: records[0], now };
}

/** Records of one partition by their ids, in that order, at one moment; undefined where there is none or it is forgotten. */
async function readSessions(
  store: Store,
  sessionIds: readonly string[],
): Promise<{ records: (SessionRecord | undefined)[]; now: number }> {
  const reply = await run(store, 'read-sessions', sessionIds.map(sessionKey), [store.clock()]);
  const { now, sessions } = fieldsOf('read-sessions', reply);
  const records = rowsOf('read-sessions.session', sessions).map(({ facts, counters }) => {
    if (!facts && !counters) return undefined;
    const record = decoded(() => decodeSession(facts ?? NO_BYTES, counters ?? NO_BYTES));
    return isForgotten(record, store.retentionMs, now) ? undefined : record;
  });
  return { records, now };
}

export async function closeSession(
  store: Store,
  sessionId: string,
  operation: IdempotencyKey | undefined,
  recordOf?: RecordOf,
): Promise<CloseSessionResult> {
  const answer = await close(store, sessionId, { operation, manner: '', recordOf });
  if (answer.kind === 'closed' || answer.kind === 'replayed') {
    await unlessFailing(releaseSlotLeases(store, answer.record.session.agentId, [sessionId]));
  }
  return answer as CloseSessionResult;
}

/** Closes a session of an agent that is being deactivated: one that does not exist yet never will. */
export async function closeForGood(
  store: Store,
  sessionId: string,
  recordOf: RecordOf | undefined,
): Promise<{ kind: CloseSessionResult['kind'] | 'expired' }> {
  return close(store, sessionId, { operation: undefined, manner: 'deactivate', recordOf });
}

async function close(
  store: Store,
  sessionId: string,
  {
    operation,
    manner,
    recordOf,
  }: { operation: IdempotencyKey | undefined; manner: '' | 'deactivate'; recordOf: RecordOf | undefined },
): Promise<CloseSessionResult | { kind: 'expired' }> {
  const session = sessionKey(sessionId);
  const recorded = recordFor(sessionId, recordOf);
  const keys = [session, sessionSlotKey(session, 0), sessionSlotKey(session, 1), endsKey(session), recorded.absent];
  const { reply, lineage } = await runWhere(
    store,
    'close-session',
    keys,
    [
      store.clock(),
      store.retentionMs,
      sessionId,
      operation ? operationBytes(operation) : NO_BYTES,
      operation ? NO_BYTES : randomBytes(12),
      manner,
      LINEAGE,
      recorded.entry,
      store.decisions.retentionMs,
      store.decisions.perSessionMax,
    ],
    'confirmed',
  );
  const { kind, now, facts, counters } = fieldsOf('close-session', reply);
  if (!facts || !counters || now === undefined) {
    return { kind: kind as 'unknown' | 'already_closed' | 'key_reused' | 'expired' };
  }
  const record = decoded(() => decodeSession(facts, counters));
  store.highWaterMarks.observeSession(sessionId, lineage, record.counters);
  return { kind: kind as 'closed' | 'replayed', record, now };
}

/** The index beside a session, for foreign ids too. */
function endsKey(session: string): string {
  return sessionIndexKeys(Number.parseInt(session.slice(-2), 16)).ends;
}

export async function pageSessions(
  store: Store,
  { partition, after, limit }: Parameters<State['pageSessions']>[0],
): ReturnType<State['pageSessions']> {
  const records: SessionRecord[] = [];
  const key = sessionIndexKeys(partition).sessions;
  // The clock also when nothing is listed.
  let now = await readClock(store, key);
  for await (const ids of idsBehind(store, { key, descending: true, after, limit })) {
    const page = await readSessions(store, ids);
    now = page.now;
    records.push(...page.records.filter((record) => record !== undefined));
    if (records.length >= limit) break;
  }
  return { records: records.slice(0, limit), now };
}

const DROPPED_AT_ONCE = 100;

export async function removeEndedSessions(
  store: Store,
  { partition, endedForMs, limit }: Parameters<State['removeEndedSessions']>[0],
): Promise<number> {
  const index = sessionIndexKeys(partition);
  const horizonMs = (await readClock(store, index.ends)) - endedForMs;
  let [removed, left] = [0, 0];
  // More than one round only where the index holds entries that are not to be counted.
  while (removed < limit) {
    const wanted = Math.min(limit - removed, DROPPED_AT_ONCE);
    const ids = await idsUpTo(store, { key: index.ends, upToMs: horizonMs, skip: left, count: wanted });
    if (ids.length > 0) {
      const [droppedNow, leftNow] = await dropSessions(store, index, ids, endedForMs);
      removed += droppedNow;
      left += leftNow;
    }
    if (ids.length < wanted) break;
  }
  await dropRunEntries(store, partition, limit);
  return removed;
}

async function dropSessions(
  store: Store,
  { sessions, ends }: { sessions: string; ends: string },
  ids: readonly string[],
  endedForMs: number,
): Promise<[number, number]> {
  const candidates = ids.flatMap((id) => {
    const session = sessionKey(id);
    return [session, sessionSlotKey(session, 0), sessionSlotKey(session, 1)];
  });
  const reply = await run(store, 'drop-sessions', [sessions, ends, ...candidates], [store.clock(), endedForMs, ...ids]);
  const { removed, left, expired } = fieldsOf('drop-sessions', reply);
  for (const { agent, session } of rowsOf('drop-sessions.expired', expired)) {
    await unlessFailing(releaseSlotLeases(store, agent, [session]));
  }
  return [removed, left];
}

async function dropRunEntries(store: Store, partition: number, limit: number): Promise<void> {
  const { started, finished, touched } = runIndexKeys(partition);
  const upToMs = (await readClock(store, started)) - store.runRetentionMs;
  const ids = await idsUpTo(store, { key: started, upToMs, skip: 0, count: Math.min(limit, DROPPED_AT_ONCE) });
  if (ids.length === 0) return;
  await run(store, 'drop-runs', [started, finished, touched, ...ids.map((id) => runKeys(id).run)], ids);
}
