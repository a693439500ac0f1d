// Runs: compare and set with a log, remembered operations and three indexes. What a run is, core alone decides.
import { randomBytes } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { isOf, isTended, type Run, subjectsOf } from '../../core/run/run.ts';
import { operationName } from '../codec/operation-record.ts';
import { decodeRun, encodeRun } from '../codec/run-record.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { RememberedAppend, RunCommit, RunIndex, RunPage, StoredRun } from '../port/run.ts';
import type { State } from '../port/state.ts';
import { decoded } from './connection/errors.ts';
import { fieldsOf, type ReplyFields, rowsOf } from './connection/replies.ts';
import { LINEAGE } from './connection/scripts.ts';
import { idsBehind } from './index-walk.ts';
import { callerOperationKey, ownOperationKey, runIndexKeys, runKeys, runSubjectKey, sessionKey } from './keys.ts';
import { asBuffer, NO_BYTES, readClock, runConfirmed, run as runScript, runWhere, type Store } from './store.ts';

export async function readRun(
  store: Store,
  runId: string,
  operation: Pick<IdempotencyKey, 'rpc' | 'key'> | undefined,
): ReturnType<State['readRun']> {
  const { run, slots, noted } = runKeys(runId);
  const name = operation ? operationName(operation) : NO_BYTES;
  const { reply, lineage } = await runWhere(store, 'read-run', [run, ...slots, noted], [store.clock(), name]);
  const fields = fieldsOf('read-run', reply);
  const { now, remembered } = fields;
  const stored = storedRun(fields);
  // A repeat is acknowledged by what is remembered: whoever says so has seen it.
  if (stored && remembered) store.highWaterMarks.observeRun(runId, lineage, stored.revision);
  return {
    stored,
    remembered: rememberedOf(remembered),
    runDecisions: stored ? fields.run_decisions : 0,
    lostChanges: Number(fields.lost_changes ?? 0),
    now,
  };
}

function storedRun({ revision, run }: ReplyFields<'read-runs.run'>): StoredRun | undefined {
  if (!revision && !run) return undefined;
  return decoded(() => ({ run: decodeRun(run ?? NO_BYTES), revision: Number(revision) }));
}

/** What is remembered of an operation: its fingerprint, 8 bytes, then what it answered. */
function encodeAppend({ fingerprint, answer }: RememberedAppend): Buffer {
  return Buffer.concat([Buffer.from(fingerprint, 'hex'), Buffer.from(answer)]);
}

function rememberedOf(bytes: Buffer | undefined): RememberedAppend | undefined {
  if (bytes === undefined) return undefined;
  return { fingerprint: bytes.toString('hex', 0, 8), answer: bytes.toString('utf8', 8) };
}

/**
 * What is remembered of a caller's StartRun key. A key is claimed before its run is stored, in another slot; a claim whose
 * run is not there is `pending`: whoever repeats the key starts that very run.
 */
export async function readStartedRun(
  store: Store,
  callerId: string,
  key: string,
): Promise<RememberedAppend | undefined> {
  const claim = callerOperationKey(callerId, key);
  const bytes = await store.commands.ask(claim, store.deadline, ({ redis }) => redis.getBuffer(claim));
  if (bytes === null) return undefined;
  const fingerprint = bytes.toString('hex', 0, 8);
  const answer = bytes.toString('utf8', 9);
  if (bytes.toString('latin1', 8, 9) === '!') return { fingerprint, answer };
  const { stored } = await readRun(store, answer, undefined);
  return stored ? { fingerprint, answer } : { fingerprint, answer, pending: true };
}

export async function commitRun(store: Store, commit: RunCommit): ReturnType<State['commitRun']> {
  const { run, expectedRevision, idempotencyKey: operation, session } = commit;
  // Its key would lie anywhere.
  if (session && !isOwnId(session.sessionId)) return 'SESSION_UNKNOWN';
  const claim = operation && expectedRevision === 0 ? callerOperationKey(run.callerId, operation.key) : undefined;
  if (claim !== undefined) {
    const fingerprint = Buffer.from(operation!.fingerprint, 'hex');
    if ((await runConfirmed(store, 'claim-run', [claim], [fingerprint, run.runId])) !== 1) return 'moved';
  }
  const outcome = await storeCommit(store, commit, claim === undefined ? operation : undefined);
  // Nothing depends on it while the run is there.
  if (claim !== undefined && outcome === 'committed') {
    await runScript(store, 'settle-run', [claim], [run.runId]).catch(() => {});
  }
  return outcome;
}

