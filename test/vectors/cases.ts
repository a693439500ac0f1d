// The shared cases of test/vectors. They belong to the contract and are never edited here.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

export function readVectors<T>(name: 'audit' | 'scope' | 'session' | 'slash'): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
}

/** Holds a case to being understood: a key that a test does not read is a promise that it does not check. */
export function expectNothingElse(rest: object): void {
  expect(Object.keys(rest), 'keys of this case that the test does not read').toEqual([]);
}
