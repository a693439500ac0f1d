// The configuration of one server: flags over environment over file over defaults, checked once and frozen.
// Behind this file nobody reads the environment, parses an address or wonders about a unit.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '../host/startup-error.ts';
import { type NamedPattern, patternProblem } from '../redaction/operator-rules.ts';
import type { ConfigFlags } from './flags.ts';
import { KEYS, type KeyValue } from './keys.ts';
import { type Environment, envLayer, fileLayer, flagLayer } from './layers.ts';
import { interpretListeners, type ListenersConfig, listenerSources } from './listeners.ts';
import { Places } from './places.ts';
import { SECRET_MASK, Secret } from './secret.ts';
import { Settings } from './settings.ts';
import { maskedStoreUrl, parseStoreUrl, type StoreLocation } from './store-url.ts';

/** In force until the operator names a policy: the same two folders up from src/config and from dist/config. */
const EXAMPLE_POLICY = fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));
const OWN_KEY_PREFIX = 'tollgate:';

export interface Config extends ListenersConfig {
  readonly dataDir: string;
  readonly store: {
    readonly kind: StoreLocation['kind'];
    /** As configured; it may hold a password. */
    readonly url: Secret;
    /** The URL as it may be shown, the password masked. */
    readonly urlMasked: string;
    readonly commandTimeoutMs: number;
    /** How long AppendAudit and FinishRun may take, on either engine. */
    readonly writeTimeouts: { readonly appendMs: number; readonly finishMs: number };
    /** How many replicas must confirm what must not be lost, and how long they may take; 0 asks none. */
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
  };
  readonly policy: { readonly file: string; readonly watch: boolean };
  readonly authorize: { readonly require: { readonly identity: boolean; readonly session: boolean } };
  readonly assertedFacts: 'none' | 'decisions' | 'all';
  readonly decisionLog: 'all' | 'effects' | 'off';
  readonly decisions: { readonly retentionMs: number; readonly perSessionMax: number };
  readonly sessions: { readonly maxLivePerAgent: number; readonly endedRetentionMs: number };
  readonly runs: { readonly idleTimeoutMs: number; readonly retentionMs: number };
  readonly redaction: {
    readonly patterns: readonly NamedPattern[];
    readonly knownValuesFile: string | undefined;
    readonly keyFile: string;
    /** Nobody has named the file, so it may be made. */
    readonly mayCreateKey: boolean;
  };
  readonly ledger: {
    /** Undefined: nothing is signed. */
    readonly keyFile: string | undefined;
    /** Nobody has named the file, so it may be made. */
    readonly mayCreateKey: boolean;
    readonly keyName: string;
    readonly publicKeysFile: string;
    readonly checkpointIntervalMs: number;
  };
  readonly limits: {
    readonly requestBytes: number;
    readonly appendBytes: number;
    readonly metadataBytes: number;
    readonly connections: number;
    readonly streamsPerConnection: number;
    readonly unknownShare: number;
    readonly unknownPerAddress: number;
    readonly inFlight: number;
    readonly inFlightPerCaller: number;
    readonly handshakeMs: number;
    readonly stallMs: number;
    readonly idleMs: number;
    readonly keepaliveMs: number;
    readonly controlBytesPerS: number;
    readonly receivingBytes: number;
  };
  readonly sweep: { readonly intervalMs: number };
  readonly shutdown: { readonly graceMs: number; readonly delayMs: number };
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' };
}

export interface ConfigSource {
  readonly key: string;
  /** The value in force, safe to show: paths are absolute, passwords masked. */
  readonly value: KeyValue;
  /** `default`, `file tollgate.yaml:12`, `env TOLLGATE_STORE_URL` or `flag --store`. */
  readonly origin: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Every key, in the schema's order. */
  readonly sources: readonly ConfigSource[];
}

export interface ConfigInput {
  readonly flags: ConfigFlags;
  readonly env: Environment;
  readonly cwd: string;
}

/**
 * Loads the configuration and freezes it. It reads one file and opens nothing else.
 *
 * @throws StartupError with a line for every problem in the file, the environment and the flags; also for those in a value
 *   that a stronger source overrides, because the day that source goes away is a bad day to find them
 */
