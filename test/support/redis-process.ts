// One process of Redis for tests, whatever its part: a child of this one on loopback, with a directory of its own, that
// can be killed, stopped in its tracks and started again on what it left behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface RedisProcess {
  readonly port: number;
  /** Another one after a restart. */
  readonly pid: number;
  /** What a crash does: SIGKILL. Its directory stays; known afterwards: it is gone. */
  kill(): Promise<void>;
  /** It stands still with its connections open, until it is resumed or killed. */
  pause(): void;
  resume(): void;
  /** Starts it again, on its port and directory; kills it first if it runs. Known afterwards: it answers. */
  restart(): Promise<void>;
  /**
   * Sends it one command on a connection of its own.
   *
   * @throws its error reply, or that it did not answer within some seconds
   */
  ask(command: string, ...words: (string | number)[]): Promise<unknown>;
  /** Ends it and removes its directory; harmless when done twice. */
  stop(): Promise<void>;
}

export interface RedisProcessOptions {
  readonly port: number;
  /** How it gets its settings: with each start, once in a file that it may rewrite, or the same as a sentinel. */
  readonly kind: 'server' | 'rewriting' | 'sentinel';
  /** Each `--name`, then its values. */
  readonly settings: readonly string[];
  /** Where it keeps its data, and then {@link RedisProcess.stop} leaves it there; one of its own if left out. */
  readonly folder?: string | undefined;
  /** What has to be said to it after each start. */
  readonly onStart?: (started: RedisProcess) => Promise<unknown>;
}

const START_WAIT_MS = 30_000;
const ANSWER_WAIT_MS = 5_000;

/** Starts a process and waits until it answers. */
export async function startRedisProcess(options: RedisProcessOptions): Promise<RedisProcess> {
  const { port, onStart } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'tollgate-redis-'));
  const words = commandLine(options, folder);
  let running = run(words);
  const started: RedisProcess = {
    port,
    get pid() {
      return running.child.pid!;
    },
    kill: () => running.end(),
    pause: () => void running.child.kill('SIGSTOP'),
    resume: () => void running.child.kill('SIGCONT'),
    async restart() {
      await running.end();
      running = run(words);
      await untilReady(running, port);
      await onStart?.(started);
    },
    ask: (command, ...rest) => askOnce(port, command, rest),
    async stop() {
      await running.end();
      if (!options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await untilReady(running, port);
    await onStart?.(started);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return started;
}

function commandLine({ port, kind, settings }: RedisProcessOptions, folder: string): string[] {
  const all = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, ...settings];
  if (kind === 'server') return all;
  const file = join(folder, 'redis.conf');
  writeFileSync(file, asLines(all));
  // The server's program is also the sentinel's; the other name is in a package that a machine may lack.
  return kind === 'sentinel' ? [file, '--sentinel'] : [file];
}

function asLines(settings: readonly string[]): string {
  return settings.map((word) => (word.startsWith('--') ? `\n${word.slice(2)}` : ` ${word || '""'}`)).join('');
}

interface Running {
  readonly child: ChildProcess;
  output(): string;
  end(): Promise<void>;
}

function run(words: readonly string[]): Running {
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const dismiss = endWithUs(child);
  return {
    child,
    output: () => output,
    end() {
      dismiss();
      return ended(child);
    },
  };
}

/**
 * Sees to it that the server does not outlive this process, whose killing it would not notice: a shell that waits for
 * the end of our pipe. @returns ends the watch
 */
function endWithUs(child: ChildProcess): () => void {
  const watch = spawn('sh', ['-c', `read -r _; kill -9 ${child.pid}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  watch.unref();
  watch.stdin.on('error', () => {});
  return () => {
    watch.kill('SIGKILL');
    watch.stdin.destroy();
  };
}

async function untilReady({ child, output }: Running, port: number): Promise<void> {
  const deadline = Date.now() + START_WAIT_MS;
  while (!(await answersPing(port))) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`redis-server ended with ${end}: ${output().slice(-500)}`);
    if (Date.now() > deadline) throw new Error(`redis-server does not answer: ${output().slice(-500)}`);
    await sleep(20);
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => socket.write('PING\r\n'));
    socket.setTimeout(500, () => socket.destroy());
    socket.once('data', (reply) => {
      // A server that asks for a password is ready too.
      resolve(/^(\+PONG|-NOAUTH)/.test(String(reply)));
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(false));
  });
}

async function askOnce(port: number, command: string, words: readonly (string | number)[]): Promise<unknown> {
  const redis = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    connectTimeout: ANSWER_WAIT_MS,
    commandTimeout: ANSWER_WAIT_MS,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await redis.call(command, ...words);
  } finally {
    redis.disconnect();
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    // Nothing of a test's server is worth saving, and a stopped one hears only this.
    child.kill('SIGKILL');
  });
}
