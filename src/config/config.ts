// The configuration of one server: flags over environment over file over defaults, checked once and frozen.
// After this file no code reads the environment, parses an address or converts a unit.

import { fileURLToPath } from 'node:url';
import { StartupError } from '../host/startup-error.ts';
import type { ConfigFlags } from './flags.ts';
import { KEYS, type KeyValue } from './keys.ts';
import { type Environment, envLayer, fileLayer, flagLayer } from './layers.ts';
import { Places } from './places.ts';
import { interpretLedger, type LedgerConfig, ledgerSources } from './sections/ledger.ts';
import { interpretLimits, type LimitsConfig } from './sections/limits.ts';
import { interpretListeners, type ListenersConfig, listenerSources } from './sections/listeners.ts';
import { interpretRedaction, type RedactionConfig, redactionSources } from './sections/redaction.ts';
import { interpretStore, type StoreConfig, storeSources } from './sections/store.ts';
import { Settings } from './settings.ts';

/** In force until the operator names a policy: two folders up from src/config and from dist/config. */
const EXAMPLE_POLICY = fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));

export interface Config extends ListenersConfig {
  readonly dataDir: string;
  readonly store: StoreConfig;
  readonly policy: { readonly file: string; readonly watch: boolean };
  readonly authorize: { readonly require: { readonly identity: boolean; readonly session: boolean } };
  readonly assertedFacts: 'none' | 'decisions' | 'all';
  readonly decisionLog: 'all' | 'effects' | 'off';
  readonly decisions: { readonly retentionMs: number; readonly perSessionMax: number };
  readonly sessions: { readonly maxLivePerAgent: number; readonly endedRetentionMs: number };
  readonly runs: { readonly idleTimeoutMs: number; readonly retentionMs: number };
  readonly redaction: RedactionConfig;
  readonly ledger: LedgerConfig;
  readonly limits: LimitsConfig;
  readonly sweep: { readonly intervalMs: number };
  readonly shutdown: { readonly graceMs: number; readonly delayMs: number };
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' };
}

interface ConfigSource {
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
 * @throws StartupError with a line for every problem in the file, the environment and the flags. A value that a stronger source
 *   overrides is checked as well: without that source, the server would not start
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

/** Gives the settings their meaning. @throws StartupError with every address, path and prefix that is refused */
function interpret(at: Settings): Config {
  const places = new Places(at);
  const dataDir = places.path('data_dir');
  const policyFile = places.pathIfSet('policy.file') ?? EXAMPLE_POLICY;
  const listeners = interpretListeners(places, dataDir);
  const store = interpretStore(places);
  const redaction = interpretRedaction(places, dataDir);
  const ledger = interpretLedger(places, { dataDir, hasOwnStore: store?.kind === 'embedded' });
  if (places.problems.length > 0 || !listeners || !store) throw new StartupError(places.problems);
  return {
    dataDir,
    ...listeners,
    store,
    policy: { file: policyFile, watch: at.boolean('policy.watch') },
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
    redaction,
    ledger,
    limits: interpretLimits(at),
    sweep: { intervalMs: at.number('sweep.interval_ms') },
    shutdown: { graceMs: at.number('shutdown.grace_ms'), delayMs: at.number('shutdown.delay_ms') },
    log: { level: at.string('log.level') as Config['log']['level'] },
  };
}

function describe(settings: Settings, config: Config): ConfigSource[] {
  const interpreted: Readonly<Record<string, KeyValue>> = Object.fromEntries([
    ['data_dir', config.dataDir],
    ['policy.file', config.policy.file],
    ...storeSources(config.store),
    ...redactionSources(config.redaction),
    ...ledgerSources(config.ledger),
    ...listenerSources(config),
  ]);
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
