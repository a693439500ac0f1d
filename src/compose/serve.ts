// Opens the parts of a server in order and closes them in the opposite order. Each part has its own file in this folder;
// with program.ts, these files are the only ones that name concrete engines.
import type { Config } from '../config/config.ts';
import { localContext } from '../pdp/call-context.ts';
import { PolicyJournal } from '../pdp/policy/policy-journal.ts';
import { SubjectNotes } from '../pdp/record/subject-notes.ts';
import { GrpcServer } from '../rpc/server.ts';
import { observedState, STORE_OPERATIONS } from '../state/observed.ts';
import type { MonitoringListener } from '../telemetry/http.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';
import { OutageLog } from '../telemetry/outage-log.ts';
import type { Traces } from '../telemetry/traces.ts';
import { Warnings } from '../telemetry/warnings.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import { NO_CALLERS, openCallers } from './callers.ts';
import { watchDescriptors } from './descriptors.ts';
import { openLedger } from './ledger.ts';
import { OpenedParts } from './opened-parts.ts';
import { createPdp, createServerFacts } from './pdp.ts';
import { openPolicy } from './policy.ts';
import { addProcessWarnings, certificatesOf, logWarnings } from './process-warnings.ts';
import { openRedaction } from './redaction.ts';
import { openStore } from './store.ts';
import { startSweeper } from './sweeper.ts';
import { createMonitoring, openCallTraces, openMetrics } from './telemetry.ts';

/** How long the exporter of traces may take at a stop; a collector that needs longer is taken for away. */
const FLUSH_MS_MAX = 2_000;
/** The part of the grace period that is kept for the monitoring listener and the last log line. */
const CLOSING_MS = 100;

export interface Running {
  readonly decision: string;
  readonly management: string;
  /** Undefined where none is configured. */
  readonly observability: string | undefined;
  readonly store: string;
  readonly policyRevision: string;
  stop(): Promise<void>;
}

/** The log of the process, which is there before the server is. */
interface ProcessOutput {
  readonly log: Logger;
  /** Log lines that could not be written since the start. */
  readonly logDropped: () => number;
  /** Whether log lines are being dropped now. */
  readonly isLogDropping: () => boolean;
}

/**
 * Opens the state, loads the policy and serves.
 *
 * @throws StartupError with lines that an operator can act on; nothing is open then
 */
export async function serve(config: Config, output: ProcessOutput): Promise<Running> {
  const opened = new OpenedParts();
  try {
    return await open(config, output, opened);
  } catch (error) {
    await opened
      .close()
      .catch((closing) => output.log.warn(errorFields(closing), 'a part of the server could not be closed'));
    throw error;
  }
}

async function open(config: Config, output: ProcessOutput, opened: OpenedParts): Promise<Running> {
  const { log, logDropped, isLogDropping } = output;
  const startedAtMs = Date.now();
  const warnings = new Warnings(log);
  const outage = new OutageLog(log);
  // The monitoring listener is closed last, so that /readyz answers "stopping" until the end.
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
  // `pdp` and `server` are made below. Neither file is followed before they are there.
  const recordSwaps = () => journal.flush(localContext(pdp));
  const policy = openPolicy(config, { log, workers, journal, recordSwaps });
  opened.add(() => policy.close());
  const callers = openCallers(config, log, () => server.identifyAgain());
  opened.add(() => callers?.close());
  await workers.check();
  const store = await openStore(config, {
    log,
    warnings,
    outage,
    onOtherHistory: () => {
      journal.forget();
      subjects.forget();
    },
  });
  const { login } = store;
  opened.add(store.close);
  const ledgerKey = openLedger(config, warnings);
  const redaction = openRedaction(config, log);
  opened.add(() => redaction.close());

  const facts = createServerFacts(policy, { startedAtMs, warnings });
  const metrics = await openMetrics(config, {
    policy: facts.policyInfo,
    store: () => store.state.info,
    // A scrape asks for these, and nothing is scraped before the server is there.
    isStoreUp: () => server.isStoreUp,
    callsInFlight: () => server.callsInFlight,
    warnings: () => warnings.counts(),
    certificates: () => certificatesOf(server, login, warnings),
    callers: () => callers && { revision: callers.current.revision, isRefused: callers.lastError !== undefined },
    logDropped,
  });
  traces = await openCallTraces(config, log);
  const state = metrics ? observedState(store.state, metrics.ofStore(STORE_OPERATIONS)) : store.state;
  const pdp = createPdp(config, {
    state,
    policy,
    policies: journal,
    subjects,
    ledgerKey,
    redaction,
    server: facts,
    workers,
  });
  const server = new GrpcServer(config, {
    pdp,
    log,
    outage,
    telemetry: { metrics, traces },
    callers: () => callers?.current.policy ?? NO_CALLERS,
  });
  opened.add(() => server.stop());
  addProcessWarnings(warnings, { store: store.state, policy, callers, isLogDropping, server, login });
  monitoring = createMonitoring(config, metrics, {
    notReady: () => server.problems,
    warnings: () => [...new Set(warnings.list().map(({ code }) => code))],
  });
  opened.add(startSweeper(config, pdp, log));
  opened.add(watchDescriptors(config, warnings));
  opened.add(logWarnings(warnings));

  await monitoring?.bind();
  const addresses = await server.start();
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
