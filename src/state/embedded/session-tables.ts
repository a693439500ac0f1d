// The layout of sessions in the tables: facts, counters, and index entries by creation, by end and by agent.
import {
  type Counters,
  closed,
  endsAtMs,
  isForgotten,
  type Session,
  type SessionRecord,
} from '../../core/session/session.ts';
import { decodeSession, encodeCounters, encodeFacts } from '../codec/session-record.ts';
import type { Tables, Write } from './file/environment.ts';
import { idKey, nameKey, PRESENT, partitionPrefix, placeKey, prefixFor } from './keys.ts';

const BY_CREATION = 0;
const BY_END = 1;

export function creationPrefix(partition: number): Buffer {
  return partitionPrefix(BY_CREATION, partition);
}

export function endPrefix(partition: number): Buffer {
  return partitionPrefix(BY_END, partition);
}

/** Reads a stored session, even one past its retention. The id must be one that Tollgate made. */
export function loadSession(tables: Tables, sessionId: string): SessionRecord | undefined {
  const id = idKey(sessionId);
  const counters = tables['session-counters'].get(id);
  const facts = tables['session-facts'].get(id);
  if (!counters && !facts) return undefined;
  if (!counters || !facts) throw new Error('a session lacks its counters or its facts');
  return decodeSession(facts, counters);
}

/** Reads a session that is within its retention. */
export function findSession(
  tables: Tables,
  sessionId: string,
  { retentionMs, now }: { retentionMs: number; now: number },
): SessionRecord | undefined {
  const record = loadSession(tables, sessionId);
  return record && !isForgotten(record, retentionMs, now) ? record : undefined;
}

export function countersWrite(tables: Tables, { sessionId, createdAtMs }: Session, counters: Counters): Write {
  return [tables['session-counters'], idKey(sessionId), bufferOf(encodeCounters(createdAtMs, counters))];
}

export function insertion(tables: Tables, record: SessionRecord): Write[] {
  const { session, counters } = record;
  return [
    [tables['session-facts'], idKey(session.sessionId), bufferOf(encodeFacts(session))],
    countersWrite(tables, session, counters),
    [tables['session-index'], creationKey(session), PRESENT],
    [tables['session-index'], endKey(record), PRESENT],
    [tables['agent-sessions'], liveKey(session), PRESENT],
  ];
}

export function closing(
  tables: Tables,
  record: SessionRecord,
  { now, keyed }: { now: number; keyed: boolean },
): { after: SessionRecord; writes: Write[] } {
  const { session } = record;
  const after = { session, counters: closed(record.counters, now, keyed) };
  const writes: Write[] = [
    countersWrite(tables, session, after.counters),
    [tables['session-index'], endKey(record)],
    [tables['session-index'], endKey(after), PRESENT],
    [tables['agent-sessions'], liveKey(session)],
  ];
  return { after, writes };
}

export function removal(tables: Tables, record: SessionRecord): Write[] {
  const { session } = record;
  return [
    [tables['session-facts'], idKey(session.sessionId)],
    [tables['session-counters'], idKey(session.sessionId)],
    [tables['session-index'], creationKey(session)],
    [tables['session-index'], endKey(record)],
    [tables['agent-sessions'], liveKey(session)],
  ];
}

/** The prefix of an agent's sessions that are not closed, by expiry. */
export function livePrefix(agentId: string): Buffer {
  return nameKey(agentId);
}

function liveKey(session: Session): Buffer {
  const expiresAtMs = session.createdAtMs + session.timeLimitMs;
  return placeKey(livePrefix(session.agentId), expiresAtMs, idKey(session.sessionId));
}

function creationKey({ sessionId, createdAtMs }: Session): Buffer {
  return placeKey(prefixFor(BY_CREATION, sessionId), createdAtMs, idKey(sessionId));
}

function endKey({ session, counters }: SessionRecord): Buffer {
  return placeKey(prefixFor(BY_END, session.sessionId), endsAtMs(session, counters), idKey(session.sessionId));
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
