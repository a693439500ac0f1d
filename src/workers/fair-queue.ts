// What waits for a worker: first in, first out for each caller, and callers in turn, so that one who sends much waits for its
// own work and not others for it.
import { Failure } from '../core/failure.ts';

export interface QueueLimits {
  /** Waiting and under way, of all callers; of one it is half. */
  readonly jobs: number;
  readonly bytes: number;
}

export interface Waiting {
  readonly caller: string;
  /** What it holds in memory. */
  readonly bytes: number;
}

interface Held {
  jobs: number;
  bytes: number;
}

export class FairQueue<T extends Waiting> {
  readonly #limits: QueueLimits;
  /** Callers of whom something waits, the next one first. */
  readonly #waiting = new Map<string, T[]>();
  readonly #held = new Map<string, Held>();
  readonly #all: Held = { jobs: 0, bytes: 0 };

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Jobs that wait or are under way. */
  get jobs(): number {
    return this.#all.jobs;
  }

  /** @throws Failure overloaded, and then nothing was added */
  add(job: T): void {
    const own = this.#held.get(job.caller) ?? { jobs: 0, bytes: 0 };
    const { jobs, bytes } = this.#limits;
    // One job always fits, however large the configuration lets a request be.
    const fits = (held: Held, share: number) =>
      held.jobs === 0 || (held.jobs < jobs * share && held.bytes + job.bytes <= bytes * share);
    if (!fits(own, 0.5)) throw new Failure('overloaded', 'too much of this caller waits to be worked on');
    if (!fits(this.#all, 1)) throw new Failure('overloaded', 'too much waits to be worked on');
    this.#held.set(job.caller, own);
    for (const held of [own, this.#all]) {
      held.jobs += 1;
      held.bytes += job.bytes;
    }
    const line = this.#waiting.get(job.caller);
    if (line) line.push(job);
    else this.#waiting.set(job.caller, [job]);
  }

  /** The job whose turn it is; it is held until {@link end}. */
  next(): T | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const [caller, line] = first;
    const job = line.shift();
    // To the end of the callers.
    this.#waiting.delete(caller);
    if (line.length > 0) this.#waiting.set(caller, line);
    return job;
  }

  /** A job was done, or is not wanted any more. */
  end(job: T): void {
    const line = this.#waiting.get(job.caller);
    const at = line?.indexOf(job) ?? -1;
    if (line && at >= 0) line.splice(at, 1);
    if (line?.length === 0) this.#waiting.delete(job.caller);
    const own = this.#held.get(job.caller);
    for (const held of own ? [own, this.#all] : []) {
      held.jobs -= 1;
      held.bytes -= job.bytes;
    }
    // Names come and go with the callers file, so none is kept that has nothing here.
    if (own?.jobs === 0) this.#held.delete(job.caller);
  }
}
