import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CommitStuck, CommitWatch } from '../../../src/state/embedded/file/commit-watch.ts';

function watchFor(waitMsMax: number): CommitWatch {
  return new CommitWatch({ waitMsMax, checkMs: 5 });
}

test('a commit that settles is answered as it settled', async () => {
  const watch = watchFor(1_000);
  expect(await watch.watch(Promise.resolve(7))).toBe(7);
  await expect(watch.watch(Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(watch.isStuck()).toBe(false);
  watch.end();
});

test('a commit that never settles fails everybody who waits, and the store counts as stuck', async () => {
  const watch = watchFor(20);
  const never = new Promise<never>(() => {});
  const [first, second] = await Promise.allSettled([watch.watch(never), watch.watch(never)]);
  expect([first, second].map((each) => each.status === 'rejected' && each.reason instanceof CommitStuck)).toEqual([
    true,
    true,
  ]);
  expect(watch.isStuck()).toBe(true);
  watch.end();
});

test('a disk that comes back ends that', async () => {
  const watch = watchFor(20);
  let finish = () => {};
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await expect(watch.watch(slow)).rejects.toBeInstanceOf(CommitStuck);
  finish();
  await sleep(1);
  expect(watch.isStuck()).toBe(false);
  watch.end();
});