export function loadConfig({ flags, env, cwd }: ConfigInput): LoadedConfig {
  const file = fileLayer({ flags, env, cwd });
  const layers = [...(file === undefined ? [] : [file]), envLayer({ env, cwd }), flagLayer({ flags, cwd })];
  const problems = layers.flatMap((layer) => layer.problems);
  if (problems.length > 0) throw new StartupError(problems);

  const settings = new Settings(layers, cwd);
  const config = deepFreeze(interpret(settings));
  return { config, sources: deepFreeze(describe(settings, config)) };
}

/** Gives the settings their meaning: addresses, paths and units. */
function interpret(settings: Settings): Config {
  const places = interpretPlaces(settings);
  const at = settings;
  return {
    dataDir: places.dataDir,
    ...places.listeners,
    store: {
      kind: places.store.kind,
      url: new Secret(at.string('store.url')),
      urlMasked: maskedStoreUrl(places.store),
      commandTimeoutMs: at.number('store.command_timeout_ms'),
      writeTimeouts: {
        appendMs: at.number('store.append_timeout_ms'),
        finishMs: at.number('store.finish_timeout_ms'),
      },
      confirm: {
        replicas: at.string('store.consistency') === 'replicated' ? at.number('store.replicas') : 0,
        timeoutMs: at.number('store.replication_timeout_ms'),
      },
      require: {
        noeviction: at.boolean('store.require.noeviction'),
        durability: at.string('store.require.durability') as Config['store']['require']['durability'],
      },
      sentinelPassword: at.isSet('store.sentinel_password')
        ? new Secret(at.string('store.sentinel_password'))
        : undefined,
      login: places.login,
      tls: places.tls,
      identityKeyPrefix: at.string('store.identity_key_prefix'),
      mapSizeBytes: at.number('store.map_size_mib') * 1024 * 1024,
    },
    policy: { file: places.policyFile, watch: at.boolean('policy.watch') },
    authorize: {
      require: {
        identity: at.boolean('authorize.require.identity'),
        session: at.boolean('authorize.require.session'),
      },
    },
    assertedFacts: at.string('asserted_facts') as Config['assertedFacts'],
    decisionLog: at.string('decision_log') as Config['decisionLog'],
    decisions: {
      retentionMs: at.number('decisions.retention_s') * 1000,
      perSessionMax: at.number('decisions.per_session_max'),
    },
    sessions: {
      maxLivePerAgent: at.number('sessions.max_live_per_agent'),
      endedRetentionMs: at.number('sessions.ended_retention_s') * 1000,
    },
    runs: {
      idleTimeoutMs: at.number('runs.idle_timeout_s') * 1000,
      retentionMs: at.number('runs.retention_s') * 1000,
    },
    redaction: places.redaction,
    ledger: { ...places.ledger, checkpointIntervalMs: at.number('ledger.checkpoint_interval_s') * 1000 },
    limits: {
      requestBytes: at.number('limits.request_bytes'),
      appendBytes: at.number('limits.append_bytes'),
      metadataBytes: at.number('limits.metadata_bytes'),
      connections: at.number('limits.connections'),
      streamsPerConnection: at.number('limits.streams_per_connection'),
      unknownShare: at.number('limits.unknown_percent') / 100,
      unknownPerAddress: at.number('limits.unknown_per_address'),
      inFlight: at.number('limits.in_flight'),
      inFlightPerCaller: at.number('limits.in_flight_per_caller'),
      handshakeMs: at.number('limits.handshake_s') * 1000,
      stallMs: at.number('limits.stall_s') * 1000,
      idleMs: at.number('limits.idle_s') * 1000,
      keepaliveMs: at.number('limits.keepalive_s') * 1000,
      controlBytesPerS: at.number('limits.control_bytes_per_s'),
      receivingBytes: at.number('limits.receiving_mib') * 1024 * 1024,
    },
    sweep: { intervalMs: at.number('sweep.interval_ms') },
    shutdown: { graceMs: at.number('shutdown.grace_ms'), delayMs: at.number('shutdown.delay_ms') },
    log: { level: at.string('log.level') as Config['log']['level'] },
  };
}

