// A run's audit log and its checkpoints.
export interface NewCheckpoint {
  readonly number: number;
  /** Stored unchanged. */
  readonly bytes: Uint8Array;
  /** The numbers of the checkpoints to remove. */
  readonly drops: readonly number[];
  /** The bytes that the last record of the log must begin with; empty for an empty log. */
  readonly lastLeaf: Uint8Array;
}

export interface Ledgers {
  /** Reads records in sequence order, starting at `afterSequence + 1`, as they are stored. */
  readLog(runId: string, page: { afterSequence: number; limit: number }): Promise<Uint8Array[]>;
  /** Reads the newest checkpoints of a run, oldest first. */
  readCheckpoints(runId: string, limit: number): Promise<Uint8Array[]>;
  /**
   * Reduces records of a finished run's log to their leaves. A repeat changes nothing.
   *
   * @param range  at most {@link LIMITS.purgeChunk} records; absent records are skipped
   */
  purgePayloads(runId: string, range: { first: number; last: number }): Promise<void>;
}
