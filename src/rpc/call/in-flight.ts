// Limits the calls that are being answered, in total and per caller. Health checks and reflection are not counted.
import { Failure } from '../../core/failure.ts';

export class InFlight {
  readonly #max: number;
  readonly #maxPerCaller: number;
  readonly #byCaller = new Map<string, number>();
  #count = 0;

  constructor({ max, maxPerCaller }: { max: number; maxPerCaller: number }) {
    this.#max = max;
    this.#maxPerCaller = maxPerCaller;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Counts a call, before its request is decoded.
   *
   * @throws Failure overloaded, and then nothing was counted
   */
  begin(caller: string): void {
    const own = this.#byCaller.get(caller) ?? 0;
    if (own >= this.#maxPerCaller) throw new Failure('overloaded', 'this caller has too many calls in flight');
    if (this.#count >= this.#max) throw new Failure('overloaded', 'too many calls are in flight');
    this.#byCaller.set(caller, own + 1);
    this.#count++;
  }

  /** Ends a call that {@link begin} has counted. */
  end(caller: string): void {
    const own = (this.#byCaller.get(caller) ?? 1) - 1;
    // Names come and go with the callers file, so a caller without calls is forgotten.
    if (own === 0) this.#byCaller.delete(caller);
    else this.#byCaller.set(caller, own);
    this.#count--;
  }
}
