// Runs: compare and set, with the log, the indexes and the idempotency key. Only core interprets a run.
import { LIMITS } from '../../core/limits.ts';
import { isOwnId } from '../../core/partition.ts';
import { isOf } from '../../core/run/run.ts';
import { entryRefusal } from '../../core/session/charge.ts';
import { generationAt, generationOf, type OperationCount } from '../../core/session/remembered-keys.ts';
import type { EntryReason } from '../../core/session/session-reason.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { NewCheckpoint } from '../port/ledger.ts';
import type { RememberedAppend, RunCommit, RunPage, StoredRun } from '../port/run.ts';
import type { State } from '../port/state.ts';
import type { Step, Tables } from './file/environment.ts';
import { idKey, nameHash } from './keys.ts';
import { generationsAround } from './remembered-keys.ts';
import { countRunDecisions } from './run-decisions.ts';
import { checkpointKey, loadRun, logKey, type RunEntry, replacement, runPrefix, subjectPrefix } from './run-tables.ts';
import { findSession } from './session-tables.ts';
import { places, type Store } from './store.ts';

const FINGERPRINT_BYTES = 8;
export function readRun(
  store: Store,
  runId: string,
  operation: Pick<IdempotencyKey, 'rpc' | 'key'> | undefined,
): ReturnType<State['readRun']> {
  return store.environment.query((tables) => {
    const now = store.now();
    const entry = isOwnId(runId) ? loadRun(tables, runId) : undefined;
    const remembered = entry && operation && recallOfRun(store, tables, entry, operation, now);
    return {
      stored: entry && storedRun(entry),
      remembered,
      runDecisions: entry ? countRunDecisions(tables, runId) : 0,
      // An open store cannot be replaced by an older copy, so it loses nothing.
      lostChanges: 0,
      now,
    };
  });
}

function storedRun({ run, revision }: RunEntry): StoredRun {
  return { run, revision };
}

export function readStartedRun(store: Store, callerId: string, key: string): Promise<RememberedAppend | undefined> {
  return store.environment.query((tables) => recallOfCaller(store, tables, callerId, { rpc: 'StartRun', key }));
}

export function commitRun(store: Store, commit: RunCommit): ReturnType<State['commitRun']> {
  return store.environment.commit((tables) => commitStep(store, tables, commit), { grows: true });
}

type CommitAnswer = Awaited<ReturnType<State['commitRun']>>;

function commitStep(store: Store, tables: Tables, commit: RunCommit): Step<CommitAnswer> {
  const now = store.now();
  const { run, expectedRevision, records, idempotencyKey: operation, checkpoint, lostChanges = 0 } = commit;
  const before = loadRun(tables, run.runId);
  if ((before?.revision ?? 0) !== expectedRevision || lostChanges !== 0) return { answer: 'moved', writes: [] };
  if (operation && isRemembered(store, tables, { before, callerId: run.callerId, operation, now })) {
    return { answer: 'moved', writes: [] };
  }
  const refusal = commit.session && refusalOf(store, tables, commit.session, now);
  if (refusal) return { answer: refusal, writes: [] };
  const operations = operationsAfter(before, operation !== undefined, now);
  if (!operations) return { answer: 'too_many_keys', writes: [] };

  const id = idKey(run.runId);
  const firstSequence = run.lastSequence - records.length + 1;
  if (checkpoint && !endsWith(tables, logKey(id, firstSequence - 1), checkpoint))
    return { answer: 'moved', writes: [] };
  const writes = replacement(tables, before?.run, { run, revision: expectedRevision + 1, operations });
  for (const [index, record] of records.entries()) {
    writes.push([tables.logs, logKey(id, firstSequence + index), Buffer.from(record)]);
  }
  if (checkpoint) {
    for (const number of checkpoint.drops) writes.push([tables.checkpoints, checkpointKey(id, number)]);
    writes.push([tables.checkpoints, checkpointKey(id, checkpoint.number), Buffer.from(checkpoint.bytes)]);
  }
  if (operation) {
    const scope = before ? id : nameHash(run.callerId);
    const generation = before ? operations.generation : generationOf(now);
    const value = Buffer.concat([Buffer.from(operation.fingerprint, 'hex'), Buffer.from(operation.answer)]);
    writes.push(...store.keys.remember(tables, { scope, named: operation, generation, value }, now));
  }
  return { answer: 'committed', writes };
}

function refusalOf(
  { retentionMs }: Store,
  tables: Tables,
  { sessionId, principals }: NonNullable<RunCommit['session']>,
  now: number,
): EntryReason | undefined {
  const record = isOwnId(sessionId) ? findSession(tables, sessionId, { retentionMs, now }) : undefined;
  return record ? entryRefusal(record, principals, now) : 'SESSION_UNKNOWN';
}

function endsWith(tables: Tables, last: Buffer, { lastLeaf }: NewCheckpoint): boolean {
  const stored = tables.logs.get(last) ?? Buffer.alloc(0);
  return stored.subarray(0, lastLeaf.length).equals(lastLeaf);
}

function isRemembered(
  store: Store,
  tables: Tables,
  request: { before: RunEntry | undefined; callerId: string; operation: IdempotencyKey; now: number },
): boolean {
  const { before, callerId, operation, now } = request;
  if (before) return recallOfRun(store, tables, before, operation, now) !== undefined;
  return recallOfCaller(store, tables, callerId, operation) !== undefined;
}

/** The run's count of remembered keys after the commit; undefined if the run cannot remember another key. */
function operationsAfter(before: RunEntry | undefined, keyed: boolean, now: number): OperationCount | undefined {
  // The key of a new run is remembered with the caller.
  if (!before) return { generation: generationOf(now), current: 0, previous: 0 };
  if (!keyed) return before.operations;
  const operations = generationAt(before.operations, now);
  if (operations.current + operations.previous >= LIMITS.operationsMax) return undefined;
  return { ...operations, current: operations.current + 1 };
}

function recallOfRun(
  { keys }: Store,
  tables: Tables,
  { run, operations }: RunEntry,
  operation: Pick<IdempotencyKey, 'rpc' | 'key'>,
  now: number,
): RememberedAppend | undefined {
  const { generation } = generationAt(operations, now);
  return remembered(keys.recall(tables.operations, idKey(run.runId), operation, [generation, generation - 1]));
}

function recallOfCaller(
  { keys, now }: Store,
  tables: Tables,
  callerId: string,
  operation: Pick<IdempotencyKey, 'rpc' | 'key'>,
): RememberedAppend | undefined {
  return remembered(keys.recall(tables.operations, nameHash(callerId), operation, generationsAround(now())));
}

function remembered(bytes: Buffer | undefined): RememberedAppend | undefined {
  if (!bytes) return undefined;
  return {
    fingerprint: bytes.toString('hex', 0, FINGERPRINT_BYTES),
    answer: bytes.toString('utf8', FINGERPRINT_BYTES),
  };
}

export function pageRuns(
  store: Store,
  { partition, index, by, descending, after, limit }: RunPage,
): ReturnType<State['pageRuns']> {
  return store.environment.query((tables) => {
    const runs: StoredRun[] = [];
    const prefix = by ? subjectPrefix(by, partition) : runPrefix(index, partition);
    for (const { id } of places(tables['run-index'], prefix, { descending, after })) {
      if (runs.length >= limit) break;
      const entry = loadRun(tables, id);
      if (entry && isOf(entry.run, by)) runs.push(storedRun(entry));
    }
    return { runs, now: store.now() };
  });
}
