// Joins the parts: the only file, with main.ts, that names concrete engines.
import { readFileSync } from 'node:fs';
import { type CallerBook, callersParser } from './config/callers-file.ts';
import type { Config } from './config/config.ts';
import { PolicySource } from './config/policy-source.ts';
import { Failure } from './core/failure.ts';
import { type Policy, parsePolicy } from './core/policy.ts';
import { type LedgerKey, openLedgerKey } from './ledger-key.ts';
import { DecisionFeed } from './pdp/decision-feed.ts';
import { IdentityCache } from './pdp/identity-cache.ts';
import type { Pdp } from './pdp/pdp.ts';
import { recordPolicySwap } from './pdp/policy-swap.ts';
import { sweep } from './pdp/sweep.ts';
import { readPem } from './read-pem.ts';
import { GrpcServer } from './rpc/server.ts';
import { StartupError } from './startup-error.ts';
import { lockDirectory } from './state/embedded/directory-lock.ts';
import { observedState, STORE_OPERATIONS } from './state/observed.ts';
import type { State } from './state/port.ts';
import type { RedisEvent } from './state/redis/state.ts';
import { MonitoringListener } from './telemetry/http.ts';
import { errorFields, type Logger } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { ProcessFacts } from './telemetry/process-metrics.ts';
import { openTraces, type Traces } from './telemetry/traces.ts';

export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

export interface Running {
  readonly decision: string;
  readonly management: string;
  /** Undefined where none is configured. */
  readonly observability: string | undefined;
  readonly store: string;
  readonly policyRevision: string;
  stop(): Promise<void>;
}

/**
 * Opens the state, loads the policy and serves.
 *
 * @throws StartupError, ConfigError or PolicyError, each a line that an operator can act on
 */
