// The layout of runs in the tables: `revision(6) | generation(4) | current keys(4) | previous keys(4) | the run`, the log by
// sequence, the checkpoints by number, and the run's entries in the indexes.
import { partitionOf } from '../../core/partition.ts';
import { isTended, type Run, subjectsOf } from '../../core/run/run.ts';
import type { OperationCount } from '../../core/session/remembered-keys.ts';
import { decodeRun, encodeRun } from '../codec/run-record.ts';
import type { RunIndex, RunSubject, StoredRun } from '../port/run.ts';
import type { Tables, Write } from './file/environment.ts';
import { afterPrefix, idKey, integer, nameHash, PRESENT, partitionPrefix, placeKey } from './keys.ts';
import { runDecisionKeys } from './run-decisions.ts';

const INDEXES = { started: 0, finished: 1, touched: 2 } as const satisfies Record<RunIndex, number>;
const SUBJECTS = { caller: 3, agent: 4, session: 5, skill: 6 } as const satisfies Record<RunSubject['field'], number>;
const HEADER_BYTES = 18;
const SEQUENCE_BYTES = 6;
const NUMBER_BYTES = 4;

export interface RunEntry extends StoredRun {
  /** The count of the run's remembered idempotency keys, as for a session. */
  readonly operations: OperationCount;
}

/** Reads a stored run. The id must be one that Tollgate made. */
export function loadRun(tables: Tables, runId: string): RunEntry | undefined {
  const bytes = tables.runs.get(idKey(runId));
  if (!bytes) return undefined;
  const [generation, current, previous] = [bytes.readUInt32BE(6), bytes.readUInt32BE(10), bytes.readUInt32BE(14)];
  return {
    run: decodeRun(bytes.subarray(HEADER_BYTES)),
    revision: bytes.readUIntBE(0, 6),
    operations: { generation, current, previous },
  };
}

/** Replaces the stored run, if there is one, and updates its index entries. */
export function replacement(tables: Tables, before: Run | undefined, after: RunEntry): Write[] {
  const { run, revision, operations } = after;
  const { generation, current, previous } = operations;
  const header = [integer(revision, 6), integer(generation, 4), integer(current, 4), integer(previous, 4)];
  const [old, places] = [before ? placesOf(before) : [], placesOf(run)];
  return [
    ...without(old, places).map((key): Write => [tables['run-index'], key]),
    ...without(places, old).map((key): Write => [tables['run-index'], key, PRESENT]),
    [tables.runs, idKey(run.runId), Buffer.concat([...header, encodeRun(run)])],
  ];
}

/** Returns the keys that are not among the others. Most index entries of a run do not change: those by subject and start never do. */
function without(keys: readonly Buffer[], others: readonly Buffer[]): Buffer[] {
  return keys.filter((key) => !others.some((other) => other.equals(key)));
}

/** Removes a run and up to `limit` entries of its log. A mark lets the sweep remove the rest. */
export function runRemoval(tables: Tables, run: Run, limit: number): Write[] {
  return [
    ...placesOf(run).map((key): Write => [tables['run-index'], key]),
    [tables.runs, idKey(run.runId)],
    ...checkpointRemoval(tables, idKey(run.runId)),
    [tables['removed-logs'], idKey(run.runId), PRESENT],
    ...logRemoval(tables, idKey(run.runId), limit),
  ];
}

/** Removes up to `limit` entries of a removed run: log records first, then run decisions, and with the last entry the mark. */
export function logRemoval(tables: Tables, id: Buffer, limit: number): Write[] {
  const keys = Array.from(tables.logs.getKeys({ start: id, end: afterPrefix(id), limit }));
  const decisions = runDecisionKeys(tables, id, limit - keys.length);
  const writes = [
    ...keys.map((key): Write => [tables.logs, key]),
    ...decisions.map((key): Write => [tables['noted-decisions'], key]),
  ];
  return writes.length < limit ? [...writes, [tables['removed-logs'], id]] : writes;
}

function checkpointRemoval(tables: Tables, id: Buffer): Write[] {
  const keys = tables.checkpoints.getKeys({ start: id, end: afterPrefix(id) });
  return Array.from(keys, (key): Write => [tables.checkpoints, key]);
}

export function checkpointKey(id: Buffer, number: number): Buffer {
  return Buffer.concat([id, integer(number, NUMBER_BYTES)]);
}

export function logKey(id: Buffer, sequence: number): Buffer {
  return Buffer.concat([id, integer(sequence, SEQUENCE_BYTES)]);
}

export function runPrefix(index: RunIndex, partition: number): Buffer {
  return partitionPrefix(INDEXES[index], partition);
}

/** The prefix of one subject's runs, by start. The hash has a fixed length; the runs themselves tell subjects with equal hashes apart. */
export function subjectPrefix({ field, value }: RunSubject, partition: number): Buffer {
  return Buffer.concat([partitionPrefix(SUBJECTS[field], partition), nameHash(value).subarray(0, 8)]);
}

function placesOf(run: Run): Buffer[] {
  const partition = partitionOf(run.runId);
  const place = (index: RunIndex, atMs: number) => placeKey(runPrefix(index, partition), atMs, idKey(run.runId));
  return [
    place('started', run.startedAtMs),
    ...subjectsOf(run).map((by) => placeKey(subjectPrefix(by, partition), run.startedAtMs, idKey(run.runId))),
    ...(run.status === 'running' ? [] : [place('finished', run.finishedAtMs ?? run.touchedAtMs)]),
    ...(isTended(run) ? [place('touched', run.touchedAtMs)] : []),
  ];
}
