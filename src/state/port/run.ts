// Runs: compare and set, idempotency keys, lists and removal.
import type { Run } from '../../core/run/run.ts';
import type { EntryReason } from '../../core/session/session-reason.ts';
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
  /** The answer to the request, in the form that its RPC chose. */
  readonly answer: string;
  /** Set for a StartRun whose run is not stored yet. A repeat of the key stores the run under this id. */
  readonly pending?: boolean;
}

export interface RunCommit {
  /** The new state of the run. */
  readonly run: Run;
  /** The revision that `run` was made from; 0 for a run that does not exist yet. */
  readonly expectedRevision: number;
  /** Records to append to the log, numbered from `run.lastSequence - records.length + 1`; stored unchanged. */
  readonly records: readonly Uint8Array[];
  /** Stored with the run. The commit is `moved` if the log does not end with the last leaf that the checkpoint signs. */
  readonly checkpoint?: NewCheckpoint | undefined;
  /** The `lostChanges` that this commit accounts for. The commit is `moved` if the number has changed since `run` was read. */
  readonly lostChanges?: number | undefined;
  /**
   * The session that a new run begins in, and the principals that begin it. The session lies in the run's partition. The run is
   * stored only if the session admits the principals, checked in the same step.
   */
  readonly session?: { readonly sessionId: string; readonly principals: readonly string[] } | undefined;
  /** Remembered with the run. The key of a new run is remembered with the caller; its answer is the run's id. */
  readonly idempotencyKey: (IdempotencyKey & { readonly answer: string }) | undefined;
}

export type RunIndex = 'started' | 'finished' | 'touched';

/** A property of a run that never changes and that runs are listed by. */
export interface RunSubject {
  readonly field: 'caller' | 'agent' | 'session' | 'skill';
  readonly value: string;
}

export interface RunPage {
  readonly partition: number;
  /** `started` holds every run; `finished` the runs with a final status; `touched` the runs to be swept, by last activity. */
  readonly index: RunIndex;
  /** Only the runs of this subject; with `started` only. */
  readonly by?: RunSubject | undefined;
  readonly descending: boolean;
  /** The page starts strictly behind this position. */
  readonly after?: Position;
  readonly limit: number;
}

export interface Runs {
  /** @param key  an idempotency key of the run; the result says what is remembered of it */
  readRun(
    runId: string,
    key?: Pick<IdempotencyKey, 'rpc' | 'key'>,
  ): Promise<{
    stored: StoredRun | undefined;
    remembered: RememberedAppend | undefined;
    /** How many run decisions the run has. */
    runDecisions: number;
    /** Acknowledged changes of the run that the store is known to have lost and that no commit has accounted for yet. */
    lostChanges: number;
    now: number;
  }>;
  /** Reads what is remembered of a caller's StartRun key. */
  readStartedRun(callerId: string, key: string): Promise<RememberedAppend | undefined>;
  /**
   * Compares and sets one run, with its log, its indexes and its idempotency key. A commit that is acknowledged is durable at
   * the level of `info.durability`.
   *
   * @returns `moved` if the run is not at `expectedRevision` or the key is remembered already; an EntryReason if the session
   *   does not admit the principals
   */
  commitRun(commit: RunCommit): Promise<'committed' | 'moved' | 'too_many_keys' | EntryReason>;
  /** Resolves when everything read of the run so far is durable at the level of `info.durability`. */
  confirmRun(runId: string): Promise<void>;
  pageRuns(page: RunPage): Promise<{ runs: StoredRun[]; now: number }>;
  /** Removes a finished run with its log and checkpoints. @returns false if the run is not at this revision */
  removeRun(runId: string, expectedRevision: number): Promise<boolean>;
}
