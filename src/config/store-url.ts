// The store's URL. Strict and by hand: a URL parser accepts `redis://host/db?tls` and quietly ignores half of it.
// Problems never quote the URL, because what does not parse cannot be masked.

import { SECRET_MASK, Secret } from './secret.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export type StoreLocation =
  | { readonly kind: 'embedded' }
  | (RedisLogin & HostPort & { readonly kind: 'redis'; readonly tls: boolean })
  | (RedisLogin & { readonly kind: 'redis_unix'; readonly path: string })
  /** The master that these Sentinels know by this name. */
  | (RedisLogin & {
      readonly kind: 'redis_sentinel';
      readonly sentinels: readonly HostPort[];
      readonly name: string;
      readonly tls: boolean;
    })
  /** Some servers of a Redis Cluster, which know the others. */
  | (RedisLogin & { readonly kind: 'redis_cluster'; readonly nodes: readonly HostPort[]; readonly tls: boolean });

interface RedisLogin {
  /** Absent means Redis's default user. Never without a password. */
  readonly username?: string;
  readonly password?: Secret;
  readonly database: number;
}

const LOGIN = '(?:(?<username>[^:@/?#]*):(?<password>[^@/?#]*)@)?';
const HOST = '(?:\\[[0-9a-fA-F:.]+\\]|[\\w.-]+)';
const HOSTS = `(?<hosts>${HOST}(?::\\d{1,5})?(?:,${HOST}(?::\\d{1,5})?)*)`;
const DATABASE = '(?:/(?<database>\\d{1,5})?)?';
const FORMS = [
  new RegExp(`^(?<scheme>rediss?)://${LOGIN}(?<hosts>${HOST}(?::\\d{1,5})?)${DATABASE}$`),
  new RegExp(`^(?<scheme>redis\\+unix)://${LOGIN}(?<path>/[^?#]+)(?:\\?db=(?<database>\\d{1,5}))?$`),
  new RegExp(`^(?<scheme>rediss?\\+sentinel)://${LOGIN}${HOSTS}/(?<name>[\\w.-]+)${DATABASE}$`),
  new RegExp(`^(?<scheme>rediss?\\+cluster)://${LOGIN}${HOSTS}/?$`),
];

const REDIS_PORT_DEFAULT = 6379;
const SENTINEL_PORT_DEFAULT = 26379;

/** Reads a store URL, or says what is wrong with it without repeating it. */
export function parseStoreUrl(text: string): StoreLocation | { readonly problem: string } {
  if (text === 'embedded') return { kind: 'embedded' };
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) {
    return {
      problem:
        'must be embedded, redis://[user:password@]host[:port][/db], redis+unix://[user:password@]/path[?db=n], ' +
        'redis+sentinel://[user:password@]host[:port],…/name[/db] or redis+cluster://[user:password@]host[:port],…, ' +
        'or one with rediss for TLS, with special characters in user and password percent-encoded',
    };
  }
  const login = parseLogin(parts);
  if ('problem' in login) return login;
  if (parts.path !== undefined) return { kind: 'redis_unix', path: parts.path, ...login };

  const isSentinel = parts.scheme!.endsWith('+sentinel');
  const hosts = parts.hosts!.split(',').map((host) => hostPortOf(host, isSentinel));
  if (hosts.some(({ port }) => port < 1 || port > 65535)) return { problem: 'the port must be between 1 and 65535' };
  const tls = parts.scheme!.startsWith('rediss');
  if (isSentinel) return { kind: 'redis_sentinel', sentinels: hosts, name: parts.name!, tls, ...login };
  if (parts.scheme!.endsWith('+cluster')) return { kind: 'redis_cluster', nodes: hosts, tls, ...login };
  return { kind: 'redis', ...hosts[0]!, tls, ...login };
}

function hostPortOf(text: string, isSentinel: boolean): HostPort {
  const { host, port } = /^\[?(?<host>.+?)\]?(?::(?<port>\d{1,5}))?$/.exec(text)!.groups!;
  const portDefault = isSentinel ? SENTINEL_PORT_DEFAULT : REDIS_PORT_DEFAULT;
  return { host: host!, port: Number(port ?? portDefault) };
}

/** The URL as it may be shown: the password is masked, what was left out is filled in. */
export function maskedStoreUrl(location: StoreLocation): string {
  if (location.kind === 'embedded') return 'embedded';
  const user = encodeURIComponent(location.username ?? '');
  return storeUrlText(location, location.password === undefined ? '' : `${user}:${SECRET_MASK}@`);
}

/** The URL without any login, for descriptions. */
export function storeUrlText(location: Exclude<StoreLocation, { kind: 'embedded' }>, login = ''): string {
  if (location.kind === 'redis_unix') return `redis+unix://${login}${location.path}?db=${location.database}`;
  const scheme = location.tls ? 'rediss' : 'redis';
  switch (location.kind) {
    case 'redis':
      return `${scheme}://${login}${hostPortText(location)}/${location.database}`;
    case 'redis_sentinel': {
      const sentinels = location.sentinels.map(hostPortText).join(',');
      return `${scheme}+sentinel://${login}${sentinels}/${location.name}/${location.database}`;
    }
    case 'redis_cluster':
      return `${scheme}+cluster://${login}${location.nodes.map(hostPortText).join(',')}`;
  }
}

export function hostPortText({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
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
