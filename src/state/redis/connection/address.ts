// The address of a store, as the driver takes it and as people may see it.
import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';
import { type HostPort, parseStoreUrl, type StoreLocation, storeUrlText } from '../../../config/store-url.ts';

export interface TlsFiles {
  /** PEM texts. Without a CA the system's are trusted. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What identifies us to the servers. */
export interface Login {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: TlsFiles | undefined;
}

/** A login that may change while the store is open. */
export interface LoginSource {
  /** For a new connection. */
  current(): Login;
  /** The one that open connections should have. */
  latest(): Login;
  /** A server has accepted it, or refused it. */
  accepted(login: Login): void;
  refused(login: Login): void;
  /** @returns how to stop listening */
  onChange(listener: () => void): () => void;
}

export interface AddressOptions {
  readonly url: string;
  /** In place of `tls` and of the URL's login, where it names one. */
  readonly login?: LoginSource | undefined;
  readonly tls?: TlsFiles | undefined;
  /** The password of the Sentinels themselves; that of the servers is in the URL. */
  readonly sentinelPassword?: string | undefined;
}

export interface Address {
  readonly database: number;
  /** Without credentials. */
  readonly shown: string;
  /** One server: host or path or Sentinels, login, TLS. Undefined for a cluster. */
  readonly server: RedisOptions | undefined;
  /** Some servers of a cluster, and how to reach any of them. */
  readonly cluster: { readonly nodes: readonly HostPort[]; readonly shared: RedisOptions } | undefined;
  /** Puts a login into the options of a connection that is about to be made. */
  readonly identify: (options: RedisOptions, login: Login) => void;
}

/** @throws when the URL names no Redis; the message does not repeat it, for it may hold a password */
export function addressOf({ url, login, tls = login?.current().tls, sentinelPassword }: AddressOptions): Address {
  const location = parseStoreUrl(url);
  if ('problem' in location) throw new Error(`the store URL ${location.problem}`);
  if (location.kind === 'embedded') throw new Error('the store URL names no Redis');
  const shared = { ...loginOf(location), ...tlsOf(location, tls) };
  const { database } = location;
  const shown = storeUrlText(location);
  const identify: Address['identify'] = (options, { username, password, tls: files }) => {
    // A login in the URL stays where no file names another.
    if (password !== undefined) Object.assign(options, { username, password });
    Object.assign(options, tlsOf(location, files));
  };
  switch (location.kind) {
    case 'redis_unix':
      return { server: { ...shared, path: location.path }, cluster: undefined, database, shown, identify };
    case 'redis':
      return {
        server: { ...shared, host: location.host, port: location.port },
        cluster: undefined,
        database,
        shown,
        identify,
      };
    case 'redis_sentinel':
      return {
        server: { ...shared, ...sentinelsOf(location, sentinelPassword) },
        cluster: undefined,
        database,
        shown,
        identify,
      };
    case 'redis_cluster':
      return { server: undefined, cluster: { nodes: location.nodes, shared }, database, shown, identify };
  }
}

type RedisLocation = Exclude<StoreLocation, { kind: 'embedded' }>;

function loginOf({ username, password }: RedisLocation): RedisOptions {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  };
}

function tlsOf(location: RedisLocation, files: TlsFiles = {}): RedisOptions {
  if (location.kind === 'redis_unix' || !location.tls) return {};
  const tls: ConnectionOptions = {
    ...(files.ca === undefined ? {} : { ca: files.ca }),
    ...(files.cert === undefined ? {} : { cert: files.cert }),
    ...(files.key === undefined ? {} : { key: files.key }),
  };
  // With Sentinels both hops are encrypted, or neither is.
  return { tls, ...(location.kind === 'redis_sentinel' ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {}) };
}

function sentinelsOf(
  { sentinels, name }: Extract<RedisLocation, { kind: 'redis_sentinel' }>,
  password: string | undefined,
): RedisOptions {
  return {
    sentinels: sentinels.map((sentinel) => ({ ...sentinel })),
    name,
    role: 'master',
    ...(password === undefined ? {} : { sentinelPassword: password }),
  };
}
