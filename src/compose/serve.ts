// Joins the parts: with program.ts and compose/ the only place that names concrete engines.
import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { type CallerBook, callersParser } from '../config/files/callers-file.ts';
import { checkedPolicy } from '../config/files/policy-shape.ts';
import { PolicySource } from '../config/files/policy-source.ts';
import { Failure } from '../core/failure.ts';
import type { Policy } from '../core/policy/policy.ts';
import { localContext } from '../pdp/call-context.ts';
import { IdentityCache } from '../pdp/identity/identity-cache.ts';
import { Ids } from '../pdp/ids.ts';
import { KeyedQueue } from '../pdp/keyed-queue.ts';
import { RunTrees } from '../pdp/ledger/run-trees.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { PolicyJournal, type PolicySwap } from '../pdp/policy/policy-journal.ts';
import { DecisionFeed } from '../pdp/record/decision-feed.ts';
import { RecordedNames } from '../pdp/record/recorded-names.ts';
import { SubjectNotes } from '../pdp/record/subject-notes.ts';
import type { ServerFacts } from '../pdp/server-facts.ts';
import { sweep } from '../pdp/sweep/sweep.ts';
import { RedactionSource } from '../redaction/redaction-source.ts';
import { GrpcServer } from '../rpc/server.ts';
import { type LedgerKey, openLedgerKey } from '../signing/ledger-key.ts';
import { observedState, STORE_OPERATIONS } from '../state/observed.ts';
import type { State } from '../state/port.ts';
import { type Monitored, MonitoringListener } from '../telemetry/http.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { OutageLog } from '../telemetry/outage-log.ts';
import type { ProcessFacts } from '../telemetry/process-metrics.ts';
import { openTraces, type Traces } from '../telemetry/traces.ts';
import { Warnings } from '../telemetry/warnings.ts';
import { OFFLOAD_BYTES_MIN, offloadAppend } from '../workers/append-offload.ts';
import { offloadPolicy } from '../workers/policy-offload.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import { asksForCertificates } from './check.ts';
import { watchDescriptors } from './descriptors.ts';
import { certificatesOf, DROPPING, expiring, fileWarnings } from './process-warnings.ts';
import { openStore } from './store.ts';

export const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

export interface Running {
  readonly decision: string;
  readonly management: string;
  /** Undefined where none is configured. */
  readonly observability: string | undefined;
  readonly store: string;
  readonly policyRevision: string;
  stop(): Promise<void>;
}

/** What the process has before there is a server. */
export interface ProcessOutput {
  readonly log: Logger;
  /** Lines that could not be written, since the start; and whether that goes on. */
  readonly logDropped: () => number;
  readonly isLogDropping: () => boolean;
}

/**
 * Opens the state, loads the policy and serves.
 *
 * @throws StartupError, ConfigError or PolicyError, each a line that an operator can act on; nothing is open then
 */
export async function serve(config: Config, output: ProcessOutput): Promise<Running> {
  const opened = new Opened();
  try {
    return await open(config, output, opened);
  } catch (error) {
    await opened.close().catch((closing) => output.log.warn(errorFields(closing), 'a part was not closed'));
    throw error;
  }
}

/** What is open, to be closed in the opposite order. */
class Opened {
  readonly #closes: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#closes.push(close);
  }

  /** Closes everything, also behind a part that cannot be closed. @throws the first error */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closes.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

