// The address of a server, as the driver takes it and as people may see it.
import type { RedisOptions } from 'ioredis';
import { parseStoreUrl } from '../../config/store-url.ts';

export interface Address {
  /** Host or path, login, TLS. */
  readonly options: RedisOptions;
  readonly database: number;
  /** Without credentials. */
  readonly shown: string;
}

/** @throws when the URL names no Redis server; the message does not repeat it, for it may hold a password */
export function parseAddress(url: string): Address {
  const location = parseStoreUrl(url);
  if ('problem' in location) throw new Error(`the store URL ${location.problem}`);
  if (location.kind === 'embedded') throw new Error('the store URL names no Redis server');
  const { username, password, database } = location;
  const login = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  };
  if (location.kind === 'redis_unix') {
    const shown = `redis+unix://${location.path}?db=${database}`;
    return { options: { ...login, path: location.path }, database, shown };
  }
  const { host, port, tls } = location;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    options: { ...login, host, port, ...(tls ? { tls: {} } : {}) },
    database,
    shown: `${tls ? 'rediss' : 'redis'}://${shownHost}:${port}/${database}`,
  };
}
