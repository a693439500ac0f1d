// Decisions as this process makes them, for readers of any speed. A reader never holds up a decision: what it is too slow
// for is left out and counted.
import type { DecisionRecord } from '../../core/decision/decision-record.ts';
import type { DecisionFeed } from './decision-feed.ts';

/** A decision, or how many were left out at this place. */
export type Watched = { readonly record: DecisionRecord } | { readonly missed: number };

/** Kept for one reader that is behind. */
export const WATCH_BUFFER_MAX = 1_000;

/**
 * What is decided from now on and kept by `keep`, until `signal` is aborted. It listens from the first `next` on.
 */
export async function* watchDecisions(
  feed: DecisionFeed,
  keep: (record: DecisionRecord) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  const tail = new Tail(signal);
  const unsubscribe = feed.subscribe((record) => {
    if (keep(record)) tail.add(record);
  });
  try {
    while (!signal.aborted) {
      const next = tail.take();
      if (next) yield next;
      else await tail.more();
    }
  } finally {
    unsubscribe();
    tail.close();
  }
}

class Tail {
  readonly #items: Watched[] = [];
  readonly #signal: AbortSignal;
  #missed = 0;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  add(record: DecisionRecord): void {
    if (this.#items.length >= WATCH_BUFFER_MAX) {
      this.#missed++;
      return;
    }
    // The gap stands where the left out ones would.
    if (this.#missed > 0) this.#items.push(this.#gap());
    this.#items.push({ record });
    this.#wake();
  }

  take(): Watched | undefined {
    const next = this.#items.shift();
    if (next || this.#missed === 0) return next;
    return this.#gap();
  }

  /** Resolves when there may be something to take, or the reader is gone. */
  more(): Promise<void> {
    if (this.#signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  #gap(): Watched {
    const missed = this.#missed;
    this.#missed = 0;
    return { missed };
  }

  readonly #onAbort = (): void => this.#wake();
}
