// How many calls of ours are being answered: so many and no more, of which one caller gets so many. A stop waits for
// these, and not for a health Watch, which a load balancer keeps open for as long as there is a server.
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';

/** Bytes of a call may be on the way while its handler has not begun; so long there must be silence. */
const QUIET_MS = 200;
const LOOK_MS = 20;

export class InFlight {
  readonly #max: number;
  readonly #maxPerCaller: number;
  readonly #byCaller = new Map<string, number>();
  #count = 0;
  #lastAtMs = 0;

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
    this.#lastAtMs = performance.now();
  }

  /** Resolves once nothing has been in flight for a moment, or `signal` is aborted. */
  async quiet(signal: AbortSignal): Promise<void> {
    const since = performance.now();
    for (;;) {
      const isQuiet = performance.now() - Math.max(this.#lastAtMs, since) >= QUIET_MS;
      if (signal.aborted || (this.#count === 0 && isQuiet)) return;
      await sleep(LOOK_MS);
    }
  }
}
