// Runs.
import type { Run } from '../../core/run/run.ts';
import type { EntryRefusal } from '../../core/session/session.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { NewCheckpoint } from './ledger.ts';
import type { Position } from './position.ts';

export interface StoredRun {
  readonly run: Run;
  /** Changes with every commit. */
  readonly revision: number;
}

export interface RememberedAppend {
  readonly fingerprint: string;
  /** What the operation answered, as its own operation wrote it. */
  readonly answer: string;
  /** Of a StartRun: the run of this id is not stored yet. Whoever repeats the key stores it, under this id. */
  readonly pending?: boolean;
}

export interface RunCommit {
  /** The run as it shall be. */
  readonly run: Run;
  /** The revision that `run` was made from; 0 for a run that does not exist yet. */
  readonly expectedRevision: number;
  /** Records to add to the log, numbered from `run.lastSequence - records.length + 1`; stored as they are. */
  readonly records: readonly Uint8Array[];
  /** Kept with the run; the commit is `moved` if the log does not end with the leaf that the checkpoint signs last. */
  readonly checkpoint?: NewCheckpoint | undefined;
  /** The `lostChanges` that `run` was made from, for which this commit accounts; the commit is `moved` if there are others. */
  readonly lostChanges?: number | undefined;
  /**
   * The session that a new run begins in, which lies in the run's partition, and who begins it. The run is stored only if the
   * session lets them in, as it stands in that same step.
   */
  readonly session?: { readonly sessionId: string; readonly principals: readonly string[] } | undefined;
  /** Remembered with the run, or for a new run with its caller; its answer is then the run's id. */
  readonly idempotencyKey: (IdempotencyKey & { readonly answer: string }) | undefined;
}

export type RunIndex = 'started' | 'finished' | 'touched';

/** What never changes of a run, and what runs are looked for by. */
export interface RunSubject {
  readonly field: 'caller' | 'agent' | 'session' | 'skill';
  readonly value: string;
}

export interface RunPage {
  readonly partition: number;
  /** `started` holds every run, `finished` those with a final status, `touched` those that are tended, by their last sign of life. */
  readonly index: RunIndex;
  /** Only the runs of this subject, from an index of theirs; of `started` alone. */
  readonly by?: RunSubject | undefined;
  readonly descending: boolean;
  /** Starts strictly behind this place. */
  readonly after?: Position;
  readonly limit: number;
}

export interface Runs {
  /**
   * `lostChanges` counts the acknowledged changes of the run that the store is known to have lost, and that no commit has
   * accounted for yet. `operation` asks what is remembered of that key of the run.
   */
  readRun(
    runId: string,
    operation?: Pick<IdempotencyKey, 'rpc' | 'key'>,
  ): Promise<{
    stored: StoredRun | undefined;
    remembered: RememberedAppend | undefined;
    /** How many decisions are noted with the run. */
    runDecisions: number;
    lostChanges: number;
    now: number;
  }>;
  /** What is remembered of a caller's StartRun key. */
  readStartedRun(callerId: string, key: string): Promise<RememberedAppend | undefined>;
  /**
   * Compare and set of one run, with its log, its indexes and its remembered operation.
   * Acknowledged means durable at the level that `info` names.
   *
   * @returns `moved` when the run is no longer at `expectedRevision`, or the operation is remembered already; the reason why
   *   the session lets nobody in
   */
  commitRun(commit: RunCommit): Promise<'committed' | 'moved' | 'too_many_keys' | EntryRefusal>;
  /** Answers once whatever has been read of a run so far is durable at the level that `info` names. */
  confirmRun(runId: string): Promise<void>;
  pageRuns(page: RunPage): Promise<{ runs: StoredRun[]; now: number }>;
  /** Removes a finished run with its log and checkpoints. @returns false if it is no longer at this revision */
  removeRun(runId: string, expectedRevision: number): Promise<boolean>;
}
