import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../../src/core/policy/nearest.ts';

test('a misspelt name finds the one that was meant', () => {
  const names = ['tools', 'privileges', 'platforms', 'admins'];
  expect(nearest('privilege', names)).toBe('privileges');
  expect(nearest('TOOLS', names)).toBe('tools');
  expect(nearest('tolos', names)).toBe('tools');
  expect(didYouMean(nearest('privilege', names))).toBe(' (did you mean `privileges`?)');
});

test('a name that is like none of them finds nothing', () => {
  expect(nearest('colour', ['tools', 'admins'])).toBeUndefined();
  expect(nearest('', ['tools'])).toBeUndefined();
  expect(didYouMean(nearest('tools', []))).toBe('');
});

test('one slip in a name of any length is found, whatever kind of slip it is', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', '_'), minLength: 4, maxLength: 20 });
  fc.assert(
    fc.property(name, fc.nat(), (meant, seed) => {
      const at = seed % (meant.length - 1);
      const swapped = meant.slice(0, at) + meant[at + 1] + meant[at] + meant.slice(at + 2);
      const missing = meant.slice(0, at) + meant.slice(at + 1);
      const added = `${meant.slice(0, at)}z${meant.slice(at)}`;
      for (const misspelt of [swapped, missing, added]) expect(nearest(misspelt, [meant])).toBe(meant);
    }),
  );
});
