// Decision records: written in the same step as the change that they record; found by id, session, run and partition.
import { setImmediate as turn } from 'node:timers/promises';
import { type DecisionRecord, numbersOf, sessionlessListOf } from '../../core/decision/decision-record.ts';
import { type DecisionSubject, isAbout } from '../../core/decision/decision-subject.ts';
import { LIMITS } from '../../core/limits.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import type { SessionRecord } from '../../core/session/session.ts';
import { decodeDecision, encodeDecision, type MadeDecision, repeated } from '../codec/decision-record.ts';
import { uuidText } from '../codec/operation-record.ts';
import { encodeRunDecision } from '../codec/run-decision.ts';
import type { DecisionPage, DecisionRecords, NewDecision, RecordOf, SettledDecision } from '../port/decision.ts';
import { aggregated, decisionKey, idsOf, type Listing, listed, maxOf } from './decision-tables.ts';
import type { Tables, Write } from './file/environment.ts';
import { idKey, time } from './keys.ts';
import { addRunDecision, runDecisionsBefore } from './run-decisions.ts';
import { loadRun } from './run-tables.ts';
import { findSession } from './session-tables.ts';
import type { Store } from './store.ts';
import { SUBJECT_SLACK_MS, sessionsOf } from './subjects.ts';

/** Makes the writes that record a decision. @returns with them the id of the record; an aggregated denial has an earlier id */
export function recording(
  store: Store,
  tables: Tables,
  decision: NewDecision,
  { made, listing, now }: { made: MadeDecision; listing: Listing; now: number },
): { decisionId: string; writes: Write[] } {
  const { decisionId } = decision;
  const bytes = encodeDecision(made, { decisionId, atMs: now, context: decision.context });
  const item = { decisionId, reason: made.reason, bytes };
  const { decisions } = store;
  if (listing.name === 'denials') {
    const { retentionMs } = decisions;
    const { name, sessionId } = listing as { name: 'denials'; sessionId: string };
    const denial = aggregated(tables, { name, sessionId }, item, { entry: decision, now, retentionMs });
    const added = denial.isNew ? runDecisionOf(tables, decision, made, now) : [];
    return { decisionId: denial.decisionId, writes: [...denial.writes, ...added] };
  }
  const changes = listing.name === 'session' ? made.session?.sequence : undefined;
  const writes = listed(tables, listing, item, { max: maxOf(listing.name, decisions), changes });
  return { decisionId, writes: [...writes, ...runDecisionOf(tables, decision, made, now)] };
}

/** Records the creation or the close of a session, if the caller wants a record. */
export function recordOfChange(
  store: Store,
  tables: Tables,
  before: SessionRecord,
  { after, recordOf, now }: { after: SessionRecord; recordOf: RecordOf | undefined; now: number },
): Write[] {
  if (!recordOf) return [];
  const { sessionId } = before.session;
  const made = { effect: 'ALLOW', reason: 'ALLOWED', session: numbersOf(before, after.counters, now) } as const;
  return recording(store, tables, recordOf(sessionId), { made, listing: { name: 'session', sessionId }, now }).writes;
}

/** Counts a repeat of a key with the record of its charge, if the record still exists. */
export function countingRepeat(tables: Tables, firstId: string, repeat: { decisionId: string; now: number }): Write[] {
  const stored = tables.decisions.get(decisionKey(firstId));
  return stored ? [[tables.decisions, decisionKey(firstId), repeated(stored, repeat)]] : [];
}

function runDecisionOf(
  tables: Tables,
  { runId, decisionId, rpc }: NewDecision,
  { effect, reason }: MadeDecision,
  now: number,
) {
  if (runId === undefined || !isOwnId(runId) || partitionOf(runId) !== partitionOf(decisionId)) return [];
  if (!loadRun(tables, runId)) return [];
  const bytes = encodeRunDecision({ decisionId, atMs: now, reason, rpc });
  return addRunDecision(tables, runId, { bytes, isDenial: effect === 'DENY' });
}

export function recordDecision(store: Store, decision: SettledDecision): ReturnType<DecisionRecords['recordDecision']> {
  // A full store still records what has already happened, such as the stop of an agent. Those lists are bounded.
  const grows = sessionlessListOf(decision.rpc) === 'sessionless';
  return store.environment.commit(
    (tables) => {
      const now = store.now();
      const { decisionId, effect, reason, callIndex, sessionId } = decision;
      const isKnown = tables.decisions.get(decisionKey(decisionId)) !== undefined;
      if (isKnown) return { answer: { decisionId, now }, writes: [] };
      const { retentionMs } = store;
      const record =
        sessionId !== undefined && isOwnId(sessionId) && partitionOf(sessionId) === partitionOf(decisionId)
          ? findSession(tables, sessionId, { retentionMs, now })
          : undefined;
      const session = record && numbersOf(record, record.counters, now);
      const made = { effect, reason, callIndex, session };
      const listing = listingOf(decision, record !== undefined);
      const { decisionId: recorded, writes } = recording(store, tables, decision, { made, listing, now });
      return { answer: { decisionId: recorded, now }, writes };
    },
    { grows },
  );
}

function listingOf({ decisionId, rpc, effect, sessionId }: SettledDecision, hasSession: boolean): Listing {
  const partition = partitionOf(decisionId);
  if (effect === 'DENY' && sessionId !== undefined && hasSession) return { name: 'denials', sessionId };
  return { name: sessionlessListOf(rpc), partition };
}

