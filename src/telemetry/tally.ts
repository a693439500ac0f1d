// Counts that wait to be read. Adding to one is adding to a number, which a prom-client counter, that looks up its labels
// each time, is thirty times dearer than; what has gathered is handed to the counter at a scrape.

export class Tally {
  readonly #rows: number;
  readonly #columns: number;
  readonly #counts: Float64Array;
  readonly #give: (row: number, column: number, count: number) => void;

  constructor(
    { rows, columns }: { rows: number; columns: number },
    give: (row: number, column: number, count: number) => void,
  ) {
    this.#rows = rows;
    this.#columns = columns;
    this.#counts = new Float64Array(rows * columns);
    this.#give = give;
  }

  /** One more; outside the table nothing is counted. */
  add(row: number, column: number): void {
    if (row >= 0 && row < this.#rows && column >= 0 && column < this.#columns)
      this.#counts[row * this.#columns + column]! += 1;
  }

  /** Hands over what has gathered since the last time. */
  flush(): void {
    this.#counts.forEach((count, at) => {
      if (count === 0) return;
      this.#counts[at] = 0;
      this.#give(Math.floor(at / this.#columns), at % this.#columns, count);
    });
  }
}
