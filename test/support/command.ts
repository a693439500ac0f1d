// The command line as an operator uses it: one process per call, in a folder of its own.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = resolve('dist/main.js');

/** Runs `tollgate` with these arguments to its end; kills it when it takes too long, which is `code: null`. */
export function tollgate(
  args: readonly string[],
  { cwd, env, withinMs = 20_000 }: { cwd: string; env?: Readonly<Record<string, string>>; withinMs?: number },
): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, TOLLGATE_FAULTS: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: withinMs,
    killSignal: 'SIGKILL',
  });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code) => settle({ code, ...text }));
  });
}

/** The lines of a text, the end of the last one aside. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
