// The server: two listeners with the services of each. A runner's listener does not have the services it must not call.
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerCredentials } from '@grpc/grpc-js';
import { servicesOf } from '../api/operations.ts';
import type { Config } from '../config/config.ts';
import type { CallerBook } from '../config/files/callers-file.ts';
import { LISTENERS, type ListenerName } from '../config/sections/listeners.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { FoldedLines } from '../telemetry/folded-lines.ts';
import { FoldedLog } from '../telemetry/folded-log.ts';
import type { Logger } from '../telemetry/log.ts';
import { errorFields } from '../telemetry/log.ts';
import type { OutageLog } from '../telemetry/outage-log.ts';
import type { RaisedWarning } from '../telemetry/warnings.ts';
import { ANYONE, knownCallers } from './call/callers.ts';
import { DecisionLog } from './call/decision-log.ts';
import type { Edge } from './call/edge.ts';
import { InFlight } from './call/in-flight.ts';
import type { Telemetry } from './call/observer.ts';
import { StreamChecks } from './call/stream-checks.ts';
import { Health } from './listener/health.ts';
import { fullName, Listener } from './listener/listener.ts';
import { type Expiry, TlsSource } from './listener/tls.ts';

/** The part of the grace period that is kept for ending open streams and closing connections and the store. */
const CLOSING_MS_MAX = 1_000;
/** How long a stop waits for peers to close connections on which nothing is open. */
const LINGER_MS_MAX = 500;
/** How long an open stream or a known connection may outlive the certificate of its caller. */
const IDENTIFY_AGAIN_MS = 5_000;

export class GrpcServer {
  readonly #listeners: Readonly<Record<ListenerName, Listener>>;
  readonly #tls: ReadonlyMap<ListenerName, TlsSource>;
  readonly #decisionLog: DecisionLog;
  readonly #storeFailures: FoldedLines;
  readonly #delayMs: number;
  readonly #health: Health;
  readonly #inFlight: InFlight;
  readonly #openStreams = new StreamChecks();
  readonly #recheck: NodeJS.Timeout;
  readonly #graceMs: number;
  readonly #draining = new AbortController();
  readonly #stopping = new AbortController();

  /**
   * @param callers  the known callers, for listeners that require them
   * @throws StartupError when a certificate cannot be used
   */
  constructor(
    config: Config,
    {
      pdp,
      callers,
      telemetry,
      log,
      outage,
    }: { pdp: Pdp; callers: () => CallerBook; telemetry: Telemetry; log: Logger; outage: OutageLog },
  ) {
    this.#decisionLog = new DecisionLog(log, pdp.redaction);
    // Every stream listens for the stop; limits.in_flight bounds the number of streams.
    setMaxListeners(0, this.#draining.signal, this.#stopping.signal);
    const { requestBytes, appendBytes } = config.limits;
    const refusals = new FoldedLog(log);
    this.#storeFailures = new FoldedLines(log, 'more calls failed for the same reason');
    this.#inFlight = new InFlight({ max: config.limits.inFlight, maxPerCaller: config.limits.inFlightPerCaller });
    const edgeOf = (name: ListenerName): Edge => ({
      pdp,
      callers: config.callers?.on.includes(name) ? knownCallers(callers) : ANYONE,
      refusals,
      decisionLog: this.#decisionLog,
      telemetry,
      storeFailures: this.#storeFailures,
      outage,
      inFlight: this.#inFlight,
      openStreams: this.#openStreams,
      draining: this.#draining.signal,
      stopping: this.#stopping.signal,
      bytesMax: { request: requestBytes, append: appendBytes },
    });
    const tls = new Map(LISTENERS.flatMap((name) => openTls(name, config, log)));
    this.#tls = tls;
    const services = LISTENERS.flatMap(servicesOf).map(fullName);
    this.#health = new Health(pdp.state, services, (serving, error) => outage.checked(serving, error));
    const open = (name: ListenerName, bytesMax: number) =>
      new Listener(config.listeners[name], {
        services: servicesOf(name),
        bytesMax,
        edge: edgeOf(name),
        health: this.#health,
        credentials: tls.get(name)?.credentials ?? ServerCredentials.createInsecure(),
        limits: config.limits,
        onEvent: (reason, error) => {
          telemetry.metrics?.refused(name, reason);
          logEvent(refusals, { listener: name, reason }, error);
        },
      });
    this.#listeners = {
      decision: open('decision', Math.max(requestBytes, appendBytes)),
      management: open('management', requestBytes),
    };
    this.#graceMs = config.shutdown.graceMs;
    this.#delayMs = config.shutdown.delayMs;
    // A certificate ends without a change of any file.
    this.#recheck = setInterval(() => this.identifyAgain(), IDENTIFY_AGAIN_MS).unref();
  }