async function storeCommit(
  store: Store,
  { run, expectedRevision, records, checkpoint, lostChanges = 0, session }: RunCommit,
  operation: RunCommit['idempotencyKey'],
): ReturnType<State['commitRun']> {
  const keys = runKeys(run.runId);
  const { reply, lineage } = await runWhere(
    store,
    'commit-run',
    [
      keys.run,
      keys.log,
      ...keys.slots,
      ownOperationKey(keys.run, randomBytes(9)),
      ...indexKeysOf(run.runId),
      keys.noted,
      keys.checkpoints,
      session ? sessionKey(session.sessionId) : keys.run,
      ...subjectKeysOf(run),
    ],
    [
      store.clock(),
      expectedRevision,
      run.runId,
      encodeRun(run),
      store.runRetentionMs,
      run.startedAtMs,
      run.finishedAtMs ?? -1,
      isTended(run) ? run.touchedAtMs : -1,
      run.lastSequence - records.length + 1,
      operation ? operationName(operation) : NO_BYTES,
      operation ? encodeAppend(operation) : NO_BYTES,
      LINEAGE,
      lostChanges,
      checkpoint ? asBuffer(checkpoint.bytes) : NO_BYTES,
      checkpoint?.number ?? 0,
      (checkpoint?.drops ?? []).map((number) => `${number} `).join(''),
      checkpoint ? asBuffer(checkpoint.lastLeaf) : NO_BYTES,
      session ? asBuffer(encode(session.principals)) : NO_BYTES,
      store.retentionMs,
      ...records.map(asBuffer),
    ],
    'confirmed',
  );
  const outcome = String(reply) as Awaited<ReturnType<State['commitRun']>>;
  if (outcome === 'committed') store.highWaterMarks.observeRun(run.runId, lineage, expectedRevision + 1);
  return outcome;
}

export async function readLog(
  store: Store,
  runId: string,
  { afterSequence, limit }: { afterSequence: number; limit: number },
): Promise<Uint8Array[]> {
  if (limit <= 0) return [];
  const { log } = runKeys(runId);
  return store.commands.ask(log, store.deadline, ({ redis }) =>
    redis.lrangeBuffer(log, afterSequence, afterSequence + limit - 1),
  );
}

export async function readCheckpoints(store: Store, runId: string, limit: number): Promise<Uint8Array[]> {
  if (limit <= 0) return [];
  const { checkpoints } = runKeys(runId);
  const newestFirst = await store.commands.ask(checkpoints, store.deadline, ({ redis }) =>
    redis.zrevrangebyscoreBuffer(checkpoints, '+inf', '-inf', 'LIMIT', 0, limit),
  );
  return newestFirst.reverse();
}

/** Replicas have what came before whatever they confirm. Without any, a server's own file decides, and no command waits for it. */
export function confirmRun(store: Store, runId: string): Promise<void> {
  return store.commands.confirm(runKeys(runId).run, store.deadline, async () => undefined);
}

export async function purgePayloads(
  store: Store,
  runId: string,
  { first, last }: { first: number; last: number },
): Promise<void> {
  await runConfirmed(store, 'purge-payloads', [runKeys(runId).log], [first, last]);
}

export async function pageRuns(
  store: Store,
  { partition, index, by, descending, after, limit }: RunPage,
): ReturnType<State['pageRuns']> {
  const runs: StoredRun[] = [];
  // The clock also when nothing is listed.
  const key = by ? runSubjectKey(partition, by.field, by.value) : runIndexKeys(partition)[index];
  let now = await readClock(store, key);
  for await (const ids of idsBehind(store, { key, descending, after, limit })) {
    const page = await readRuns(store, ids);
    now = page.now;
    runs.push(...page.runs.filter(({ run }) => belongs(run, index) && isOf(run, by)));
    if (by && page.runs.length < ids.length) await forget(store, key, ids, page.runs);
    if (runs.length >= limit) break;
  }
  return { runs: runs.slice(0, limit), now };
}

/** Runs whose records have expired leave their places in the indexes by subject; whoever meets them takes them out. */
async function forget(store: Store, key: string, ids: readonly string[], found: readonly StoredRun[]): Promise<void> {
  const there = new Set(found.map(({ run }) => run.runId));
  const gone = ids.filter((id) => !there.has(id));
  await store.commands.ask(key, store.deadline, ({ redis }) => redis.zrem(key, ...gone)).catch(() => undefined);
}

/** A run may have finished since its place in the index was read. */
function belongs(run: Run, index: RunIndex): boolean {
  if (index === 'started') return true;
  return index === 'finished' ? run.status !== 'running' : isTended(run);
}

async function readRuns(store: Store, runIds: readonly string[]): Promise<{ runs: StoredRun[]; now: number }> {
  const keys = runIds.map((runId) => runKeys(runId).run);
  const reply = await runScript(store, 'read-runs', keys, [store.clock()]);
  const { now, runs: rows } = fieldsOf('read-runs', reply);
  const runs = rowsOf('read-runs.run', rows).map(storedRun);
  return { runs: runs.filter((run) => run !== undefined), now };
}

export async function removeRun(store: Store, runId: string, expectedRevision: number): Promise<boolean> {
  // Whose it was never changes, so it may be read before.
  const { stored } = await readRun(store, runId, undefined);
  if (!stored) return false;
  const { run, log, slots, noted, checkpoints } = runKeys(runId);
  const keys = [run, log, ...slots, ...indexKeysOf(runId), noted, checkpoints, ...subjectKeysOf(stored.run)];
  store.highWaterMarks.forgetRun(runId);
  return (await runScript(store, 'remove-run', keys, [expectedRevision, runId])) === 1;
}

function subjectKeysOf(run: Run): string[] {
  return subjectsOf(run).map(({ field, value }) => runSubjectKey(partitionOf(run.runId), field, value));
}

function indexKeysOf(runId: string): string[] {
  const { started, finished, touched } = runIndexKeys(isOwnId(runId) ? partitionOf(runId) : 0);
  return [started, finished, touched];
}
