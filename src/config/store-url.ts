// The store's URL. Strict and by hand: a URL parser accepts `redis://host/db?tls` and quietly ignores half of it.
// Problems never quote the URL, because what does not parse cannot be masked.

import { SECRET_MASK, Secret } from './secret.ts';

export type StoreLocation =
  | { readonly kind: 'embedded' }
  | (RedisLogin & { readonly kind: 'redis'; readonly host: string; readonly port: number; readonly tls: boolean })
  | (RedisLogin & { readonly kind: 'redis_unix'; readonly path: string });

interface RedisLogin {
  /** Absent means Redis's default user. Never without a password. */
  readonly username?: string;
  readonly password?: Secret;
  readonly database: number;
}

const LOGIN = '(?:(?<username>[^:@/?#]*):(?<password>[^@/?#]*)@)?';
const TCP = new RegExp(
  `^(?<scheme>rediss?)://${LOGIN}(?<host>\\[[0-9a-fA-F:.]+\\]|[\\w.-]+)(?::(?<port>\\d{1,5}))?(?:/(?<database>\\d{1,5})?)?$`,
);
const UNIX = new RegExp(`^redis\\+unix://${LOGIN}(?<path>/[^?#]+)(?:\\?db=(?<database>\\d{1,5}))?$`);

export const REDIS_PORT_DEFAULT = 6379;

/** Reads a store URL, or says what is wrong with it without repeating it. */
export function parseStoreUrl(text: string): StoreLocation | { readonly problem: string } {
  if (text === 'embedded') return { kind: 'embedded' };
  const parts = (TCP.exec(text) ?? UNIX.exec(text))?.groups;
  if (parts === undefined) {
    return {
      problem:
        'must be embedded, redis://[user:password@]host[:port][/db], rediss://… or redis+unix://[user:password@]/path[?db=n], ' +
        'with special characters in user and password percent-encoded',
    };
  }
  const login = parseLogin(parts);
  if ('problem' in login) return login;
  if (parts.path !== undefined) return { kind: 'redis_unix', path: parts.path, ...login };

  const port = Number(parts.port ?? REDIS_PORT_DEFAULT);
  if (port < 1 || port > 65535) return { problem: 'the port must be between 1 and 65535' };
  const host = parts.host!.replace(/^\[|\]$/g, '');
  return { kind: 'redis', host, port, tls: parts.scheme === 'rediss', ...login };
}

/** The URL as it may be shown: the password is masked, what was left out is filled in. */
export function maskedStoreUrl(location: StoreLocation): string {
  if (location.kind === 'embedded') return 'embedded';
  const user = encodeURIComponent(location.username ?? '');
  const login = location.password === undefined ? '' : `${user}:${SECRET_MASK}@`;
  if (location.kind === 'redis_unix') return `redis+unix://${login}${location.path}?db=${location.database}`;
  const host = location.host.includes(':') ? `[${location.host}]` : location.host;
  return `${location.tls ? 'rediss' : 'redis'}://${login}${host}:${location.port}/${location.database}`;
}

function parseLogin(parts: Record<string, string | undefined>): RedisLogin | { readonly problem: string } {
  const database = Number(parts.database ?? 0);
  if (parts.password === undefined) return { database };
  if (parts.password === '') return { problem: 'the password is empty' };
  try {
    const password = new Secret(decodeURIComponent(parts.password));
    const username = decodeURIComponent(parts.username ?? '');
    return username === '' ? { password, database } : { username, password, database };
  } catch {
    return { problem: 'user or password is not percent-encoded correctly' };
  }
}
