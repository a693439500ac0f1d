// The names of every key, made here and nowhere else: scripts are handed all the keys that they touch, but for those of a
// decision's record and of the operations that a charge looks for, which lie in the slot of a key that they are handed (see
// lua/parts/decisions.lua and charge.lua; a test holds both equal).
//
// INVARIANT: no two different things meet in one key. Own ids have one form; what callers choose (agents, callers) cannot
// leave its braces, because the braces in it are encoded; idempotency keys come last, hashed.
import { createHash } from 'node:crypto';
import { isOwnId, partitionName } from '../../core/partition.ts';

export const FORMAT_KEY = 'tollgate:format';

/** What tells that the data is still there, and still the same: see data-monitor.ts. */
export function markerKeys(partition: number, process: string): { marker: string; beat: string } {
  const marker = `tollgate:{${partitionName(partition)}}:marker`;
  return { marker, beat: `${marker}:${process}` };
}
/** The policies by revision, and when each was last in force. */
export const POLICY_KEYS = { documents: 'tollgate:{policies}', uses: 'tollgate:{policies}:uses' } as const;

/** Stands for every id that is not one of ours: no record is ever stored under it. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

function partitionOfId(id: string): string {
  return `tollgate:{${id.slice(-2)}}`;
}

export function sessionKey(sessionId: string): string {
  const id = isOwnId(sessionId) ? sessionId : NOBODY;
  return `${partitionOfId(id)}:session:${id}`;
}

/** The two hashes of remembered keys; a generation lives in the one of its parity. */
export function sessionSlotKey(session: string, slot: 0 | 1): string {
  return `${session}:ops:${slot}`;
}

/** What is remembered of one request on a run that has no key of its caller's. */
export function ownOperationKey(record: string, name: Buffer): string {
  return `${record}:own:${name.toString('base64url')}`;
}

export function sessionIndexKeys(partition: number): { sessions: string; ends: string } {
  const sessions = `tollgate:{${partitionName(partition)}}:sessions`;
  return { sessions, ends: `${sessions}:ends` };
}

export function runKeys(runId: string): {
  run: string;
  log: string;
  slots: readonly [string, string];
  noted: string;
  checkpoints: string;
} {
  const id = isOwnId(runId) ? runId : NOBODY;
  const run = `${partitionOfId(id)}:run:${id}`;
  return {
    run,
    log: `${run}:log`,
    slots: [`${run}:ops:0`, `${run}:ops:1`],
    noted: `${run}:decisions`,
    checkpoints: `${run}:checkpoints`,
  };
}

/** The lists of a session's decisions: its denials, and all others. */
export function sessionDecisionKeys(session: string): { listed: string; denials: string } {
  return { listed: `${session}:decisions`, denials: `${session}:denials` };
}

/** The partition's buckets by time, and what belongs to no session. */
export function decisionKeys(partition: string): {
  buckets: string;
  sessionless: string;
  identities: string;
  others: string;
} {
  const buckets = `tollgate:{${partition}}:decisions`;
  return {
    buckets,
    sessionless: `${buckets}:sessionless`,
    identities: `${buckets}:identities`,
    others: `${buckets}:others`,
  };
}

/**
 * A key that never is, in the slot of another. A script that is handed it is refused (TRYAGAIN) by both servers of a slot
 * that is on its way, so that no key which the script spells itself is made anew on one while it lies on the other.
 */
export function absentKey(near: string): string {
  return `${near.slice(0, SLOT_LENGTH)}:absent`;
}

/** `tollgate:{pp}`. */
const SLOT_LENGTH = 13;

/** Records lie by the time in their ids, so that an id alone finds its record. */
export const DECISION_BUCKET_MS = 600_000;

/** Where the record of a decision lies. The id must be an own one. */
export function decisionBucketKey(decisionId: string): string {
  const atMs = Number.parseInt(decisionId.slice(0, 8) + decisionId.slice(9, 13), 16);
  return decisionBucketOf(decisionId.slice(-2), Math.floor(atMs / DECISION_BUCKET_MS));
}

export function decisionBucketOf(partition: string, bucket: number): string {
  return `tollgate:{${partition}}:decisions:${bucket}`;
}

/** What stands before a run's id in its key. */
export function runKeyPrefix(partition: number): string {
  return `tollgate:{${partitionName(partition)}}:run:`;
}

export function runIndexKeys(partition: number): { started: string; finished: string; touched: string } {
  const runs = `tollgate:{${partitionName(partition)}}:runs`;
  return { started: runs, finished: `${runs}:finished`, touched: `${runs}:touched` };
}

/** The partition's sessions that subjects of one bucket have had a part in. */
export function subjectKey(partition: number, bucket: number): string {
  return `tollgate:{${partitionName(partition)}}:subjects:${bucket}`;
}

/** The partition's runs of one subject by start. */
export function runSubjectKey(partition: number, field: string, value: string): string {
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 16);
  return `tollgate:{${partitionName(partition)}}:runs:by:${field}:${hash}`;
}

export function agentKeys(agentId: string): { deactivated: string; sessions: string; reserved: string } {
  const agent = `tollgate:{agent:${encoded(agentId)}}`;
  return { deactivated: `${agent}:deactivated`, sessions: `${agent}:sessions`, reserved: `${agent}:sessions:reserved` };
}

/** What is remembered of an agent's CreateSession key. */
export function agentOperationKey(agentId: string, key: string): string {
  return `tollgate:{agent:${encoded(agentId)}}:op:${hashed(key)}`;
}

/** What is remembered of a caller's StartRun key. */
export function callerOperationKey(callerId: string, key: string): string {
  return `tollgate:{caller:${encoded(callerId)}}:op:${hashed(key)}`;
}

/** A caller chooses it, and names of keys are shown by every tool that looks into a store. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 27);
}

/**
 * A prefix under which a trace id could spell one of our own keys, so that whoever names a trace could read or drop
 * what is stored there.
 */
export function isUnsafeIdentityPrefix(prefix: string): boolean {
  return 'tollgate:'.startsWith(prefix) || prefix.startsWith('tollgate:');
}

const ENCODED: Readonly<Record<string, string>> = { '%': '%25', '{': '%7B', '}': '%7D' };

function encoded(id: string): string {
  return id.replace(/[%{}]/g, (character) => ENCODED[character]!);
}
