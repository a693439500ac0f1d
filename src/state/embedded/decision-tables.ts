// How decisions lie in the tables: the records by partition and id, so by time; the lists that bound how many there are,
// `list(1) | owner(16) | id(16)`, each with its count; and what is noted with a run, in order.
//
// INVARIANT: an entry of a list goes with its record, and a record that is in a list is in one only.
import type { Reason } from '../../core/decision.ts';
import { LIMITS } from '../../core/limits.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { decidedAtMs, decodeDecision, foldDigest, repeated } from '../codec/decision-record.ts';
import { uuidText } from '../codec/operation-record.ts';
import type { DecisionEntry } from '../port.ts';
import type { Tables, Write } from './environment.ts';
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

export function decisionKey(decisionId: string): Buffer {
  return Buffer.concat([Buffer.from([partitionOf(decisionId)]), idKey(decisionId)]);
}

export function listPrefix(listing: Listing): Buffer {
  const owner = 'sessionId' in listing ? idKey(listing.sessionId) : Buffer.alloc(ID_BYTES, listing.partition);
  return Buffer.concat([Buffer.from([LISTS[listing.name]]), owner]);
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

/** Adds a record to a list that is not full, or in the place of its oldest. */
export function listed(tables: Tables, listing: Listing, { decisionId, bytes }: Listed, max: number): Write[] {
  const prefix = listPrefix(listing);
  const count = countOf(tables, prefix);
  const evicted = count < max ? [] : firstOf(tables, prefix);
  return [
    ...evicted.flatMap((id) => dropped(tables, prefix, id)),
    [tables.decisions, decisionKey(decisionId), bytes],
    [tables['decision-lists'], Buffer.concat([prefix, idKey(decisionId)]), PRESENT],
    [tables['decision-counts'], prefix, integer(count + 1 - evicted.length, 4)],
  ];
}

/** Adds a denial to those of its session, or counts it with the record of one that was equal to it. */
export function folded(
  tables: Tables,
  listing: Listing & { name: 'denials' },
  { decisionId, reason, bytes }: Listed,
  { entry, now, retentionMs }: { entry: DecisionEntry; now: number; retentionMs: number },
): { decisionId: string; writes: Write[]; isNew: boolean } {
  const prefix = listPrefix(listing);
  const digest = Buffer.from(foldDigest(reason, entry), 'hex');
  const entries = Array.from(tables['decision-lists'].getRange({ start: prefix, end: afterPrefix(prefix) }));
  const equal = entries.find(({ value }) => value.equals(digest));
  const first = equal && uuidText(equal.key.subarray(prefix.length));
  const stored = first && tables.decisions.get(decisionKey(first));
  if (first && stored && now - decidedAtMs(stored) <= retentionMs) {
    const writes: Write[] = [[tables.decisions, decisionKey(first), repeated(stored, { decisionId, now })]];
    return { decisionId: first, writes, isNew: false };
  }
  const full = entries.length >= LIMITS.sessionDenialsMax;
  const evicted = first ?? (full ? uuidText(entries[0]!.key.subarray(prefix.length)) : undefined);
  const writes: Write[] = [
    ...(evicted === undefined ? [] : dropped(tables, prefix, evicted)),
    [tables.decisions, decisionKey(decisionId), bytes],
    [tables['decision-lists'], Buffer.concat([prefix, idKey(decisionId)]), digest],
  ];
  return { decisionId, writes, isNew: true };
}

function countOf(tables: Tables, prefix: Buffer): number {
  return tables['decision-counts'].get(prefix)?.readUInt32BE() ?? 0;
}

function firstOf(tables: Tables, prefix: Buffer): string[] {
  const keys = tables['decision-lists'].getKeys({ start: prefix, end: afterPrefix(prefix), limit: 1 });
  return Array.from(keys, (key) => uuidText(key.subarray(prefix.length)));
}

function dropped(tables: Tables, prefix: Buffer, decisionId: string): Write[] {
  return [
    [tables['decision-lists'], Buffer.concat([prefix, idKey(decisionId)])],
    [tables.decisions, decisionKey(decisionId)],
  ];
}

/** Removes up to `limit` records of a partition that are older than they are kept, from the oldest on. */
export function removeOldDecisions(
  { retentionMs }: DecisionBounds,
  tables: Tables,
  { partition, now, limit }: { partition: number; now: number; limit: number },
): Write[] {
  const writes: Write[] = [];
  const gone = new Map<string, number>();
  const prefix = Buffer.from([partition]);
  for (const { key, value } of tables.decisions.getRange({ start: prefix, end: afterPrefix(prefix), limit })) {
    if (now - decidedAtMs(value) <= retentionMs) break;
    const decisionId = uuidText(key.subarray(1));
    writes.push([tables.decisions, key]);
    for (const list of listsOf(decisionId, value)) {
      const entry = Buffer.concat([list, idKey(decisionId)]);
      if (!tables['decision-lists'].get(entry)) continue;
      writes.push([tables['decision-lists'], entry]);
      if (list[0] !== LISTS.denials) gone.set(list.toString('hex'), (gone.get(list.toString('hex')) ?? 0) + 1);
    }
  }
  for (const [hex, count] of gone) {
    const list = Buffer.from(hex, 'hex');
    const left = countOf(tables, list) - count;
    writes.push(left > 0 ? [tables['decision-counts'], list, integer(left, 4)] : [tables['decision-counts'], list]);
  }
  return writes;
}

/** The lists that a record may be in. */
function listsOf(decisionId: string, bytes: Buffer): Buffer[] {
  const { sessionId } = decodeDecision(decisionId, bytes);
  const partition = partitionOf(decisionId);
  const ofPartition = (['sessionless', 'identities', 'others'] as const).map((name) => listPrefix({ name, partition }));
  if (sessionId === undefined || !isOwnId(sessionId)) return ofPartition;
  const ofSession = (['session', 'denials'] as const).map((name) => listPrefix({ name, sessionId }));
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
