// The layout of decision records in the tables: the records by partition and id, which orders them by time; the lists that
// bound their number, `list(1) | owner(16) | id(16)`; and for each list of a partition, how many records were added since the
// list was last trimmed.
//
// INVARIANT: an entry of a list is removed together with its record, and a record is in at most one list.
import type { Reason } from '../../core/decision/decision.ts';
import { LIMITS } from '../../core/limits.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { aggregationDigest, decidedAtMs, decodeDecision, repeated } from '../codec/decision-record.ts';
import { uuidText, writeUuid } from '../codec/operation-record.ts';
import type { DecisionEntry } from '../port/decision.ts';
import type { Tables, Write } from './file/environment.ts';
import { afterPrefix, idKey, integer, PRESENT } from './keys.ts';
import type { DecisionBounds } from './store.ts';

/** The numbers are part of the stored form. */
const LISTS = { session: 0, denials: 1, sessionless: 2, identities: 3, others: 4 } as const;
type ListName = keyof typeof LISTS;

/** The list of a record: one of a session, or one of the partition. */
export type Listing =
  | { readonly name: 'session' | 'denials'; readonly sessionId: string }
  | { readonly name: 'sessionless' | 'identities' | 'others'; readonly partition: number };

const ID_BYTES = 16;
const PREFIX_BYTES = 1 + ID_BYTES;

export function decisionKey(decisionId: string): Buffer {
  return Buffer.concat([Buffer.from([partitionOf(decisionId)]), idKey(decisionId)]);
}

function listPrefix(listing: Listing): Buffer {
  return writePrefix(listing, Buffer.allocUnsafe(PREFIX_BYTES));
}

function entryKey(listing: Listing, decisionId: string): Buffer {
  const key = writePrefix(listing, Buffer.allocUnsafe(PREFIX_BYTES + ID_BYTES));
  writeUuid(decisionId, key, PREFIX_BYTES);
  return key;
}

function writePrefix(listing: Listing, key: Buffer): Buffer {
  key[0] = LISTS[listing.name];
  if ('sessionId' in listing) writeUuid(listing.sessionId, key, 1);
  else key.fill(listing.partition, 1, PREFIX_BYTES);
  return key;
}

/**
 * The key of the record that an entry belongs to. An owner's last byte is the partition of its records, so an entry ends with
 * the key of its record.
 *
 * WHY NOT a subarray: lmdb-js returns keys on the JavaScript heap. A view would move the key off the heap, which takes three
 * times as long as a copy.
 */
function recordKeyIn(entry: Buffer): Buffer {
  const key = Buffer.allocUnsafe(1 + ID_BYTES);
  for (let at = 0; at < key.length; at++) key[at] = entry[PREFIX_BYTES - 1 + at]!;
  return key;
}

/** Yields the ids of a list, newest first. */
export function* idsOf(tables: Tables, listing: Listing, before: string | undefined): Generator<string> {
  const prefix = listPrefix(listing);
  const start = before === undefined ? afterPrefix(prefix) : Buffer.concat([prefix, idKey(before)]);
  for (const key of tables['decision-lists'].getKeys({ start, end: prefix, reverse: true })) {
    const id = uuidText(key.subarray(prefix.length));
    if (id !== before) yield id;
  }
}

export interface Listed {
  readonly decisionId: string;
  readonly reason: Reason;
  readonly bytes: Buffer;
}

/**
 * Adds a record to a list. The list is trimmed to `max` records after every {@link slackOf} additions.
 * WHY NOT after each: finding and removing a record costs a charge more than writing one.
 *
 * @param changes  how often the session has changed, which bounds the number of its records; undefined for a partition's list
 */
export function listed(
  tables: Tables,
  listing: Listing,
  { decisionId, bytes }: Listed,
  { max, changes }: { max: number; changes: number | undefined },
): Write[] {
  const entry = entryKey(listing, decisionId);
  const slack = slackOf(max);
  const writes: Write[] = [
    [tables.decisions, recordKeyIn(entry), bytes],
    [tables['decision-lists'], entry, PRESENT],
  ];
  if (changes !== undefined) {
    if (changes > max && changes % slack === 0) writes.push(...excess(tables, listing, max));
    return writes;
  }
  const prefix = listPrefix(listing);
  const additions = (additionsOf(tables, prefix) + 1) % slack;
  writes.push([tables['decision-counts'], prefix, integer(additions, 4)]);
  if (additions === 0) writes.push(...excess(tables, listing, max));
  return writes;
}

