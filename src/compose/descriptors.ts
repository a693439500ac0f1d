// Warns at the start if the process may open too few file descriptors, and later when none are left. Without a free descriptor,
// libuv accepts and drops connections, and no file can be read.
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { LISTENERS } from '../config/sections/listeners.ts';
import type { Warnings } from '../telemetry/warnings.ts';

const INTERVAL_MS = 1_000;
/** For the store and its connections, the followed files, the log, and Node itself. */
const OTHERS = 128;
/** For the monitoring listener. */
const MONITORING = 32;

/** How many descriptors the process may need under its configured limits. */
export function descriptorsNeeded({ limits, observability }: Pick<Config, 'limits' | 'observability'>): number {
  return LISTENERS.length * limits.connections + (observability.listen ? MONITORING : 0) + OTHERS;
}

/** How many descriptors the process may open; undefined if the system does not tell. */
export function descriptorsAllowed(readLimits = () => readFileSync('/proc/self/limits', 'utf8')): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(readLimits()) ?? [];
    return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Warns of a limit that is too low, then watches for free descriptors. @returns how to stop */
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

/** WHY NOT wait for an error: libuv drops a connection without a descriptor and reports nothing. */
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
