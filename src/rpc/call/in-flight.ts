// How many calls of ours are being answered: so many and no more, of which one caller gets so many.
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
   * Counts a call in, before anything of it is decoded.
   *
   * @returns whom to hand to {@link end}
   * @throws Failure overloaded, and then nothing was counted
   */
  begin(caller: string): string {
    const own = this.#byCaller.get(caller) ?? 0;
    if (own >= this.#maxPerCaller) throw new Failure('overloaded', 'too many calls of this caller are under way');
    if (this.#count >= this.#max) throw new Failure('overloaded', 'too many calls are under way');
    this.#byCaller.set(caller, own + 1);
    this.#count++;
    return caller;
  }

  end(caller: string): void {
    const own = (this.#byCaller.get(caller) ?? 1) - 1;
    // Names come and go with the callers file, so none is kept that has nothing under way.
    if (own === 0) this.#byCaller.delete(caller);
    else this.#byCaller.set(caller, own);
    this.#count--;
  }
}
