import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compilePatterns,
  matchPattern,
  patternProblem,
  widerPatterns,
} from '../../../../src/core/tool/tool-pattern.ts';

test('an exact name wins over every prefix, and a longer prefix over a shorter one', () => {
  const patterns = compilePatterns([
    ['*', 'any'],
    ['http_*', 'http'],
    ['http_get*', 'get'],
    ['http_get', 'exactly get'],
  ]);
  expect(matchPattern(patterns, 'http_get')).toBe('exactly get');
  expect(matchPattern(patterns, 'http_get_all')).toBe('get');
  expect(matchPattern(patterns, 'http_')).toBe('http');
  expect(matchPattern(patterns, 'HTTP_get')).toBe('any');
});

test('names that objects carry by themselves are unknown like any other', () => {
  const patterns = compilePatterns([['__proto__', 1]]);
  expect(matchPattern(patterns, '__proto__')).toBe(1);
  expect(matchPattern(patterns, 'constructor')).toBeUndefined();
  expect(matchPattern(patterns, 'toString')).toBeUndefined();
});

test('a star stands once, at the end', () => {
  expect(patternProblem('read_file')).toBeUndefined();
  expect(patternProblem('http_*')).toBeUndefined();
  expect(patternProblem('*')).toBeUndefined();
  for (const bad of ['', '*_get', 'a*b', 'a**']) expect(patternProblem(bad), bad).toBeDefined();
});

test('a lookup finds what trying every pattern finds', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '_'), maxLength: 4 });
  const pattern = fc.tuple(word, fc.boolean()).map(([text, isPrefix]) => (isPrefix ? `${text}*` : text));
  fc.assert(
    fc.property(fc.uniqueArray(pattern), word, (all, name) => {
      const fits = (p: string) => (p.endsWith('*') ? name.startsWith(p.slice(0, -1)) : p === name);
      const rank = (p: string) => (p.endsWith('*') ? p.length : Number.POSITIVE_INFINITY);
      const best = all.filter(fits).sort((a, b) => rank(b) - rank(a))[0];
      expect(matchPattern(compilePatterns(all.map((p) => [p, p])), name)).toBe(best);
    }),
  );
});

test('the wider patterns are those that comparing each with each finds, the longest first', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '_'), maxLength: 4 });
  const pattern = fc.tuple(word, fc.boolean()).map(([text, isPrefix]) => (isPrefix ? `${text}*` : text));
  fc.assert(
    fc.property(fc.uniqueArray(pattern), pattern, (all, one) => {
      const isWider = (p: string) => p !== one && p.endsWith('*') && one.startsWith(p.slice(0, -1));
      const wider = all.filter(isWider).sort((a, b) => b.length - a.length);
      expect(widerPatterns(all)(one)).toEqual(wider);
    }),
  );
});
