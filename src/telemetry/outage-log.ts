// One outage of the store in the log: a line at its begin, one each ten seconds with what failed meanwhile, one at its end.
// Thousands of calls may fail in it, each for the same reason.
import { errorFields, type Logger } from './log.ts';

const INTERVAL_MS = 10_000;

export class OutageLog {
  readonly #log: Logger;
  readonly #now: () => number;
  #isServing: boolean | undefined;
  #beganAtMs: number | undefined;
  #failed = 0;
  #failedInAll = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** A connection was lost. Only the first sign of an outage is in the log. */
  lost(cause: unknown): void {
    if (this.#beganAtMs !== undefined) return;
    this.#beganAtMs = this.#now();
    this.#log.error(errorFields(cause), 'the store cannot be reached');
    this.#timer = setInterval(() => this.#continue(), INTERVAL_MS).unref();
  }

  /** All connections are there. Whether that ends an outage is for the health check to say, if it has noticed one. */
  ready(): void {
    if (this.#isServing && this.#beganAtMs !== undefined) this.#end();
  }

  /** What the health check found. */
  checked(serving: boolean, cause: unknown): void {
    const isNews = serving !== this.#isServing;
    this.#isServing = serving;
    if (!serving) this.lost(cause);
    else if (isNews || this.#beganAtMs !== undefined) this.#end();
  }

  /** Counts a call that failed in an outage. @returns false outside of one, where the call wants a line */
  failed(): boolean {
    if (this.#beganAtMs === undefined) return false;
    this.#failed++;
    return true;
  }

  #end(): void {
    const about = {
      ...(this.#beganAtMs !== undefined && {
        outage_ms: Math.round(this.#now() - this.#beganAtMs),
        failed_calls: this.#failedInAll + this.#failed,
      }),
    };
    this.close();
    this.#log.info(about, 'the store answers: serving');
  }

  close(): void {
    clearInterval(this.#timer);
    this.#beganAtMs = undefined;
    this.#failed = 0;
    this.#failedInAll = 0;
  }

  #continue(): void {
    const outageMs = Math.round(this.#now() - this.#beganAtMs!);
    this.#log.error({ outage_ms: outageMs, failed_calls: this.#failed }, 'the store still cannot be reached');
    this.#failedInAll += this.#failed;
    this.#failed = 0;
  }
}
