// The log of a run, and its checkpoints.

export interface NewCheckpoint {
  readonly number: number;
  /** Stored as they are. */
  readonly bytes: Uint8Array;
  /** Numbers of checkpoints that are no longer kept. */
  readonly drops: readonly number[];
  /** What the last record in the log begins with; empty for an empty log. */
  readonly lastLeaf: Uint8Array;
}

export interface Ledgers {
  /** Stored bytes in sequence order, from `afterSequence + 1`. */
  readLog(runId: string, page: { afterSequence: number; limit: number }): Promise<Uint8Array[]>;
  /** The newest checkpoints of a run, oldest first. */
  readCheckpoints(runId: string, limit: number): Promise<Uint8Array[]>;
  /**
   * Leaves of some records of a finished run's log their leaves alone. A repeat changes nothing.
   *
   * @param range  at most {@link LIMITS.purgeChunk} records; those that are not there are left out
   */
  purgePayloads(runId: string, range: { first: number; last: number }): Promise<void>;
}