  /** Identifies the callers of open streams and connections again. Runs at intervals, and when the callers file changes. */
  identifyAgain(): void {
    this.#openStreams.run();
    for (const listener of Object.values(this.#listeners)) listener.identifyAgain();
  }

  /** @throws StartupError when an address cannot be bound */
  async start(): Promise<{ decision: string; management: string }> {
    const { decision, management } = this.#listeners;
    await management.bind();
    await decision.bind();
    await this.#health.start();
    return { decision: decision.text, management: management.text };
  }

  /** Of each listener with TLS: when its certificates end, and whether its files are refused. */
  get certificates(): readonly { listener: ListenerName; expiries: readonly Expiry[]; isRefused: boolean }[] {
    return [...this.#tls].map(([listener, { expiries, isRefused }]) => ({ listener, expiries, isRefused }));
  }

  get warnings(): readonly RaisedWarning[] {
    return this.certificates.flatMap(({ listener, isRefused }): RaisedWarning[] =>
      isRefused
        ? [
            {
              code: 'CERTIFICATE_REFUSED',
              message: `The certificate files of the ${listener} listener cannot be used; the last good ones stay in force.`,
            },
          ]
        : [],
    );
  }

  /** Why the server does not serve, a few words each; empty if it serves. */
  get problems(): readonly string[] {
    return this.#health.problems;
  }

  get isStoreUp(): boolean {
    return this.#health.isStoreUp;
  }

  get callsInFlight(): number {
    return this.#inFlight.count;
  }

  /** Says NOT_SERVING and keeps serving for a while, so that load balancers move their traffic before the stop. */
  async retire(): Promise<void> {
    this.#health.stop();
    if (this.#delayMs > 0) await sleep(this.#delayMs);
  }

  /**
   * Says NOT_SERVING, waits for calls in flight, then ends the rest, all within the grace period. Endless streams are ended
   * first.
   */
  async stop(): Promise<void> {
    const until = performance.now() + this.#graceMs;
    const leftMs = () => Math.max(0, until - performance.now());
    const closingMs = Math.min(CLOSING_MS_MAX, this.#graceMs / 4);
    const listeners = Object.values(this.#listeners);
    clearInterval(this.#recheck);
    this.#health.stop();
    this.#health.endWatches();
    this.#draining.abort();
    for (const tls of this.#tls.values()) tls.close();
    await Promise.all(listeners.map((listener) => listener.drain(leftMs() - closingMs)));
    this.#stopping.abort();
    await Promise.all(listeners.map((listener) => listener.close(Math.min(leftMs() / 2, LINGER_MS_MAX))));
    this.#decisionLog.close();
    this.#storeFailures.close();
  }
}

function openTls(name: ListenerName, config: Config, log: Logger): [ListenerName, TlsSource][] {
  const files = config.tls[name];
  if (!files) return [];
  const source = new TlsSource(files, ({ validTo, error }) => {
    const about = { listener: name, valid_to: validTo };
    if (error) log.error({ ...about, ...errorFields(error) }, 'certificate refused, the last good one stays');
    else log.info(about, 'certificate in force');
  });
  return [[name, source]];
}

/** Logs a connection or call that was refused before a handler ran. */
function logEvent(refusals: FoldedLog, about: { listener: ListenerName; reason: string }, error: unknown): void {
  refusals.write(about.reason, 1, (log) => {
    if (error === undefined) log.info(about, 'refused');
    else log.error({ ...about, ...errorFields(error) }, 'failed');
  });
}
