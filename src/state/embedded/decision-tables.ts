// How decisions lie in the tables: the records by partition and id, so by time; the lists that bound how many there are,
// `list(1) | owner(16) | id(16)`; of a partition's lists, how much came to them since they were looked at; and what is noted
// with a run, in order.
//
// INVARIANT: an entry of a list goes with its record, and a record that is in a list is in one only.
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

/** Where a record is listed: with a session, or with the partition. */
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
 * An owner ends with the partition of all that it owns, so an entry ends with the key of its record.
 *
 * WHY NOT a subarray: a key that lmdb-js hands out lies in the heap of JavaScript, and a view moves it out of there, for
 * three times what a copy takes.
 */
function recordKeyIn(entry: Buffer): Buffer {
  const key = Buffer.allocUnsafe(1 + ID_BYTES);
  for (let at = 0; at < key.length; at++) key[at] = entry[PREFIX_BYTES - 1 + at]!;
  return key;
}

/** The ids of a list, newest first. */
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
 * Adds a record to a list. With every so many of its records a list is looked at and made as long as `max` at the most.
 * WHY NOT with each: to find and remove one costs a charge more than to write one.
 *
 * @param changes  how often the session has changed: it has no more records than that; undefined for a partition's list
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

/** How many records of a list come between two looks at it; all but one may be more than `max`. */
function slackOf(max: number): number {
  return Math.min(Math.max(Math.floor(max / LIMITS.decisionSlackShare), 1), LIMITS.decisionSlackMax);
}

function additionsOf(tables: Tables, prefix: Buffer): number {
  return tables['decision-counts'].get(prefix)?.readUInt32BE() ?? 0;
}

/** Removes the oldest of a list, so that one more makes `max`. Of a list that has far too many, only some at one time. */
function excess(tables: Tables, listing: Listing, max: number): Write[] {
  const prefix = listPrefix(listing);
  const range = { start: prefix, end: afterPrefix(prefix) };
  const tooMany = tables['decision-lists'].getKeysCount({ ...range }) + 1 - max;
  const limit = Math.min(Math.max(tooMany, 0), 2 * slackOf(max));
  return Array.from(tables['decision-lists'].getKeys({ ...range, limit })).flatMap((entry) => dropped(tables, entry));
}

/** Adds a denial to those of its session, or counts it with the record of one that was equal to it. */
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

/** Removes up to `limit` records of a partition that are older than they are kept, from the oldest on. */
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

/** The lists that a record may be in. */
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
