import { expect, test } from 'vitest';
import { BoundedMap } from '../../../src/core/bounded-map.ts';

test('a new entry takes the place of the one that was set longest ago', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});

test('an entry that is set again, or was deleted, evicts nothing', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1).set('b', 2).set('b', 3);
  map.delete('a');
  map.set('c', 4);
  expect([...map.keys()]).toEqual(['b', 'c']);
});
