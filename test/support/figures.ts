// What the fault suites have measured, kept for docs/durability.md. A cut of each suite runs with all other tests and
// measures nothing; `npm run test:faults` runs them whole and writes a figure each, which `npm run gen:figures` puts
// into the page's table.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const IS_WHOLE = process.env.TOLLGATE_FAULTS === 'whole';
const FOLDER = 'docs/figures';

/** How much of a long suite to run: the cut, or with `npm run test:faults` the whole. */
export function extent<T>({ cut, whole }: { cut: T; whole: T }): T {
  return IS_WHOLE ? whole : cut;
}

export interface Figure {
  /** What was done, in a few words. */
  readonly what: string;
  /** What came out, in a few words with its numbers and units. */
  readonly result: string;
}

/** Prints a figure, and keeps that of a whole run under its name. */
export function recordFigure(name: string, { what, result }: Figure): void {
  console.log(`${what}: ${result}`);
  if (!IS_WHOLE) return;
  mkdirSync(FOLDER, { recursive: true });
  const figure = { what, result, date: new Date().toISOString().slice(0, 10), versions: versions() };
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(figure, undefined, 2)}\n`);
}

function versions(): string {
  const redis = /v=(\S+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout)?.[1];
  return `Node ${process.versions.node}, Redis ${redis ?? 'none'}`;
}

/** Median, 99th percentile and maximum of some times, as text in ms. */
export function spread(timesMs: readonly number[]): string {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return `median ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, max ${at(1).toFixed(1)} ms`;
}