/** How many records are added to a list between two trims; the list may exceed `max` by one less. */
function slackOf(max: number): number {
  return Math.min(Math.max(Math.floor(max / LIMITS.decisionSlackShare), 1), LIMITS.decisionSlackMax);
}

function additionsOf(tables: Tables, prefix: Buffer): number {
  return tables['decision-counts'].get(prefix)?.readUInt32BE() ?? 0;
}

/** Removes the oldest records of a list, so that one more makes `max`. A list that is far too long is trimmed in several calls. */
function excess(tables: Tables, listing: Listing, max: number): Write[] {
  const prefix = listPrefix(listing);
  const range = { start: prefix, end: afterPrefix(prefix) };
  const tooMany = tables['decision-lists'].getKeysCount({ ...range }) + 1 - max;
  const limit = Math.min(Math.max(tooMany, 0), 2 * slackOf(max));
  return Array.from(tables['decision-lists'].getKeys({ ...range, limit })).flatMap((entry) => dropped(tables, entry));
}

/** Aggregates a denial: counts it with the record of an equal denial of the session, or adds a record. */
export function aggregated(
  tables: Tables,
  listing: Listing & { name: 'denials' },
  { decisionId, reason, bytes }: Listed,
  { entry, now, retentionMs }: { entry: DecisionEntry; now: number; retentionMs: number },
): { decisionId: string; writes: Write[]; isNew: boolean } {
  const prefix = listPrefix(listing);
  const digest = Buffer.from(aggregationDigest(reason, entry), 'hex');
  const entries = Array.from(tables['decision-lists'].getRange({ start: prefix, end: afterPrefix(prefix) }));
  const equal = entries.find(({ value }) => value.equals(digest));
  const first = equal && uuidText(equal.key.subarray(PREFIX_BYTES));
  const stored = first && tables.decisions.get(decisionKey(first));
  if (first && stored && now - decidedAtMs(stored) <= retentionMs) {
    const writes: Write[] = [[tables.decisions, decisionKey(first), repeated(stored, { decisionId, now })]];
    return { decisionId: first, writes, isNew: false };
  }
  const oldest = entries.length >= LIMITS.sessionDenialsMax ? entries[0] : undefined;
  const evicted = equal ?? oldest;
  const added = entryKey(listing, decisionId);
  const writes: Write[] = [
    ...(evicted ? dropped(tables, evicted.key) : []),
    [tables.decisions, recordKeyIn(added), bytes],
    [tables['decision-lists'], added, digest],
  ];
  return { decisionId, writes, isNew: true };
}

function dropped(tables: Tables, entry: Buffer): Write[] {
  return [
    [tables['decision-lists'], entry],
    [tables.decisions, recordKeyIn(entry)],
  ];
}

/** Removes up to `limit` records of a partition that are older than the retention, oldest first. */
export function removeOldDecisions(
  { retentionMs }: DecisionBounds,
  tables: Tables,
  { partition, now, limit }: { partition: number; now: number; limit: number },
): Write[] {
  const writes: Write[] = [];
  const prefix = Buffer.from([partition]);
  for (const { key, value } of tables.decisions.getRange({ start: prefix, end: afterPrefix(prefix), limit })) {
    if (now - decidedAtMs(value) <= retentionMs) break;
    const decisionId = uuidText(key.subarray(1));
    writes.push([tables.decisions, key]);
    for (const list of listsOf(decisionId, value)) {
      const entry = entryKey(list, decisionId);
      if (tables['decision-lists'].get(entry)) writes.push([tables['decision-lists'], entry]);
    }
  }
  return writes;
}

/** The lists that can hold a record. */
function listsOf(decisionId: string, bytes: Buffer): Listing[] {
  const { sessionId } = decodeDecision(decisionId, bytes);
  const partition = partitionOf(decisionId);
  const ofPartition = (['sessionless', 'identities', 'others'] as const).map((name) => ({ name, partition }));
  if (sessionId === undefined || !isOwnId(sessionId)) return ofPartition;
  const ofSession = (['session', 'denials'] as const).map((name) => ({ name, sessionId }));
  return [...ofSession, ...ofPartition];
}

export function maxOf(name: Exclude<ListName, 'denials'>, { perSessionMax }: DecisionBounds): number {
  switch (name) {
    case 'session':
      return perSessionMax;
    case 'sessionless':
      return LIMITS.sessionlessDenialsMax;
    case 'identities':
      return LIMITS.identityEffectsMax;
    case 'others':
      return LIMITS.otherEffectsMax;
  }
}
