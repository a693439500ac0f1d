// Decision records that no other script writes, and all that reads them.
import { type DecisionRecord, type RunDecision, sessionlessListOf } from '../../core/decision/decision-record.ts';
import { type DecisionSubject, isAbout } from '../../core/decision/decision-subject.ts';
import { LIMITS } from '../../core/limits.ts';
import { isOwnId, partitionName, partitionOf } from '../../core/partition.ts';
import { decodeDecision, effectNumber, reasonNumber } from '../codec/decision-record.ts';
import { uuidBytes, uuidText } from '../codec/operation-record.ts';
import { decodeRunDecision } from '../codec/run-decision.ts';
import type { DecisionPage, DecisionRecords, SettledDecision } from '../port/decision.ts';
import { decoded } from './connection/errors.ts';
import { fieldsOf, rowsOf } from './connection/replies.ts';
import {
  absentKey,
  DECISION_BUCKET_MS,
  decisionBucketKey,
  decisionBucketOf,
  decisionKeys,
  runKeys,
  sessionDecisionKeys,
  sessionKey,
} from './keys.ts';
import { decisionBytes, isNear, run as runScript, type Store } from './store.ts';
import { idsAbout } from './subjects.ts';

/** So many records are read at one time. */
const CHUNK = 100;
/** So many entries of a run's list are looked at in one command. */
const NOTED_CHUNK = 1_000;

export async function recordDecision(
  store: Store,
  decision: SettledDecision,
): ReturnType<DecisionRecords['recordDecision']> {
  const { decisionId, sessionId, rpc, reason, effect, callIndex } = decision;
  const name = sessionlessListOf(rpc);
  const list = decisionKeys(partitionName(partitionOf(decisionId)))[name];
  const keys = [list, isNear(decisionId, sessionId) ? sessionKey(sessionId) : list, absentKey(list)];
  const reply = await runScript(store, 'record-decision', keys, [
    store.clock(),
    store.retentionMs,
    store.decisions.retentionMs,
    store.runRetentionMs,
    LIST_MAX[name],
    reasonNumber(reason),
    effectNumber(effect),
    callIndex === undefined ? 0 : callIndex + 1,
    decisionBytes(decision, decisionId),
  ]);
  const { now, record } = fieldsOf('record-decision', reply);
  return { decisionId: uuidText(record), now };
}

const LIST_MAX = {
  sessionless: LIMITS.sessionlessDenialsMax,
  identities: LIMITS.identityEffectsMax,
  others: LIMITS.otherEffectsMax,
} as const;

export async function readDecision(store: Store, decisionId: string): Promise<DecisionRecord | undefined> {
  if (!isOwnId(decisionId)) return undefined;
  const [record] = await readRecords(store, [decisionId]);
  return record;
}

/** Those that are kept still, in the order of the ids, which must be of one partition. */
async function readRecords(store: Store, ids: readonly string[]): Promise<DecisionRecord[]> {
  const args = [store.clock(), ...ids.map(uuidBytes)];
  const reply = await runScript(store, 'read-decisions', ids.map(decisionBucketKey), args);
  const { now, records } = fieldsOf('read-decisions', reply);
  const stored = rowsOf('read-decisions.record', records);
  return decoded(() =>
    ids.flatMap((id, index) => {
      const bytes = stored[index]?.bytes;
      const record = bytes && decodeDecision(id, bytes);
      return record && now - record.atMs <= store.decisions.retentionMs ? [record] : [];
    }),
  );
}

export async function pageDecisions(store: Store, page: DecisionPage): Promise<DecisionRecord[]> {
  const { of, fromMs, toMs, limit } = page;
  const fits = ({ atMs, lastAtMs, sessionId }: DecisionRecord) =>
    atMs < toMs && lastAtMs >= fromMs && (!('sessionId' in of) || sessionId === of.sessionId);
  const about = 'partition' in of ? of.about : undefined;
  const records: DecisionRecord[] = [];
  for await (const ids of idsBehind(store, page)) {
    for (let from = 0; from < ids.length && records.length < limit; from += CHUNK) {
      const chunk = await readRecords(store, ids.slice(from, from + CHUNK));
      records.push(...chunk.filter((record) => fits(record) && (!about || isAbout(record, about))));
    }
    if (records.length >= limit) break;
  }
  return records.slice(0, limit);
}