export function readDecision(store: Store, decisionId: string): Promise<DecisionRecord | undefined> {
  return store.environment.query((tables) =>
    isOwnId(decisionId) ? load(store, tables, decisionId, store.now()) : undefined,
  );
}

function load({ decisions }: Store, tables: Tables, decisionId: string, now: number): DecisionRecord | undefined {
  const bytes = tables.decisions.get(decisionKey(decisionId));
  const record = bytes && decodeDecision(decisionId, bytes);
  return record && now - record.atMs <= decisions.retentionMs ? record : undefined;
}

/** Looked at in one turn of the event loop. */
const LOOKED_AT_ONCE = 200;

/** An entry of a list; the place is its place in a run's. */
interface Entry {
  readonly id: string;
  readonly place?: number;
}

/** Looks through a list until there is a page, and lets others have their turn meanwhile, however little of it fits. */
export async function pageDecisions(store: Store, page: DecisionPage): Promise<DecisionRecord[]> {
  const { of, fromMs, toMs, limit } = page;
  const after = page.after !== undefined && isOwnId(page.after) ? page.after : undefined;
  const records: DecisionRecord[] = [];
  // A run's list is not ordered by id: records count only after the position, and none counts if the position is absent.
  let isBehind = after === undefined || !('runId' in of);
  let last: Partial<Entry> = 'runId' in of || after === undefined ? {} : { id: after };
  const fits = ({ atMs, lastAtMs, sessionId }: DecisionRecord) =>
    atMs < toMs && lastAtMs >= fromMs && (!('sessionId' in of) || sessionId === of.sessionId);
  const about = 'partition' in of ? of.about : undefined;
  const look = (tables: Tables): boolean => {
    const now = store.now();
    let lookedAt = 0;
    for (const entry of entriesBehind(tables, page, last)) {
      if (records.length >= limit) return false;
      if (lookedAt++ === LOOKED_AT_ONCE) return true;
      const record = isBehind ? load(store, tables, entry.id, now) : undefined;
      if (record && fits(record) && (!about || isAbout(record, about))) records.push(record);
      isBehind ||= entry.id === after;
      last = entry;
    }
    return false;
  };
  while (await store.environment.query(look)) await turn();
  return records;
}

function entriesBehind(tables: Tables, page: DecisionPage, { id, place }: Partial<Entry>): Iterable<Entry> {
  const { of } = page;
  if ('sessionId' in of) return isOwnId(of.sessionId) ? ofSession(tables, of.sessionId, id) : [];
  if ('runId' in of) return isOwnId(of.runId) ? runDecisionsBefore(tables, of.runId, place) : [];
  if (of.about) return ofSubject(tables, { partition: of.partition, about: of.about }, page, id);
  return ofPartition(tables, of.partition, page, id);
}

/**
 * Merges a session's decisions with its few denials and with the partition's denials of absent sessions, which may be denials
 * of this session.
 *
 * INVARIANT: an iterator of lmdb is always walked by `for`, which closes it: one left open keeps a read transaction.
 */
function* ofSession(tables: Tables, sessionId: string, after: string | undefined): Generator<Entry> {
  const sessionless = { name: 'sessionless', partition: partitionOf(sessionId) } as const;
  const denials = [{ name: 'denials', sessionId } as const, sessionless]
    .flatMap((listing) => Array.from(idsOf(tables, listing, after)))
    .sort()
    .reverse();
  for (const id of idsOf(tables, { name: 'session', sessionId }, after)) {
    while (denials.length > 0 && denials[0]! > id) yield { id: denials.shift()! };
    yield { id };
  }
  for (const id of denials) yield { id };
}

/** Yields the decisions of the subject's sessions and those without a session, newest first. The caller drops other subjects. */
function* ofSubject(
  tables: Tables,
  of: { partition: number; about: DecisionSubject },
  { fromMs, toMs }: DecisionPage,
  after: string | undefined,
): Generator<Entry> {
  const { partition } = of;
  const listings: Listing[] = [
    ...(['sessionless', 'identities', 'others'] as const).map((name) => ({ name, partition })),
    ...sessionsOf(tables, of, fromMs).flatMap((sessionId) =>
      (['session', 'denials'] as const).map((name) => ({ name, sessionId })),
    ),
  ];
  const ids = listings.flatMap((listing) => Array.from(idsOf(tables, listing, after)));
  for (const id of ids.sort().reverse()) {
    const atMs = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    if (atMs >= fromMs - SUBJECT_SLACK_MS && atMs < toMs + SUBJECT_SLACK_MS) yield { id };
  }
}

/** How far the process clock that made an id may be from the store's clock. */
const SKEW_MS = LIMITS.operationGenerationMs;

function* ofPartition(
  tables: Tables,
  partition: number,
  { fromMs, toMs }: DecisionPage,
  after: string | undefined,
): Generator<Entry> {
  const prefix = Buffer.from([partition]);
  const last = Buffer.concat([prefix, time(toMs + SKEW_MS)]);
  const position = after === undefined ? undefined : Buffer.concat([prefix, idKey(after)]);
  const start = position && position.compare(last) < 0 ? position : last;
  const end = Buffer.concat([prefix, time(fromMs - SKEW_MS)]);
  for (const key of tables.decisions.getKeys({ start, end, reverse: true })) {
    if (!position?.equals(key)) yield { id: uuidText(key.subarray(1)) };
  }
}
