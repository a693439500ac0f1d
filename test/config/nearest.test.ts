import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';

test('a misspelt name finds the one that was meant', () => {
  const names = ['listeners', 'limits', 'sessions', 'store'];
  expect(nearest('listner', names)).toBe('listeners');
  expect(nearest('STORE', names)).toBe('store');
  expect(nearest('sotre', names)).toBe('store');
});

test('a name that is like none of them finds nothing', () => {
  expect(nearest('colour', ['listeners', 'limits', 'store'])).toBeUndefined();
  expect(nearest('', ['store'])).toBeUndefined();
  expect(nearest('store', [])).toBeUndefined();
});

test('a known name finds itself, whatever stands beside it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (names) => {
      const name = names[0]!.toLowerCase();
      expect(nearest(name, [...names.slice(1).map((other) => other.toLowerCase()), name])).toBe(name);
    }),
  );
});
