// Metrics, traces and the listener that serves metrics and health over HTTP. Each is loaded only where it is configured.
import type { Config } from '../config/config.ts';
import { type Monitored, MonitoringListener } from '../telemetry/http.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ProcessFacts } from '../telemetry/process-metrics.ts';
import { openTraces, type Traces } from '../telemetry/traces.ts';
import { VERSION } from './version.ts';

/** The metrics of the process; undefined where nothing could scrape them. */
export async function openMetrics(config: Config, facts: Omit<ProcessFacts, 'version'>): Promise<Metrics | undefined> {
  if (!config.observability.listen) return undefined;
  const { Metrics } = await import('../telemetry/metrics.ts');
  return new Metrics({ ...facts, version: VERSION });
}

/** Traces as OpenTelemetry's own variables configure them; no key of the configuration repeats one. */
export function openCallTraces(config: Config, log: Logger): Promise<Traces | undefined> {
  const storeSystem = config.store.kind === 'embedded' ? undefined : 'redis';
  return openTraces({ env: process.env, version: VERSION, storeSystem, log });
}

/** The monitoring listener, not bound yet; undefined where none is configured. */
export function createMonitoring(
  { observability: { listen } }: Config,
  metrics: Metrics | undefined,
  facts: Pick<Monitored, 'notReady' | 'warnings'>,
): MonitoringListener | undefined {
  if (!listen || !metrics) return undefined;
  return new MonitoringListener(listen, { contentType: metrics.contentType, metrics: () => metrics.text(), ...facts });
}
