// Holds the scripts of package.json to run every test file: `npm test` runs one part, `npm run test:long` the other, and no
// file is in both.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LONG_SUITES, QUICK_SUITES, type Suite } from '../support/suites.ts';

const SCRIPTS: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
const SUITES = [...QUICK_SUITES, ...LONG_SUITES];
const FILES = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file));

/** The names of the projects that a script runs. */
function projectsOf(script: string): string[] {
  return [...SCRIPTS[script]!.matchAll(/--project (\S+)/g)].map(([, name]) => name!);
}

/** A pattern is the name of a file, or a folder with all test files below it. */
function matches(file: string, pattern: string): boolean {
  const [folder, rest] = pattern.split('**/*.test.ts');
  return rest === undefined ? file === pattern : file.startsWith(folder!);
}

function holds({ include, exclude = [] }: Suite, file: string): boolean {
  return include.some((pattern) => matches(file, pattern)) && !exclude.some((pattern) => matches(file, pattern));
}

test('`npm test` runs the quick suites', () => {
  expect(projectsOf('test')).toEqual(QUICK_SUITES.map(({ name }) => name));
});

test('`npm run test:long` runs the long suites', () => {
  expect(projectsOf('test:long:suites')).toEqual(LONG_SUITES.map(({ name }) => name));
  expect(SCRIPTS['test:long']).toContain('npm run --silent test:long:suites');
  expect(SCRIPTS['test:long']).toContain('npm run --silent test:node26');
});

test('every test file is in exactly one suite', () => {
  expect(FILES.length).toBeGreaterThan(100);
  const counted = FILES.map((file) => [file, SUITES.filter((suite) => holds(suite, file)).length]);
  expect(counted.filter(([, suites]) => suites !== 1)).toEqual([]);
});

test('every file that a suite names exists', () => {
  const named = SUITES.flatMap(({ include, exclude = [] }) => [...include, ...exclude]);
  expect(named.filter((pattern) => !FILES.some((file) => matches(file, pattern)))).toEqual([]);
});
