// A position in a list, from which the next page continues.

/** A position in a list that is ordered by time, then by id. */
export interface Position {
  readonly atMs: number;
  readonly id: string;
}
