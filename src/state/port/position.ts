// A place in a list, where its next page begins.

/** A place in a list that is ordered by time, then id. */
export interface Position {
  readonly atMs: number;
  readonly id: string;
}
