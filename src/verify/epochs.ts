// The epochs of a ledger: each record `tollgate.epoch` begins one, because the store had lost some of the run. Their numbers go up,
// but not by one each time: the record of an epoch may be among what was lost next.
import type { Checkpoint } from './signed-note.ts';

/** An epoch and the records that stand before its first one. */
export interface Epoch {
  /** Undefined where the payload that says so was purged. */
  readonly epoch: number | undefined;
  readonly before: number;
}

export class Epochs {
  readonly #begun: readonly { readonly epoch: number; readonly before: number }[];

  /**
   * @param fitting  checkpoints that the records fit, by size; one within an epoch tells its number if the payload is gone
   */
  constructor(begun: readonly Epoch[], fitting: readonly Checkpoint[]) {
    let [next, end] = [begun.length + 1, Number.POSITIVE_INFINITY];
    let at = fitting.length - 1;
    const resolved = begun.toReversed().map(({ epoch, before }) => {
      while (at >= 0 && fitting[at]!.size > end) at--;
      const telling = at >= 0 && fitting[at]!.size > before ? fitting[at]!.epoch : undefined;
      // Where nothing tells it, the highest that it can be: a lower one would make a fork of what was only lost.
      next = epoch ?? telling ?? next - 1;
      end = before;
      return { epoch: next, before };
    });
    this.#begun = resolved.toReversed();
  }

  get newest(): number {
    return this.#begun.at(-1)?.epoch ?? 0;
  }

  /** The epoch of a ledger of this size. */
  at(size: number): number {
    return this.#begun.findLast(({ before }) => before < size)?.epoch ?? 0;
  }

  /**
   * How many of a checkpoint's records the ledger must still have. What a checkpoint signs beyond the record that ended its
   * epoch is what the store lost, as that record says.
   */
  kept({ epoch, size }: Checkpoint): number {
    return Math.min(size, this.#begun.find((one) => one.epoch > epoch)?.before ?? size);
  }
}
