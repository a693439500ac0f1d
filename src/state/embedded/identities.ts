// Identity records by trace, `expires at(6) | the record's bytes`, and an index by expiry for the sweep.
import { type Identity, sameIdentity } from '../../core/identity/identity.ts';
import { encodeIdentity, readStoredIdentity } from '../codec/identity-record.ts';
import type { State } from '../port/state.ts';
import type { Step, Tables, Write } from './file/environment.ts';
import { nameKey, PRESENT, readTime, time } from './keys.ts';
import type { Store } from './store.ts';

const TIME_BYTES = 6;

interface IdentityEntry {
  readonly bytes: Buffer;
  readonly expiresAtMs: number;
}

/** Reads the record of a trace, unless it has expired. */
export function findIdentity(tables: Tables, traceId: string, now: number): IdentityEntry | undefined {
  const entry = entryOf(tables, nameKey(traceId));
  return entry && entry.expiresAtMs > now ? entry : undefined;
}

function entryOf(tables: Tables, key: Buffer): IdentityEntry | undefined {
  const value = tables.identities.get(key);
  return value && { bytes: value.subarray(TIME_BYTES), expiresAtMs: readTime(value) };
}

export function readIdentity(store: Store, traceId: string): ReturnType<State['readIdentity']> {
  return store.environment.query((tables) => {
    const entry = findIdentity(tables, traceId, store.now());
    return { stored: entry && readStoredIdentity(entry.bytes), expiresAtMs: entry?.expiresAtMs };
  });
}

export function bindIdentity(
  store: Store,
  traceId: string,
  identity: Identity,
  ttlMs: number,
): ReturnType<State['bindIdentity']> {
  const step = (tables: Tables): Step<Awaited<ReturnType<State['bindIdentity']>>> => {
    const now = store.now();
    const found = findIdentity(tables, traceId, now);
    if (!found) {
      const entry = { bytes: Buffer.from(encodeIdentity(identity)), expiresAtMs: now + ttlMs };
      const { expiresAtMs } = entry;
      return { answer: { kind: 'bound', expiresAtMs }, writes: replacing(tables, traceId, entry) };
    }
    const bound = readStoredIdentity(found.bytes).identity;
    if (!bound || !sameIdentity(bound, identity)) return { answer: { kind: 'conflict' }, writes: [] };
    const expiresAtMs = Math.max(found.expiresAtMs, now + ttlMs);
    const writes = expiresAtMs === found.expiresAtMs ? [] : replacing(tables, traceId, { ...found, expiresAtMs });
    return { answer: { kind: 'already_bound', expiresAtMs }, writes };
  };
  return store.environment.commit(step, { grows: true });
}

export function releaseIdentity(store: Store, traceId: string): Promise<boolean> {
  return store.environment.commit((tables) => {
    const known = findIdentity(tables, traceId, store.now()) !== undefined;
    return { answer: known, writes: replacing(tables, traceId, undefined) };
  });
}

/** Removes up to `limit` records that have expired. */
export function removeExpiredIdentities(tables: Tables, now: number, limit: number): Write[] {
  const ends = tables['identity-ends'];
  const keys = ends.getKeys({ start: Buffer.from([0]), end: time(now + 1), limit });
  return Array.from(keys).flatMap((end): Write[] => [
    [tables.identities, end.subarray(TIME_BYTES)],
    [ends, end],
  ]);
}

/** Replaces or removes the stored entry, expired or not, and updates the index. */
function replacing(tables: Tables, traceId: string, entry: IdentityEntry | undefined): Write[] {
  const key = nameKey(traceId);
  const before = entryOf(tables, key);
  const writes: Write[] = [];
  if (before) writes.push([tables['identity-ends'], endKey(before, key)]);
  if (!entry) return before ? [...writes, [tables.identities, key]] : writes;
  writes.push([tables.identities, key, Buffer.concat([time(entry.expiresAtMs), entry.bytes])]);
  writes.push([tables['identity-ends'], endKey(entry, key), PRESENT]);
  return writes;
}

function endKey({ expiresAtMs }: IdentityEntry, key: Buffer): Buffer {
  return Buffer.concat([time(expiresAtMs), key]);
}
