// A real redis-server for tests: a child of this process on a free port, with a directory of its own.
import { spawnSync } from 'node:child_process';
import { freePort } from './free-port.ts';
import { type RedisProcess, startRedisProcess } from './redis-process.ts';

export { freePort };

export interface RedisServer extends RedisProcess {
  readonly url: string;
}

export interface RedisServerOptions {
  /** A free one if left out. */
  readonly port?: number;
  /** How an append-only file is flushed; without it nothing is persisted. */
  readonly appendonly?: 'always' | 'everysec' | 'no';
  /** Where it finds and leaves its data; if left out, a new directory that goes when the server is stopped. */
  readonly folder?: string;
  /** Further settings, each `--name`, value. */
  readonly args?: readonly string[];
}

/** Starts a server and waits until it answers. Installs one if the machine has none and allows it. */
export async function startRedis({
  port,
  appendonly,
  folder,
  args = [],
}: RedisServerOptions = {}): Promise<RedisServer> {
  ensureRedis();
  const persistence = appendonly ? ['--appendonly', 'yes', '--appendfsync', appendonly] : ['--appendonly', 'no'];
  const started = await startRedisProcess({
    port: port ?? (await freePort()),
    kind: 'server',
    settings: ['--save', '', ...persistence, ...args],
    folder,
  });
  return Object.assign(started, { url: `redis://127.0.0.1:${started.port}/0` });
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
