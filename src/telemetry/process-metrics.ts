// What is true of the process at the moment of a scrape: its build, its policy, its store, its event loop.
import { Counter, collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/** When the certificates of a listener, or of the store, end, and whether its files, as they lie there now, are refused. */
export interface CertificateFacts {
  readonly listener: string;
  readonly expiries: readonly { readonly file: string; readonly endsAtMs: number }[];
  readonly isRefused: boolean;
}

/** Asked at each scrape. */
export interface ProcessFacts {
  readonly version: string;
  readonly policy: () => {
    readonly revision: string;
    readonly reloads: number;
    readonly reloadFailures: number;
    /** Why the current policy file is not in force. */
    readonly lastError: string | undefined;
  };
  readonly store: () => {
    readonly lineageChanges: number;
    readonly lostWrites: number;
    readonly breakers?: Readonly<Record<string, number>>;
  };
  /** Whether the store answered when it was last asked. */
  readonly isStoreUp: () => boolean;
  readonly callsInFlight: () => number;
  /** By code; every code is there. */
  readonly warnings: () => ReadonlyMap<string, number>;
  readonly certificates: () => readonly CertificateFacts[];
  /** Undefined where no caller needs to be known. */
  readonly callers: () => { readonly revision: string; readonly isRefused: boolean } | undefined;
  readonly logDropped: () => number;
}

/** As much of a policy's revision as the log shows, and as a person compares. */
const REVISION_LENGTH = 12;

export function registerProcessMetrics(registry: Registry, facts: ProcessFacts): void {
  const registers = [registry];
  // Event-loop delay, heap, garbage collection, CPU, memory and file descriptors, under the names that dashboards know.
  collectDefaultMetrics({ register: registry });

  new Gauge({
    name: 'tollgate_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: facts.version, node: process.versions.node }, 1);

  new Gauge({
    name: 'tollgate_policy_info',
    help: 'Always 1; the label is the beginning of the revision in force.',
    labelNames: ['revision'],
    registers,
    collect() {
      this.reset();
      this.set({ revision: facts.policy().revision.slice(0, REVISION_LENGTH) }, 1);
    },
  });

  new Gauge({
    name: 'tollgate_store_breakers',
    help: 'Connections to servers of Redis by the state of their circuit breaker.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(facts.store().breakers ?? {})) this.set({ state }, count);
    },
  });

  const labelled = (name: string, help: string, labelNames: readonly string[], collect: (gauge: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        collect(this);
      },
    });
  labelled('tollgate_warnings', 'Warnings that hold, by code: GetServerInfo has their words.', ['code'], (gauge) => {
    for (const [code, count] of facts.warnings()) gauge.set({ code }, count);
  });
  labelled(
    'tollgate_certificate_expiry_seconds',
    'Seconds until a certificate in force ends; below 0 once it has.',
    ['listener', 'file'],
    (gauge) => {
      for (const { listener, expiries } of facts.certificates())
        for (const { file, endsAtMs } of expiries) gauge.set({ listener, file }, (endsAtMs - Date.now()) / 1000);
    },
  );
  labelled(
    'tollgate_certificate_refused',
    '1 while the certificate files cannot be used and earlier ones are in force.',
    ['listener'],
    (gauge) => {
      for (const { listener, isRefused } of facts.certificates()) gauge.set({ listener }, Number(isRefused));
    },
  );
  labelled(
    'tollgate_callers_info',
    'Always 1; the label is the beginning of the revision of the callers file in force.',
    ['revision'],
    (gauge) => {
      const callers = facts.callers();
      if (callers) gauge.set({ revision: callers.revision.slice(0, REVISION_LENGTH) }, 1);
    },
  );
  labelled(
    'tollgate_callers_refused',
    '1 while the callers file cannot be used and earlier callers are in force.',
    [],
    (gauge) => {
      const callers = facts.callers();
      if (callers) gauge.set(Number(callers.isRefused));
    },
  );

  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('tollgate_store_up', '1 if the store answered when it was last asked.', () => Number(facts.isStoreUp()));
  gauge('tollgate_calls_in_flight', 'Calls that are being answered.', facts.callsInFlight);
  gauge('tollgate_policy_refused', '1 while the policy file cannot be used and an earlier policy is in force.', () =>
    Number(facts.policy().lastError !== undefined),
  );

  // These are counted elsewhere, for GetServerInfo tells them too.
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  counter('tollgate_policy_reloads_total', 'Policies taken over since the start.', () => facts.policy().reloads);
  counter('tollgate_log_dropped_total', 'Lines of the log that could not be written.', facts.logDropped);
  counter(
    'tollgate_policy_reload_failures_total',
    'Policy files since the start that could not be used.',
    () => facts.policy().reloadFailures,
  );
  counter(
    'tollgate_store_lineage_changes_total',
    'Times that a server of the store answered with another history than before.',
    () => facts.store().lineageChanges,
  );
  counter(
    'tollgate_store_lost_writes_total',
    'Acknowledged changes that the store is known to have lost.',
    () => facts.store().lostWrites,
  );
}
