// Long work in slices. Between two of them the process does what else there is to do, decisions before all.
//
// INVARIANT: nothing that a request asks for keeps the event loop for longer than a slice and its last piece.
import { setImmediate as turn } from 'node:timers/promises';

/** Far below the 10 ms that nothing may take, since the piece that ends a slice has a length of its own. */
const SLICE_MS = 2;

export class Slice {
  #since = performance.now();

  /** Whether it is the turn of others. Asked between two pieces; cheap. */
  get isOver(): boolean {
    return performance.now() - this.#since > SLICE_MS;
  }

  /** Lets the others have their turn, and begins the next slice. */
  async next(): Promise<void> {
    await turn();
    this.#since = performance.now();
  }
}

/** The same items, with a turn for others whenever a slice is over. */
export async function* inSlices<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  const slice = new Slice();
  for await (const item of items) {
    yield item;
    if (slice.isOver) await slice.next();
  }
}
