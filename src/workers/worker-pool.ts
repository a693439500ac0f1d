// Threads for work that would keep the event loop: large requests are decoded and shaped here, policy files are read here.
// Nothing is stored by a worker, so that a job may be done twice, or in vain.
//
// INVARIANT: a job's promise is settled once: with its outcome, when its caller's time is over, or when it cannot be done.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { Failure } from '../core/failure.ts';
import { StartupError } from '../host/startup-error.ts';
import { FairQueue, type QueueLimits, type Waiting } from './fair-queue.ts';
import type { Answer, Job, JobName, Outcome } from './jobs.ts';
import { SharedInputs } from './shared-inputs.ts';

/** One core is the event loop's. More threads than this would only take memory. */
const THREADS_MAX = 4;
/** An idle thread ends after this time and frees its memory. */
const IDLE_MS = 10_000;
/** Far more than any job takes; a worker that is still busy then is ended. */
const JOB_MS_MAX = 20_000;
/** How often a job is tried when its worker dies. */
const ATTEMPTS_MAX = 2;
/** Of one thread; a job that needs more ends its worker, and nothing else. */
const HEAP_MIB_MAX = 256;
/** A decision is never later for it: the system gives a thread with a nice value what others leave. */
const NICE = 5;
const QUEUE: QueueLimits = { jobs: 512, bytes: 64 * 2 ** 20 };

export interface WorkerPoolOptions {
  /** The module that runs jobs. */
  readonly file: URL;
  readonly threads?: number;
  readonly queue?: QueueLimits;
  readonly jobMsMax?: number;
  readonly heapMiBMax?: number;
  /** Hears of each worker that died. */
  readonly onDeath?: (error: unknown) => void;
}

export interface Asked {
  readonly caller: string;
  /** When nobody waits for the outcome any more, in ms of `performance.now()`. */
  readonly deadline: number;
  /** What the job holds in memory. */
  readonly bytes: number;
}

interface Task extends Waiting {
  readonly job: Job;
  readonly settle: (outcome: { readonly value: unknown } | { readonly error: unknown }) => void;
  attempts: number;
  isOver: boolean;
}

export class WorkerPool {
  /** What several jobs need, in memory that all threads share. */
  readonly shared = new SharedInputs();
  readonly #options: WorkerPoolOptions;
  readonly #threads: number;
  readonly #queue: FairQueue<Task>;
  #pool: Promise<Piscina> | undefined;
  #running = 0;
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#threads = options.threads ?? Math.min(THREADS_MAX, Math.max(1, availableParallelism() - 1));
    this.#queue = new FairQueue(options.queue ?? QUEUE);
  }

  /**
   * Starts a thread and ends it again. The pool itself has none before its first job.
   *
   * @throws StartupError when jobs could not be run
   */
  async check(): Promise<void> {
    const path = fileURLToPath(this.#options.file);
    if (!existsSync(path)) throw new StartupError(`worker threads cannot start: ${path} is not there`);
    try {
      await new Promise<void>((resolve, reject) => {
        const worker = new Worker('', { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16 } });
        worker.once('error', reject).once('exit', () => resolve());
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartupError(`worker threads cannot start: ${reason}`, { cause });
    }
  }

  /** Jobs that wait or are under way. */
  get jobs(): number {
    return this.#queue.jobs;
  }

  /**
   * Has a job done.
   *
   * @throws Failure overloaded, deadline, state_unavailable when it could not be done, or whatever the job fails with
   */
  async run<Name extends JobName>(job: Job<Name>, { caller, deadline, bytes }: Asked): Promise<Outcome<Name>> {
    if (this.#closed) throw new Failure('stopping', 'the server is stopping');
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const task: Task = {
        job: job as Job,
        caller,
        bytes,
        attempts: 0,
        isOver: false,
        settle: (outcome) => {
          if (task.isOver) return;
          task.isOver = true;
          clearTimeout(timer);
          if ('value' in outcome) resolve(outcome.value as Outcome<Name>);
          else reject(outcome.error);
        },
      };
      this.#queue.add(task);
      if (deadline !== Number.POSITIVE_INFINITY) {
        // What is under way goes on: it is bounded, and a thread that is ended costs more than what is left of it.
        const late = () => task.settle({ error: new Failure('deadline', 'the deadline has passed') });
        timer = setTimeout(late, Math.max(0, deadline - performance.now()));
      }
      this.#dispatch();
    });
  }

  /** Ends the threads; what is not done by now fails. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let task = this.#queue.next(); task; task = this.#queue.next()) this.#fail(task, 'stopping');
    await (await this.#pool?.catch(() => undefined))?.destroy();
  }

  #dispatch(): void {
    while (this.#running < this.#threads) {
      const task = this.#queue.next();
      if (!task) return;
      if (task.isOver) {
        this.#queue.end(task);
        continue;
      }
      this.#running += 1;
      this.#attempt(task).finally(() => {
        this.#running -= 1;
        this.#queue.end(task);
        this.#dispatch();
      });
    }
  }

  async #attempt(task: Task): Promise<void> {
    while (!task.isOver) {
      task.attempts += 1;
      const tooLong = new AbortController();
      const timer = setTimeout(() => tooLong.abort(), this.#options.jobMsMax ?? JOB_MS_MAX);
      try {
        this.#pool ??= this.#open();
        const outcome = await (await this.#pool).run(task.job, { signal: tooLong.signal });
        task.settle('value' in outcome ? outcome : { error: errorOf(outcome) });
      } catch (error) {
        // A worker that died, took too long or could not start. The job itself never rejects.
        this.#options.onDeath?.(error);
        if (this.#closed || tooLong.signal.aborted || task.attempts === ATTEMPTS_MAX)
          this.#fail(task, 'state_unavailable', error);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  #fail(task: Task, kind: 'stopping' | 'state_unavailable', cause?: unknown): void {
    const message = kind === 'stopping' ? 'the server is stopping' : 'the request could not be worked on';
    task.settle({ error: new Failure(kind, message, { cause }) });
  }

  /** Loaded with the first job: most servers have none for hours. */
  async #open(): Promise<Piscina> {
    const { Piscina } = await import('piscina');
    const pool = new Piscina({
      filename: this.#options.file.href,
      minThreads: 0,
      maxThreads: this.#threads,
      idleTimeout: IDLE_MS,
      // An idle thread waits for messages as any does, and not in a lock.
      atomics: 'disabled',
      execArgv: [],
      niceIncrement: NICE,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.heapMiBMax ?? HEAP_MIB_MAX },
    });
    // A worker that dies without a job.
    pool.on('error', (error) => this.#options.onDeath?.(error));
    return pool;
  }
}

/** Failures cross threads as plain objects. */
function errorOf(outcome: Exclude<Answer, { value: unknown }>): Error {
  if ('bug' in outcome) return new Error(outcome.bug);
  const { kind, message, subject, fields } = outcome.failure;
  return new Failure(kind, message, { subject, fields });
}
