// The store: where it is, how to log in to it, how long it may take, and what it must promise.
import type { Places } from '../places.ts';
import { SECRET_MASK, Secret } from '../secret.ts';
import { maskedStoreUrl, parseStoreUrl, type StoreLocation } from '../store-url.ts';

const OWN_KEY_PREFIX = 'tollgate:';

export interface StoreConfig {
  readonly kind: StoreLocation['kind'];
  /** As configured; it may hold a password. */
  readonly url: Secret;
  /** The URL as it may be shown, the password masked. */
  readonly urlMasked: string;
  readonly commandTimeoutMs: number;
  /** How long AppendAudit and FinishRun may take, on either engine. */
  readonly writeTimeouts: { readonly appendMs: number; readonly finishMs: number };
  /** How many replicas must confirm a write that must not be lost, and how long they may take; 0 asks none. */
  readonly confirm: { readonly replicas: number; readonly timeoutMs: number };
  readonly require: { readonly noeviction: boolean; readonly durability: 'memory' | 'aof_everysec' | 'aof_always' };
  readonly sentinelPassword: Secret | undefined;
  /** Paths of files with the login, in place of the URL's. */
  readonly login: { readonly usernameFile: string | undefined; readonly passwordFile: string | undefined };
  /** Paths of PEM files. */
  readonly tls: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  };
  readonly identityKeyPrefix: string;
  readonly mapSizeBytes: number;
}

/** Reads the section `store`. @returns undefined for a URL that was refused, which {@link Places} has noted */
export function interpretStore(places: Places): StoreConfig | undefined {
  const { settings } = places;
  const location = places.accept('store.url', parseStoreUrl(settings.string('store.url')));
  const identityKeyPrefix = settings.string('store.identity_key_prefix');
  if (identityKeyPrefix.startsWith(OWN_KEY_PREFIX) || OWN_KEY_PREFIX.startsWith(identityKeyPrefix)) {
    places.refuse('store.identity_key_prefix', `must not overlap with Tollgate's own keys, ${OWN_KEY_PREFIX}`);
  }
  const tls = { ca: places.pathIfSet('store.tls.ca_file'), ...places.keyPair('store.tls') };
  if (!location) return undefined;
  refuseIdle(places, location);
  return {
    kind: location.kind,
    url: new Secret(settings.string('store.url')),
    urlMasked: maskedStoreUrl(location),
    commandTimeoutMs: settings.number('store.command_timeout_ms'),
    writeTimeouts: {
      appendMs: settings.number('store.append_timeout_ms'),
      finishMs: settings.number('store.finish_timeout_ms'),
    },
    confirm: {
      replicas: settings.string('store.consistency') === 'replicated' ? settings.number('store.replicas') : 0,
      timeoutMs: settings.number('store.replication_timeout_ms'),
    },
    require: {
      noeviction: settings.boolean('store.require.noeviction'),
      durability: settings.string('store.require.durability') as StoreConfig['require']['durability'],
    },
    sentinelPassword: settings.isSet('store.sentinel_password')
      ? new Secret(settings.string('store.sentinel_password'))
      : undefined,
    login: {
      usernameFile: places.pathIfSet('store.username_file'),
      passwordFile: places.pathIfSet('store.password_file'),
    },
    tls,
    identityKeyPrefix,
    mapSizeBytes: settings.number('store.map_size_mib') * 1024 * 1024,
  };
}

/** Refuses a key that would have no effect: its owner believes that it protects. */
function refuseIdle(places: Places, store: StoreLocation): void {
  const { settings } = places;
  const isTls = 'tls' in store && store.tls;
  for (const key of ['store.tls.ca_file', 'store.tls.cert_file']) {
    if (settings.isSet(key) && !isTls) places.refuse(key, 'needs a store URL that begins with rediss');
  }
  for (const key of ['store.username_file', 'store.password_file']) {
    if (!settings.isSet(key)) continue;
    if (store.kind === 'embedded') places.refuse(key, 'needs a store in Redis');
    else if (store.password !== undefined) places.refuse(key, 'the store URL already holds a login; keep only one');
  }
  if (settings.isSet('store.username_file') && !settings.isSet('store.password_file')) {
    places.refuse('store.username_file', 'needs store.password_file');
  }
  if (settings.isSet('store.sentinel_password') && store.kind !== 'redis_sentinel') {
    places.refuse('store.sentinel_password', 'needs a store URL with +sentinel');
  }
  if (store.kind !== 'embedded') return;
  if (settings.string('store.consistency') !== 'local')
    places.refuse('store.consistency', 'replicated needs a store in Redis');
  if (settings.string('store.require.durability') !== 'memory' || settings.boolean('store.require.noeviction')) {
    places.refuse('store.require.durability', 'applies only to a store in Redis');
  }
}

/** The values of these keys as they are in force, without secrets. */
export function storeSources({ urlMasked, sentinelPassword, login, tls }: StoreConfig): [string, string][] {
  return [
    ['store.url', urlMasked],
    ['store.sentinel_password', sentinelPassword === undefined ? '' : SECRET_MASK],
    ['store.username_file', login.usernameFile ?? ''],
    ['store.password_file', login.passwordFile ?? ''],
    ['store.tls.ca_file', tls.ca ?? ''],
    ['store.tls.cert_file', tls.cert ?? ''],
    ['store.tls.key_file', tls.key ?? ''],
  ];
}
