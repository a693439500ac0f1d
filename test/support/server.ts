// A real server process of its own, on free ports and in a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For suites that are about answers, not about speed: a store may take far longer than one does on a busy machine. */
export const PATIENCE = { TOLLGATE_STORE_COMMAND_TIMEOUT_MS: '5000' };

export interface ServerOptions {
  /** A store URL; absent means the embedded engine. */
  readonly store?: string;
  /** It is not there, or not to be used: the server starts all the same, and is not waited for until it has met it. */
  readonly isStoreAway?: boolean;
  /** Text of the policy file; absent means the example policy. */
  readonly policy?: string;
  /** A folder to use again, for a server that is started a second time. */
  readonly folder?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningServer {
  readonly decision: string;
  readonly management: string;
  readonly folder: string;
  readonly policyFile: string;
  readonly process: ChildProcess;
  readonly pid: number;
  /** Every line of the log so far. */
  readonly log: string[];
  /** What it has written to standard error so far. */
  readonly stderr: () => string;
  /** Stops it as an operator would. @returns the exit code */
  stop(): Promise<number | null>;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
}

/** Starts `dist/main.js serve` and waits until it serves. @throws with what it wrote to standard error if it exits */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'tollgate-'));
  const policyFile = join(folder, 'policy.yaml');
  if (options.policy !== undefined) writeFileSync(policyFile, options.policy);
  const args = [
    '--data-dir',
    join(folder, 'data'),
    '--listen',
    '127.0.0.1:0',
    ...(options.store === undefined ? [] : ['--store', options.store]),
    ...(options.policy === undefined ? [] : ['--policy', policyFile]),
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, ['dist/main.js', 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The tests' own switches are none of the server's.
    env: { ...process.env, TOLLGATE_FAULTS: undefined, ...options.env },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const log: string[] = [];
  // `close`, not `exit`: only then all that it wrote has been read.
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const serving = new Promise<{ decision: string; management: string }>((resolve, reject) => {
    let hasStore = options.isStoreAway ?? false;
    let addresses: { decision: string; management: string } | undefined;
    // Not readline, which in Node 26 ends a line at U+2028, too.
    let rest = '';
    const read = (line: string) => {
      log.push(line);
      const entry = line.startsWith('{') ? JSON.parse(line) : {};
      if (entry.msg === 'the store answers: serving') hasStore = true;
      if (entry.msg === 'serving') addresses = entry;
      if (addresses && hasStore) resolve(addresses);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) read(line);
    });
    child.stdout.once('end', () => {
      if (rest !== '') read(rest);
    });
    exited.then((code) => reject(new Error(`the server exited with ${code}: ${stderr}`)));
  });
  const { decision, management } = await serving;
  return {
    decision,
    management,
    folder,
    policyFile,
    process: child,
    pid: child.pid ?? 0,
    log,
    stderr: () => stderr,
    stop: async () => {
      child.kill('SIGTERM');
      const code = await exited;
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
      return code;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
