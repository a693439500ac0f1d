// What this process decides, told to whoever listens in it. A listener must be quick and must not throw: decisions are
// answered behind it.
import type { DecisionRecord } from '../../core/decision/decision-record.ts';

export type DecisionListener = (record: DecisionRecord) => void;

export class DecisionFeed {
  readonly #listeners = new Set<DecisionListener>();

  /** Mostly nobody listens, and then no record needs to be built. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  publish(record: DecisionRecord): void {
    for (const listener of this.#listeners) listener(record);
  }

  /** @returns how to stop listening */
  subscribe(listener: DecisionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