function idsBehind(store: Store, page: DecisionPage): AsyncIterable<string[]> {
  const { of } = page;
  const after = page.after !== undefined && isOwnId(page.after) ? page.after : undefined;
  if ('sessionId' in of) return ofSession(store, of.sessionId, after);
  if ('runId' in of) return ofRun(store, of.runId, after);
  if (of.about) return ofSubject(store, { partition: of.partition, about: of.about }, page, after);
  return ofPartition(store, of.partition, page, after);
}

/**
 * Its lists, and what the partition keeps of sessions that are not there, which may be denials of this one. All are bounded,
 * so they are read whole; ids in the order of time sort as texts do.
 */
async function* ofSession(store: Store, sessionId: string, after: string | undefined): AsyncGenerator<string[]> {
  if (!isOwnId(sessionId)) return;
  const { listed, denials } = sessionDecisionKeys(sessionKey(sessionId));
  const { sessionless } = decisionKeys(partitionName(partitionOf(sessionId)));
  const ids = await store.commands.ask(listed, store.deadline, async ({ redis }) => {
    const lists = [listed, sessionless].map((list) => redis.lrangeBuffer(list, 0, -1));
    return (await Promise.all([...lists, redis.hvalsBuffer(denials)])).flat();
  });
  yield newestFirst(ids, after);
}

async function* ofSubject(
  store: Store,
  of: { partition: number; about: DecisionSubject },
  page: DecisionPage,
  after: string | undefined,
): AsyncGenerator<string[]> {
  yield inOrder(await idsAbout(store, of, page), after);
}

function newestFirst(ids: readonly Buffer[], after: string | undefined): string[] {
  return inOrder(ids.map(uuidText), after);
}

function inOrder(ids: readonly string[], after: string | undefined): string[] {
  return ids
    .filter((id) => after === undefined || id < after)
    .sort()
    .reverse();
}

/**
 * From the end of the list on; a position that is not in it leaves nothing behind it. Places count from the beginning,
 * because the list grows at its end meanwhile.
 */
async function* ofRun(store: Store, runId: string, after: string | undefined): AsyncGenerator<string[]> {
  const { noted } = runKeys(runId);
  const length = await store.commands.ask(noted, store.deadline, ({ redis }) => redis.llen(noted));
  let passed = after === undefined;
  for (let end = length; end > 0; end -= NOTED_CHUNK) {
    const entries = await store.commands.ask(noted, store.deadline, ({ redis }) =>
      redis.lrangeBuffer(noted, Math.max(0, end - NOTED_CHUNK), end - 1),
    );
    const ids = entries.map((entry) => uuidText(entry.subarray(0, 16))).reverse();
    const from = passed || after === undefined ? 0 : ids.indexOf(after) + 1;
    if (passed || from > 0) yield ids.slice(from);
    passed ||= from > 0;
  }
}

/** The times in ids are those of processes' clocks, which may be a bucket away from the store's. */
async function* ofPartition(
  store: Store,
  partition: number,
  { fromMs, toMs }: DecisionPage,
  after: string | undefined,
): AsyncGenerator<string[]> {
  const name = partitionName(partition);
  const { buckets } = decisionKeys(name);
  const last = Math.floor(Math.max(toMs, 0) / DECISION_BUCKET_MS) + 1;
  const first = Math.floor(Math.max(fromMs, 0) / DECISION_BUCKET_MS) - 1;
  const numbers = await store.commands.ask(buckets, store.deadline, ({ redis }) =>
    redis.zrevrangebyscore(buckets, last, first),
  );
  for (const number of numbers) {
    const bucket = decisionBucketOf(name, Number(number));
    if (after !== undefined && bucketIsNewer(bucket, after)) continue;
    const ids = await store.commands.ask(bucket, store.deadline, ({ redis }) => redis.hkeysBuffer(bucket));
    yield newestFirst(ids, after);
  }
}

function bucketIsNewer(bucket: string, decisionId: string): boolean {
  const numberOf = (key: string) => Number(key.slice(key.lastIndexOf(':') + 1));
  return numberOf(bucket) > numberOf(decisionBucketKey(decisionId));
}

export async function readRunDecisions(
  store: Store,
  runId: string,
  { from, limit }: { from: number; limit: number },
): Promise<RunDecision[]> {
  if (limit <= 0) return [];
  const { noted } = runKeys(runId);
  const entries = await store.commands.ask(noted, store.deadline, ({ redis }) =>
    redis.lrangeBuffer(noted, from, from + limit - 1),
  );
  return decoded(() => entries.map(decodeRunDecision));
}
