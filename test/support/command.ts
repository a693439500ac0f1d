// The command line as an operator uses it: one process per call, in a folder of its own.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = resolve('dist/main.js');

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly withinMs?: number;
  /** A file that takes standard output, which then is not in what is returned. */
  readonly stdoutTo?: string;
  /** Sends a signal once it has resolved. */
  readonly interruptAfter?: () => Promise<void>;
}

/** Runs `tollgate` with these arguments to its end; kills it when it takes too long, which is `code: null`. */
export function tollgate(args: readonly string[], options: RunOptions): Promise<Ran> {
  const { cwd, env, withinMs = 60_000, stdoutTo, interruptAfter } = options;
  const output = stdoutTo === undefined ? 'pipe' : openSync(stdoutTo, 'w');
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, TOLLGATE_FAULTS: undefined, ...env },
    stdio: ['ignore', output, 'pipe'],
    timeout: withinMs,
    killSignal: 'SIGKILL',
  });
  if (typeof output === 'number') closeSync(output);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  interruptAfter?.().then(() => child.kill('SIGINT'));
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code) => settle({ code, ...text }));
  });
}

/** The lines of a text, the end of the last one aside. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
