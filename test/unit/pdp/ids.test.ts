// The ids that Tollgate makes: UUIDv7, of which those of one process sort in the order in which they were made.
import { expect, test } from 'vitest';
import { isOwnId, partitionOf } from '../../../src/core/partition.ts';
import { newId } from '../../../src/pdp/ids.ts';

const NOW = 1_795_552_047_669;

test('ids of one millisecond count up, are all different, and are ids of ours with their partition', () => {
  const ids = Array.from({ length: 1_500 }, () => newId(NOW, 7));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(isOwnId(id) && partitionOf(id) === 7 && id[14] === '7').toBe(true);
});

test('a millisecond with more ids than it can count still makes different ones', () => {
  const ids = Array.from({ length: 10_000 }, () => newId(NOW + 1, 0));
  expect(new Set(ids).size).toBe(ids.length);
});

test('a clock that is set back makes ids of its own time', () => {
  newId(NOW + 2, 0);
  expect(newId(NOW - 1, 0) < newId(NOW, 0)).toBe(true);
});
