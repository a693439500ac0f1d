// Sessions, except their charges: made, read, closed, listed and removed.
import { partitionOf } from '../../core/partition.ts';
import { isForgotten, openingCounters, type Session, type SessionRecord } from '../../core/session.ts';
import { decodeSession, encodeFacts } from '../codec/session-record.ts';
import type { CloseSessionAnswer, CreateSessionAnswer, NewSession, Operation, State } from '../port.ts';
import { decoded } from './errors.ts';
import { idsBehind } from './index-walk.ts';
import { agentKeys, agentOperationKey, runIndexKeys, runKeyPrefix, sessionIndexKeys, sessionKey } from './keys.ts';
import { asBuffer, NO_BYTES, operationBytes, type Store } from './store.ts';

export async function createSession(
  store: Store,
  wanted: NewSession,
  maxLive: number,
  operation: Operation | undefined,
): Promise<CreateSessionAnswer> {
  const { sessionId, agentId, timeLimitMs } = wanted;
  const session = sessionKey(sessionId);
  const agent = agentKeys(agentId);
  const index = sessionIndexKeys(partitionOf(sessionId));
  const operationKey = operation ? agentOperationKey(agentId, operation.key) : session;
  const [kind, detail] = (await store.scripts.run(
    'create-session',
    [agent.deactivated, agent.sessions, operationKey, session, index.sessions, index.ends],
    [
      store.clock(),
      store.retentionMs,
      sessionId,
      asBuffer(encodeFacts(wanted)),
      timeLimitMs,
      maxLive,
      fingerprintBytes(operation),
    ],
  )) as [Buffer, number | Buffer];
  switch (String(kind)) {
    case 'created': {
      const now = detail as number;
      const created: Session = { ...wanted, createdAtMs: now };
      return { kind: 'created', record: { session: created, counters: openingCounters(created) }, now };
    }
    case 'replayed':
      return { kind: 'replayed', ...(await readSession(store, String(detail))) };
    default:
      return { kind: String(kind) as 'key_reused' | 'agent_deactivated' | 'too_many_sessions' };
  }
}

export async function readSession(store: Store, sessionId: string): ReturnType<State['readSession']> {
  const { records, now } = await readSessions(store, [sessionId]);
  return { record: records[0], now };
}

/** Records by their ids, in that order, at one moment; undefined where there is none or it is forgotten. */
async function readSessions(
  store: Store,
  sessionIds: readonly string[],
): Promise<{ records: (SessionRecord | undefined)[]; now: number }> {
  const reply = await store.scripts.run('read-sessions', sessionIds.map(sessionKey), [store.clock()]);
  const [now, ...parts] = reply as [number, ...(Buffer | null)[]];
  const records = sessionIds.map((_, index) => {
    const [facts, counters] = [parts[2 * index], parts[2 * index + 1]];
    if (!facts && !counters) return undefined;
    const record = decoded(() => decodeSession(facts ?? NO_BYTES, counters ?? NO_BYTES));
    return isForgotten(record, store.retentionMs, now) ? undefined : record;
  });
  return { records, now };
}

export async function closeSession(
  store: Store,
  sessionId: string,
  operation: Operation | undefined,
): Promise<CloseSessionAnswer> {
  const [kind, now, facts, counters] = (await store.scripts.run(
    'close-session',
    [sessionKey(sessionId)],
    [store.clock(), store.retentionMs, sessionId, operation ? operationBytes(operation) : NO_BYTES],
  )) as [Buffer, number, Buffer, Buffer];
  if (!facts) return { kind: String(kind) as 'unknown' | 'already_closed' | 'key_reused' };
  const record = decoded(() => decodeSession(facts, counters));
  return { kind: String(kind) as 'closed' | 'replayed', record, now };
}

export async function pageSessions(
  store: Store,
  { partition, after, limit }: Parameters<State['pageSessions']>[0],
): ReturnType<State['pageSessions']> {
  const records: SessionRecord[] = [];
  // The clock also when nothing is listed.
  let { now } = await readSessions(store, []);
  const places = { key: sessionIndexKeys(partition).sessions, descending: true, after, limit };
  for await (const ids of idsBehind(store, places)) {
    const page = await readSessions(store, ids);
    now = page.now;
    records.push(...page.records.filter((record) => record !== undefined));
    if (records.length >= limit) break;
  }
  return { records: records.slice(0, limit), now };
}

export async function removeEndedSessions(
  store: Store,
  { partition, endedForMs, limit }: Parameters<State['removeEndedSessions']>[0],
): Promise<number> {
  const index = sessionIndexKeys(partition);
  const runs = runIndexKeys(partition);
  const keys = [index.sessions, index.ends, runs.started, runs.finished, runs.touched];
  let [removedTotal, leftTotal] = [0, 0];
  // More than one call only where the index holds entries that are not to be counted.
  for (;;) {
    const wanted = limit - removedTotal;
    const [removed, left, seen] = (await store.scripts.run('remove-ended-sessions', keys, [
      store.clock(),
      endedForMs,
      store.runRetentionMs,
      runKeyPrefix(partition),
      leftTotal,
      wanted,
    ])) as [number, number, number];
    removedTotal += removed;
    leftTotal += left;
    if (seen < wanted || removedTotal >= limit) return removedTotal;
  }
}

function fingerprintBytes(operation: Operation | undefined): Buffer {
  return operation ? Buffer.from(operation.fingerprint, 'hex') : NO_BYTES;
}
