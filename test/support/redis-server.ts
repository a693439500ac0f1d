// A real redis-server for tests: a child of this process on a free port, with a directory of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Ends the server and removes its directory; harmless when done twice. */
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** A free one if left out. */
  readonly port?: number;
  /** How an append-only file is flushed; without it nothing is persisted. */
  readonly appendonly?: 'always' | 'everysec' | 'no';
  /** Further settings, each `--name`, value. */
  readonly args?: readonly string[];
}

const START_WAIT_MS = 10_000;

/** Starts a server and waits until it answers. Installs one if the machine has none and allows it. */
export async function startRedis({ port, appendonly, args = [] }: RedisServerOptions = {}): Promise<RedisServer> {
  ensureRedis();
  const chosen = port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-redis-'));
  const persistence = appendonly ? ['--appendonly', 'yes', '--appendfsync', appendonly] : ['--appendonly', 'no'];
  const child = spawn(
    'redis-server',
    ['--port', `${chosen}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...persistence, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const dismiss = endWithUs(child);
  const stop = async () => {
    dismiss();
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(child, chosen);
  } catch (error) {
    await stop();
    throw new Error(`redis-server did not start: ${output.slice(-500)}`, { cause: error });
  }
  return { port: chosen, url: `redis://127.0.0.1:${chosen}/0`, pid: child.pid!, stop };
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

let isInstalled = false;

/** Makes sure that there is a redis-server to start, or says how to install it. Never skips in silence. */
export function ensureRedis(): void {
  isInstalled ||= isOnPath() || install();
  if (!isInstalled) {
    throw new Error(
      'these tests need redis-server 6.2 or newer: install it, for instance with apt-get install redis-server',
    );
  }
}

function isOnPath(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** Debian's package, as root only; its service is kept from starting. */
function install(): boolean {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  spawnSync('apt-get', ['update'], { env });
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], { env });
  return isOnPath();
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_WAIT_MS;
  while (!(await answersPing(port))) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error('it does not answer');
    await new Promise((resolve) => setTimeout(resolve, 20));
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

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    // Nothing of a test's server is worth saving, and a stopped one hears only this.
    child.kill('SIGKILL');
  });
}
