// The descriptors of the process: how many it may need, told at the start, and one line when there are none left. Without
// one a connection is taken and dropped below us, and no file is read any more.
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { LISTENERS } from '../config/sections/listeners.ts';
import type { Warnings } from '../telemetry/warnings.ts';

const INTERVAL_MS = 1_000;
/** The store, its connections, files that are followed, the log, and what Node itself has open. */
const OTHERS = 128;
/** The monitoring listener's. */
const MONITORING = 32;

/** How many descriptors the process may need under its own limits. */
export function descriptorsNeeded({ limits, observability }: Pick<Config, 'limits' | 'observability'>): number {
  return LISTENERS.length * limits.connections + (observability.listen ? MONITORING : 0) + OTHERS;
}

/** How many the process may open; undefined where the system does not say. */
export function descriptorsAllowed(readLimits = () => readFileSync('/proc/self/limits', 'utf8')): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(readLimits()) ?? [];
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Warns of a limit that is too low, and from then on when there is no descriptor left. @returns how to stop */
export function watchDescriptors(config: Config, warnings: Warnings, allowed = descriptorsAllowed()): () => void {
  const needed = descriptorsNeeded(config);
  if (allowed !== undefined && allowed < needed) {
    warnings.raise(
      'DESCRIPTORS_LOW',
      `The process may open ${allowed} files and needs up to ${needed} under limits.connections: raise ulimit -n (LimitNOFILE), or lower limits.connections.`,
    );
  }
  const timer = setInterval(() => checkDescriptors(warnings), INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

/** WHY NOT waiting for an error: a connection that finds no descriptor is dropped by libuv, which tells nobody. */
export function checkDescriptors(warnings: Warnings, open = () => closeSync(openSync('/dev/null', 'r'))): void {
  try {
    open();
    warnings.clear('DESCRIPTORS_EXHAUSTED');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EMFILE' && code !== 'ENFILE') return;
    warnings.raise(
      'DESCRIPTORS_EXHAUSTED',
      `The process has no file descriptor left (${code}), so connections are dropped and files are not read: raise ulimit -n (LimitNOFILE), or lower limits.connections.`,
    );
  }
}