async function open(
  config: Config,
  { log, logDropped, isLogDropping }: ProcessOutput,
  opened: Opened,
): Promise<Running> {
  const startedAtMs = Date.now();
  const warnings = new Warnings(log);
  const outage = new OutageLog(log);
  // Closed in the opposite order. Monitoring last, so that whoever asks is told all the while that this process is stopping.
  let monitoring: MonitoringListener | undefined;
  opened.add(() => monitoring?.close());
  let traces: Traces | undefined;
  let endsAt = Number.POSITIVE_INFINITY;
  opened.add(() => traces?.close(Math.min(endsAt - performance.now() - CLOSING_MS, FLUSH_MS_MAX)));
  opened.add(() => outage.close());
  const workers = new WorkerPool({
    file: new URL('../workers/worker.js', import.meta.url),
    onDeath: (error) => log.error(errorFields(error), 'a worker thread has ended'),
  });
  opened.add(() => workers.close());
  const journal = new PolicyJournal();
  const subjects = new SubjectNotes();
  // Runs after startup: the file watcher and ReloadPolicy both call it.
  const policy = openPolicy(config, { log, workers, journal }, (swap) => {
    journal.swapped(swap);
    journal.flush(localContext(pdp)).catch((error) => log.warn(errorFields(error), 'policy swap not recorded yet'));
  });
  opened.add(() => policy.close());
  // Runs once the server is there: not before does anything follow the file.
  const callers = openCallers(config, log, () => server.identifyAgain());
  opened.add(() => callers?.close());
  await workers.check();
  const {
    state: store,
    login,
    close,
  } = await openStore(config, { log, warnings, outage, onOtherHistory: () => subjects.forget() });
  opened.add(close);
  const ledgerKey = openLedger(config, warnings);
  const redaction = openRedaction(config, log);
  opened.add(() => redaction.close());
  warnings.addSource(() => store.info.warnings);
  warnings.addSource(() => fileWarnings(policy, callers));
  warnings.addSource(() => (isLogDropping() ? [DROPPING] : []));
  const facts = serverFacts(policy, { startedAtMs, warnings, flush: () => journal.flush(localContext(pdp)) });
  const metrics = await openMetrics(config, {
    version: VERSION,
    policy: facts.policyInfo,
    store: () => store.info,
    // Asked at a scrape, and nothing is scraped before the server is there.
    isStoreUp: () => server.isStoreUp,
    callsInFlight: () => server.callsInFlight,
    warnings: () => warnings.counts(),
    certificates: () => certificatesOf(server, login, warnings),
    callers: () => callers && { revision: callers.current.revision, isRefused: callers.lastError !== undefined },
    logDropped,
  });
  traces = await traceCalls(config, log);
  const state = metrics ? observedState(store, metrics.ofStore(STORE_OPERATIONS)) : store;
  const pdp = pdpOf(config, {
    state,
    policy,
    journal,
    subjects,
    ledgerKey,
    redaction,
    server: facts,
    appendReader: {
      bytesMin: OFFLOAD_BYTES_MIN,
      read: (bytes, asked) => offloadAppend({ pool: workers, redaction: () => redaction.data }, bytes, asked),
    },
  });
  const server = new GrpcServer(config, {
    pdp,
    log,
    outage,
    telemetry: { metrics, traces },
    callers: () => callers?.current.policy ?? NOBODY,
  });
  opened.add(() => server.stop());
  warnings.addSource(() => [...server.warnings, ...expiring(server, login)]);
  monitoring = monitoringOf(config, metrics, {
    notReady: () => server.problems,
    warnings: () => [...new Set(warnings.list().map(({ code }) => code))],
  });
  opened.add(startSweeping(config, pdp, log));
  opened.add(watchDescriptors(config, warnings));
  opened.add(every(WARNINGS_MS, () => warnings.list()));

  await monitoring?.bind();
  const addresses = await server.start();
  // Not before: all that a change is told to must be there.
  if (config.policy.watch) policy.follow();
  callers?.follow();
  redaction.follow();
  warnings.list();
  return {
    ...addresses,
    observability: monitoring?.text,
    store: state.info.description,
    policyRevision: policy.current.revision,
    stop: async () => {
      await server.retire();
      endsAt = performance.now() + config.shutdown.graceMs;
      await opened.close();
    },
  };
}

/** How often what holds is compared with what is in the log. */
const WARNINGS_MS = 1_000;

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms).unref();
  return () => clearInterval(timer);
}

/** A collector that has not taken the last traces by then is away. */
const FLUSH_MS_MAX = 2_000;
/** Of the grace period, what is left for the last listener and the last line of the log. */
const CLOSING_MS = 100;

async function openMetrics(config: Config, facts: ProcessFacts): Promise<Metrics | undefined> {
  if (!config.observability.listen) return undefined;
  const { Metrics } = await import('../telemetry/metrics.ts');
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
  facts: Pick<Monitored, 'notReady' | 'warnings'>,
): MonitoringListener | undefined {
  if (!listen || !metrics) return undefined;
  return new MonitoringListener(listen, { contentType: metrics.contentType, metrics: () => metrics.text(), ...facts });
}

const NOBODY: CallerBook = { tokens: [], certificates: new Map() };