/** @throws StartupError with every address, path and prefix that means nothing or something dangerous */
function interpretPlaces(settings: Settings) {
  const places = new Places(settings);
  const dataDir = places.path('data_dir');
  const policyFile = places.pathIfSet('policy.file') ?? EXAMPLE_POLICY;
  const listeners = interpretListeners(places, dataDir);
  const store = places.accept('store.url', parseStoreUrl(settings.string('store.url')));
  const prefix = settings.string('store.identity_key_prefix');
  if (prefix.startsWith(OWN_KEY_PREFIX) || OWN_KEY_PREFIX.startsWith(prefix)) {
    places.refuse('store.identity_key_prefix', `must not overlap with Tollgate's own keys, ${OWN_KEY_PREFIX}`);
  }
  const tls = { ca: places.pathIfSet('store.tls.ca_file'), ...places.keyPair('store.tls') };
  const login = {
    usernameFile: places.pathIfSet('store.username_file'),
    passwordFile: places.pathIfSet('store.password_file'),
  };
  if (store) refuseIdle(places, store);
  const redaction = interpretRedaction(places, dataDir);
  const ledger = interpretLedger(places, store?.kind === 'embedded' ? dataDir : undefined, dataDir);

  if (places.problems.length > 0 || !listeners || !store) throw new StartupError(places.problems);
  return { dataDir, policyFile, listeners, store, tls, login, redaction, ledger };
}

function interpretRedaction(places: Places, dataDir: string): Config['redaction'] {
  const patterns = places.settings.list<NamedPattern>('redaction.patterns');
  for (const [index, { name, pattern }] of patterns.entries()) {
    const isTwice = patterns.findIndex((one) => one.name === name) < index;
    const problem = isTwice ? 'has the name of an entry before it' : patternProblem(pattern);
    if (problem !== undefined) places.refuse(`redaction.patterns[${index}] (${name})`, problem, 'redaction.patterns');
  }
  const keyFile = places.pathIfSet('redaction.key_file');
  return {
    patterns,
    knownValuesFile: places.pathIfSet('redaction.known_values_file'),
    keyFile: keyFile ?? join(dataDir, 'redaction.key'),
    mayCreateKey: keyFile === undefined,
  };
}

/** @param madeIn  where a key may be made: several servers on one store must not each make their own */
function interpretLedger(places: Places, madeIn: string | undefined, dataDir: string) {
  const keyName = places.settings.string('ledger.key_name');
  if (/[\s+\p{Cc}]/u.test(keyName)) places.refuse('ledger.key_name', 'must hold no blanks and no +');
  const named = places.pathIfSet('ledger.key_file');
  return {
    keyFile: named ?? (madeIn && join(madeIn, 'ledger.key')),
    mayCreateKey: named === undefined,
    keyName,
    publicKeysFile: places.pathIfSet('ledger.public_keys_file') ?? join(dataDir, 'ledger.pub'),
  };
}

/** A switch that would do nothing is a mistake: its owner believes that it protects. */
function refuseIdle(places: Places, store: StoreLocation): void {
  const { settings } = places;
  const isTls = 'tls' in store && store.tls;
  for (const key of ['store.tls.ca_file', 'store.tls.cert_file']) {
    if (settings.isSet(key) && !isTls) places.refuse(key, 'needs a store URL that begins with rediss');
  }
  for (const key of ['store.username_file', 'store.password_file']) {
    if (!settings.isSet(key)) continue;
    if (store.kind === 'embedded') places.refuse(key, 'needs a store in Redis');
    else if (store.password !== undefined) places.refuse(key, 'the store URL holds a login already; keep one of them');
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
    places.refuse('store.require.durability', 'only a store in Redis can fall short of it');
  }
}

function describe(settings: Settings, config: Config): ConfigSource[] {
  const interpreted: Readonly<Record<string, KeyValue>> = {
    data_dir: config.dataDir,
    'store.url': config.store.urlMasked,
    'store.sentinel_password': config.store.sentinelPassword === undefined ? '' : SECRET_MASK,
    'store.username_file': config.store.login.usernameFile ?? '',
    'store.password_file': config.store.login.passwordFile ?? '',
    'store.tls.ca_file': config.store.tls.ca ?? '',
    'store.tls.cert_file': config.store.tls.cert ?? '',
    'store.tls.key_file': config.store.tls.key ?? '',
    'policy.file': config.policy.file,
    'redaction.patterns': JSON.stringify(config.redaction.patterns),
    'redaction.known_values_file': config.redaction.knownValuesFile ?? '',
    'redaction.key_file': config.redaction.keyFile,
    'ledger.key_file': config.ledger.keyFile ?? '',
    'ledger.public_keys_file': config.ledger.publicKeysFile,
    ...Object.fromEntries(listenerSources(config)),
  };
  return KEYS.map(({ key }) => ({
    key,
    value: interpreted[key] ?? settings.value(key)!,
    origin: settings.originOf(key),
  }));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
