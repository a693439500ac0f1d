// A real redis-server for tests: a child of this process on a free port, with a directory of its own.

import { ensureProgram } from './debian.ts';
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

/** Makes sure that there is a redis-server 6.2 or newer to start. */
export function ensureRedis(): void {
  ensureProgram(['redis-server', '--version'], 'redis-server');
}