/** Undefined where no caller needs to be known. */
function openCallers(config: Config, log: Logger, onChange: () => void): PolicySource<CallerBook> | undefined {
  if (!config.callers) return undefined;
  const { file } = config.callers;
  return new PolicySource<CallerBook>({
    path: file,
    parse: callersParser(asksForCertificates(config)),
    onReload: (reload) => {
      if (reload.ok) {
        log.info({ revision: reload.revision }, 'callers in force');
        onChange();
      } else log.error(errorFields(reload.error), 'callers refused, the last good ones stay');
    },
  });
}

function openPolicy(
  config: Config,
  { log, workers, journal }: { log: Logger; workers: WorkerPool; journal: PolicyJournal },
  onSwap: (swap: PolicySwap) => void,
): PolicySource<Policy> {
  const source = new PolicySource<Policy>({
    path: config.policy.file,
    parse: checkedPolicy,
    load: () => offloadPolicy(workers, config.policy.file),
    onTake: ({ revision, document, loadedAtMs }) => journal.take({ revision, document, inForceAtMs: loadedAtMs }),
    onReload: (reload, by) => {
      if (!reload.ok)
        log.error(
          { ...errorFields(reload.error), revision: reload.revision },
          'policy refused, the last good one stays',
        );
      else {
        log.info({ revision: reload.revision, previous: reload.previous }, 'policy in force');
        const { revision, previous } = reload;
        if (revision !== previous) onSwap({ revision, previous, caller: by ?? 'local' });
      }
    },
  });
  return source;
}

const UNSIGNED = 'No ledger.key_file is named, so no checkpoint is signed and nobody else can verify a run.';

function openRedaction({ redaction }: Config, log: Logger): RedactionSource {
  return new RedactionSource(redaction, (reload) => {
    if ('values' in reload) log.info({ values: reload.values }, 'known values in force');
    else log.error(errorFields(reload.problem), 'known values refused, the last good ones stay');
  });
}

/** Behind the store, which holds the directory that the files may lie in. @returns undefined where no key is named */
function openLedger({ ledger }: Config, warnings: Warnings): LedgerKey | undefined {
  const { keyFile, mayCreateKey, keyName, publicKeysFile } = ledger;
  if (keyFile !== undefined) return openLedgerKey({ keyFile, mayCreate: mayCreateKey, name: keyName, publicKeysFile });
  warnings.raise('LEDGER_UNSIGNED', UNSIGNED);
  return undefined;
}

function pdpOf(
  config: Config,
  {
    state,
    policy,
    journal,
    subjects,
    ledgerKey,
    redaction,
    server,
    appendReader,
  }: {
    state: State;
    policy: PolicySource<Policy>;
    journal: PolicyJournal;
    subjects: SubjectNotes;
    ledgerKey: LedgerKey | undefined;
    redaction: RedactionSource;
  } & Pick<Pdp, 'server' | 'appendReader'>,
): Pdp {
  return {
    state,
    policy: () => policy.current,
    rules: {
      assertedFacts: config.assertedFacts,
      requireIdentity: config.authorize.require.identity,
      requireSession: config.authorize.require.session,
    },
    redaction: () => redaction.rules,
    identities: new IdentityCache(),
    sessionsMaxLive: config.sessions.maxLivePerAgent,
    runIdleTimeoutMs: config.runs.idleTimeoutMs,
    writeTimeouts: config.store.writeTimeouts,
    ledger: { key: ledgerKey, checkpointIntervalMs: config.ledger.checkpointIntervalMs },
    decisionLog: config.decisionLog,
    policies: journal,
    subjects,
    decisions: new DecisionFeed(),
    ids: new Ids(),
    runQueues: new KeyedQueue(),
    runTrees: new RunTrees(),
    names: new RecordedNames(),
    server,
    appendReader,
    clock: Date.now,
  };
}

function serverFacts(
  policy: PolicySource<Policy>,
  { startedAtMs, warnings, flush }: { startedAtMs: number; warnings: Warnings; flush: () => Promise<void> },
): ServerFacts {
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
    warnings: () => warnings.list(),
    reloadPolicy: async (caller: string) => {
      const reload = await policy.reload(caller);
      // The answer says that the swap is recorded; a repeat records what waits still.
      if (reload.ok) return flush();
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
        const swept = await sweep(localContext(pdp), rules);
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
