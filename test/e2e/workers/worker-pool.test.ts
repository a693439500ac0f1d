// The pool of worker threads, with a worker that dies, hangs, grows, and waits.
import { afterEach, describe, expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { StartupError } from '../../../src/host/startup-error.ts';
import type { Job } from '../../../src/workers/jobs.ts';
import { WorkerPool, type WorkerPoolOptions } from '../../../src/workers/worker-pool.ts';

const ODD = new URL('./odd-worker.mjs', import.meta.url);
const NEVER = { caller: 'a', deadline: Number.POSITIVE_INFINITY, bytes: 1 };

const opened: WorkerPool[] = [];
afterEach(async () => {
  for (const pool of opened.splice(0)) await pool.close();
});

function poolOf(options: Partial<WorkerPoolOptions> = {}) {
  const deaths: unknown[] = [];
  const pool = new WorkerPool({ file: ODD, threads: 1, onDeath: (error) => deaths.push(error), ...options });
  opened.push(pool);
  /** Runs an odd job. @returns its value, or what it failed with */
  const run = (
    odd: string,
    more: { counter?: Int32Array; caller?: string; deadline?: number; bytes?: number } = {},
  ) => {
    const { counter, ...asked } = more;
    const job = { odd, counter } as unknown as Job;
    return pool.run(job, { ...NEVER, ...asked }).catch((error: unknown) => error) as Promise<unknown>;
  };
  return { pool, run, deaths };
}

/** How often jobs were begun, and a gate that lets those that wait go on. */
function counterOf() {
  const counter = new Int32Array(new SharedArrayBuffer(8));
  return {
    counter,
    begun: () => Atomics.load(counter, 0),
    open: () => {
      Atomics.store(counter, 1, 1);
      Atomics.notify(counter, 1);
    },
  };
}

const failure = (kind: string) => expect.objectContaining({ name: 'Failure', kind });

describe('a worker that dies', () => {
  test('is replaced, and its job is done by the next one', async () => {
    const { run, deaths } = poolOf();
    const { counter } = counterOf();
    expect(await run('dies once', { counter })).toBe(2);
    expect(deaths).toHaveLength(1);
  });

  test('at each attempt makes the job UNAVAILABLE, and no other', async () => {
    const { pool, run } = poolOf();
    const { counter, begun } = counterOf();
    expect(await run('dies', { counter })).toEqual(failure('state_unavailable'));
    expect(begun()).toBe(2);
    expect(await run('ends')).toBe(1);
    expect(pool.jobs).toBe(0);
  });

  test('because it took too much memory is the only thing that ends', async () => {
    const { run } = poolOf({ heapMiBMax: 32 });
    expect(await run('grows')).toEqual(failure('state_unavailable'));
    expect(await run('ends')).toBe(1);
  });

  test('because it took too long is not tried again', async () => {
    const { run } = poolOf({ jobMsMax: 500 });
    const { counter, begun } = counterOf();
    expect(await run('hangs', { counter })).toEqual(failure('state_unavailable'));
    expect(begun()).toBe(1);
    expect(await run('ends')).toBe(1);
  });
});

describe('what a job fails with', () => {
  test('arrives as it would without a thread', async () => {
    const { run, deaths } = poolOf();
    const error = (await run('fails')) as Failure;
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ kind: 'invalid_request', fields: [{ field: 'f', description: 'no' }] });
    expect(await run('has a bug')).toEqual(new Error('TypeError: a bug'));
    expect(deaths).toEqual([]);
  });
});

describe('what waits', () => {
  test('is done in turns between callers', async () => {
    const { run } = poolOf();
    const { counter, open } = counterOf();
    const done: string[] = [];
    const first = run('waits', { counter, caller: 'a' });
    const many = Array.from({ length: 10 }, (_, index) =>
      run('ends', { caller: 'a' }).then(() => done.push(`a${index}`)),
    );
    const other = run('ends', { caller: 'b' }).then(() => done.push('b'));
    open();
    await Promise.all([first, ...many, other]);
    expect(done.indexOf('b')).toBeLessThanOrEqual(1);
    expect(done.filter((name) => name !== 'b')).toEqual(Array.from({ length: 10 }, (_, index) => `a${index}`));
  });

  test('is bounded: one caller may have half of the places, and all callers no more than all', async () => {
    const { run, pool } = poolOf({ queue: { jobs: 8, bytes: 1_000 } });
    const { counter, open } = counterOf();
    const waiting = Array.from({ length: 4 }, () => run('waits', { counter, caller: 'a' }));
    expect(await run('ends', { caller: 'a' })).toEqual(failure('overloaded'));
    waiting.push(run('waits', { counter, caller: 'b', bytes: 500 }));
    expect(await run('ends', { caller: 'b', bytes: 1 })).toEqual(failure('overloaded'));
    waiting.push(...['c', 'd', 'e'].map((caller) => run('waits', { counter, caller })));
    expect(await run('ends', { caller: 'f' })).toEqual(failure('overloaded'));
    open();
    for (const outcome of await Promise.all(waiting)) expect(outcome).toBeTypeOf('number');
    expect(pool.jobs).toBe(0);
    expect(await run('ends', { caller: 'a', bytes: 5_000 })).toBe(1);
  });

  test('is given up at its deadline, and then never begun', async () => {
    const { run, pool } = poolOf();
    const gate = counterOf();
    const late = counterOf();
    const first = run('waits', { counter: gate.counter });
    expect(await run('ends', { counter: late.counter, deadline: performance.now() + 20 })).toEqual(failure('deadline'));
    gate.open();
    await first;
    expect(await run('ends')).toBe(1);
    expect(late.begun()).toBe(0);
    expect(pool.jobs).toBe(0);
  });

  test('fails when the server stops', async () => {
    const { run, pool } = poolOf();
    const { counter } = counterOf();
    const outcomes = [run('waits', { counter }), run('ends'), run('ends', { caller: 'b' })];
    await pool.close();
    const kinds = (await Promise.all(outcomes)).map((error) => (error as Failure).kind);
    expect(kinds).toEqual(['state_unavailable', 'stopping', 'stopping']);
    expect(await run('ends')).toEqual(failure('stopping'));
  });
});

describe('the check at the start', () => {
  test('passes where threads can start', async () => {
    await poolOf().pool.check();
  });

  test('fails in one line where they cannot', async () => {
    const { pool } = poolOf({ file: new URL('./not-there.mjs', import.meta.url) });
    const error = await pool.check().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message).toMatch(/^worker threads cannot start: [^\n]+ is not there$/);
  });
});
