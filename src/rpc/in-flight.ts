// How many calls of ours are being answered. A stop waits for these, and not for a health Watch, which a load balancer
// keeps open for as long as there is a server.
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of a call may be on the way while its handler has not begun; so long there must be silence. */
const QUIET_MS = 200;
const LOOK_MS = 20;

export class InFlight {
  #count = 0;
  #lastAtMs = 0;

  begin(): void {
    this.#count++;
  }

  end(): void {
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