export async function serve(config: Config, log: Logger): Promise<Running> {
  const startedAtMs = Date.now();
  // Called later: a swap comes from a change of the file, which is followed once all is there, or is asked for.
  const policy = openPolicy(config, log, (revision, by) => {
    recordPolicySwap(pdp, revision, by).catch((error) => log.warn(errorFields(error), 'policy swap not recorded'));
  });
  // Runs once the server is there: not before does anything follow the file.
  const callers = openCallers(config, log, () => server.identifyAgain());
  const { state: store, close } = await openState(config, log);
  const ledgerKey = await openLedger(config, log).catch(async (error) => {
    await close();
    throw error;
  });
  const facts = serverFacts(store, policy, { startedAtMs, warnings: ledgerKey ? [] : [UNSIGNED] });
  const metrics = await openMetrics(config, {
    version: VERSION,
    policy: facts.policyInfo,
    store: () => store.info,
    // Asked at a scrape, and nothing is scraped before the server is there.
    isStoreUp: () => server.isStoreUp,
    callsInFlight: () => server.callsInFlight,
  });
  const traces = await traceCalls(config, log);
  const state = metrics ? observedState(store, metrics.ofStore(STORE_OPERATIONS)) : store;
  const pdp = pdpOf(config, { state, policy, ledgerKey });
  const server = new GrpcServer(config, {
    pdp,
    facts,
    log,
    sight: { metrics, traces },
    callers: () => callers?.current.policy ?? NOBODY,
  });
  const monitoring = monitoringOf(config, metrics, () => server.problems);
  const stopSweeping = startSweeping(config, pdp, log);

  const stop = async (): Promise<void> => {
    const endsAt = performance.now() + config.shutdown.graceMs;
    stopSweeping();
    policy.close();
    callers?.close();
    await server.stop();
    await close();
    await traces?.close(Math.min(endsAt - performance.now() - CLOSING_MS, FLUSH_MS_MAX));
    // Last, so that whoever asks is told all the while that this process is stopping.
    await monitoring?.close();
  };
  try {
    await monitoring?.bind();
    const addresses = await server.start();
    // Not before: all that a change is told to must be there.
    if (config.policy.watch) policy.follow();
    callers?.follow();
    if (config.store.kind === 'embedded') for (const warning of state.info.warnings) log.warn(warning);
    return {
      ...addresses,
      observability: monitoring?.text,
      store: state.info.description,
      policyRevision: policy.current.revision,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A collector that has not taken the last traces by then is away. */
const FLUSH_MS_MAX = 2_000;
/** Of the grace period, what is left for the last listener and the last line of the log. */
const CLOSING_MS = 100;

async function openMetrics(config: Config, facts: ProcessFacts): Promise<Metrics | undefined> {
  if (!config.observability.listen) return undefined;
  const { Metrics } = await import('./telemetry/metrics.ts');
  return new Metrics(facts);
}

/** OpenTelemetry's variables are its own: its SDK reads them, and no key of ours repeats one. */
function traceCalls(config: Config, log: Logger): Promise<Traces | undefined> {
  const storeSystem = config.store.kind === 'embedded' ? undefined : 'redis';
  return openTraces({ env: process.env, version: VERSION, storeSystem, log });
}

function monitoringOf(
  { observability: { listen } }: Config,
  metrics: Metrics | undefined,
  notReady: () => readonly string[],
): MonitoringListener | undefined {
  if (!listen || !metrics) return undefined;
  return new MonitoringListener(listen, { contentType: metrics.contentType, metrics: () => metrics.text(), notReady });
}

/** The state, with the data directory for this process alone: the embedded store and both sockets may lie there. */
async function openState(config: Config, log: Logger): Promise<{ state: State; close: () => Promise<void> }> {
  try {
    if (config.store.kind === 'embedded') {
      // It locks the directory itself.
      const state = await openEmbedded(config);
      return { state, close: () => state.close() };
    }
    const lock = await lockDirectory(config.dataDir);
    const state = await openRedis(config, log).catch((error) => {
      lock.release();
      throw error;
    });
    return { state, close: () => state.close().finally(lock.release) };
  } catch (error) {
    throw error instanceof Failure ? new StartupError(error.message, { cause: error }) : error;
  }
}

// Each engine is loaded only where it is used.
async function openEmbedded(config: Config): Promise<State> {
  const { openEmbeddedState } = await import('./state/embedded/state.ts');
  const { mapSizeBytes } = config.store;
  return openEmbeddedState({ directory: config.dataDir, mapSizeBytes, ...retentionOf(config) });
}

async function openRedis(config: Config, log: Logger): Promise<State> {
  const { openRedisState } = await import('./state/redis/state.ts');
  const { url, sentinelPassword, tls, commandTimeoutMs, patience, confirm, require, identityKeyPrefix } = config.store;
  return openRedisState({
    url: url.reveal(),
    sentinelPassword: sentinelPassword?.reveal(),
    tls: { ca: pemOf(tls.ca), cert: pemOf(tls.cert), key: pemOf(tls.key) },
    commandTimeoutMs,
    patienceMs: Math.max(patience.appendMs, patience.finishMs),
    confirm,
    require,
    identityKeyPrefix,
    ...retentionOf(config),
    onEvent: (event) => logStoreEvent(log, event),
  });
}

function pemOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readPem(path).toString();
}

function logStoreEvent(log: Logger, event: RedisEvent): void {
  switch (event.kind) {
    case 'ready':
      log.info({ store: event.info.description, durability: event.info.durability }, 'the store is ready');
      for (const warning of event.info.warnings) log.warn(warning);
      break;
    case 'lost':
      log.error(errorFields(event.cause), 'the store is out of reach');
      break;
    case 'lineage_changed':
      log.warn({ from: event.from, to: event.to }, 'the store answers with another history: a failover or a restart');
      break;
    case 'rolled_back': {
      const { kind, id, changes } = event.rollBack;
      log.error({ [`${kind}_id`]: id, changes }, 'the store has lost acknowledged changes');
      break;
    }
  }
}

function retentionOf({ sessions, runs, decisions }: Config) {
  const runRetentionMs = runs.retentionMs + runs.idleTimeoutMs;
  return { retentionMs: sessions.endedRetentionMs, runRetentionMs, decisions };
}

const NOBODY: CallerBook = { tokens: [], certificates: new Map() };

/** Undefined where no caller needs to be known. */
function openCallers(config: Config, log: Logger, onChange: () => void): PolicySource<CallerBook> | undefined {
  if (!config.callers) return undefined;
  const { file, on } = config.callers;
  return new PolicySource<CallerBook>({
    path: file,
    parse: callersParser(on.some((name) => config.tls[name]?.clientCa !== undefined)),
    onReload: (reload) => {
      if (reload.ok) {
        log.info({ revision: reload.revision }, 'callers in force');
        onChange();
      } else log.error(errorFields(reload.error), 'callers refused, the last good ones stay');
    },
  });
}

function openPolicy(config: Config, log: Logger, onSwap: (revision: string, by: string) => void): PolicySource<Policy> {
  const source = new PolicySource<Policy>({
    path: config.policy.file,
    parse: parsePolicy,
    onReload: (reload, by) => {
      if (!reload.ok)
        log.error(
          { ...errorFields(reload.error), revision: reload.revision },
          'policy refused, the last good one stays',
        );
      else {
        log.info({ revision: reload.revision, previous: reload.previous }, 'policy in force');
        for (const warning of reload.warnings) log.warn(warning);
        if (reload.revision !== reload.previous) onSwap(reload.revision, by ?? 'local');
      }
    },
  });
  for (const warning of source.current.warnings) log.warn(warning);
  return source;
}

const UNSIGNED = 'No ledger.key_file is named, so no checkpoint is signed and nobody else can verify a run.';

/** Behind the store, which holds the directory that the files may lie in. @returns undefined where no key is named */
async function openLedger({ ledger }: Config, log: Logger): Promise<LedgerKey | undefined> {
  const { keyFile, mayCreateKey, keyName, publicKeysFile } = ledger;
  if (keyFile !== undefined) return openLedgerKey({ keyFile, mayCreate: mayCreateKey, name: keyName, publicKeysFile });
  log.warn(UNSIGNED);
  return undefined;
}

function pdpOf(
  config: Config,
  { state, policy, ledgerKey }: { state: State; policy: PolicySource<Policy>; ledgerKey: LedgerKey | undefined },
): Pdp {
  return {
    state,
    policy: () => policy.current,
    rules: {
      assertedFacts: config.assertedFacts,
      requireIdentity: config.authorize.require.identity,
      requireSession: config.authorize.require.session,
    },
    identities: new IdentityCache(),
    sessionsMaxLive: config.sessions.maxLivePerAgent,
    runIdleTimeoutMs: config.runs.idleTimeoutMs,
    patience: config.store.patience,
    ledger: { key: ledgerKey, checkpointIntervalMs: config.ledger.checkpointIntervalMs },
    deadline: Number.POSITIVE_INFINITY,
    decisionLog: config.decisionLog,
    decisions: new DecisionFeed(),
    asker: { caller: 'local', sinceMs: 0 },
    clock: Date.now,
  };
}

function serverFacts(
  state: State,
  policy: PolicySource<Policy>,
  { startedAtMs, warnings }: { startedAtMs: number; warnings: readonly string[] },
) {
  return {
    version: VERSION,
    startedAtMs,
    policyInfo: () => ({
      revision: policy.current.revision,
      loadedAtMs: policy.current.loadedAtMs,
      reloads: policy.reloads,
      reloadFailures: policy.reloadFailures,
      lastError: policy.lastError?.message,
    }),
    warnings: () => [...state.info.warnings, ...warnings, ...policy.current.warnings],
    reloadPolicy: async (caller: string) => {
      const reload = policy.reload(caller);
      if (reload.ok) return;
      throw new Failure('wrong_state', reload.error.message, { subject: 'policy', cause: reload.error });
    },
  };
}

/** Sweeps from time to time, never two sweeps at once. @returns how to stop */
function startSweeping(config: Config, pdp: Pdp, log: Logger): () => void {
  const rules = {
    endedSessionRetentionMs: config.sessions.endedRetentionMs,
    runRetentionMs: config.runs.retentionMs,
  };
  let timer: NodeJS.Timeout;
  const later = (): void => {
    timer = setTimeout(async () => {
      try {
        const swept = await sweep(pdp, rules);
        if (Object.values(swept).some((count) => count > 0)) log.debug(swept, 'swept');
      } catch (error) {
        log.debug(errorFields(error), 'sweep put off');
      }
      if (!stopped) later();
    }, config.sweep.intervalMs);
    timer.unref();
  };
  let stopped = false;
  later();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
