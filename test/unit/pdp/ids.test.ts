// The ids that Tollgate makes: UUIDv7, of which those of one process sort in the order in which they were made.
import { expect, test } from 'vitest';
import { isOwnId, partitionOf } from '../../../src/core/partition.ts';
import { Ids } from '../../../src/pdp/ids.ts';

const ids = new Ids();
const newId = (nowMs: number, partition: number) => ids.newId(nowMs, partition);
const NOW = 1_795_552_047_669;

test('ids of one millisecond count up, are all different, and are ids of ours with their partition', () => {
  const made = Array.from({ length: 1_500 }, () => newId(NOW, 7));
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
  for (const id of made) expect(isOwnId(id) && partitionOf(id) === 7 && id[14] === '7').toBe(true);
});

test('a millisecond with more ids than it can count still makes different ones', () => {
  const made = Array.from({ length: 10_000 }, () => newId(NOW + 1, 0));
  expect(new Set(made).size).toBe(made.length);
});

test('a clock that is set back makes ids of its own time', () => {
  newId(NOW + 2, 0);
  expect(newId(NOW - 1, 0) < newId(NOW, 0)).toBe(true);
});
