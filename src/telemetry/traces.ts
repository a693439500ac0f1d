// Whether calls are traced, and what a traced call tells. OpenTelemetry itself is in open-telemetry.ts, which is loaded
// only where the environment names a collector.
//
// INVARIANT: a span names methods, operations, codes, reasons and ids that Tollgate made. It never holds what a request
// says (an identity's trace id, a tool, an agent, arguments) nor anything of its metadata but the W3C parent, from which
// only a trace's and a span's id and the sampling flag are taken.
import type { Logger } from './log.ts';

/** A call's trace, in the sense of the W3C; never the `trace_id` of a request, which stands for an identity. */
export interface CallSpan {
  /** Whether anything of it is kept: a sampler may have decided otherwise. */
  readonly isRecorded: boolean;
  /** A span below this one. @returns ends it, with the error if it failed */
  beginOperation(operation: string): (error: unknown) => void;
  tell(attributes: Readonly<Record<string, string | number | boolean>>): void;
  end(outcome: CallOutcome): void;
}

export interface CallOutcome {
  readonly code: number;
  /** The server's fault, not the caller's. */
  readonly isError: boolean;
}

export interface Traces {
  /** @param traceparent  as the caller sent it; a malformed one is no parent */
  begin(rpc: { readonly service: string; readonly method: string }, traceparent: string | undefined): CallSpan;
  /** Sends what is left, and gives up after `withinMs`. */
  close(withinMs: number): Promise<void>;
}

export interface TracesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** What the store is, as attributes of its spans name it; undefined for one in this process. */
  readonly storeSystem: string | undefined;
  readonly log: Logger;
}

/** The traces, or undefined where they are off: then no part of OpenTelemetry is loaded. */
export async function openTraces(options: TracesOptions): Promise<Traces | undefined> {
  if (!areWanted(options.env)) return undefined;
  const { openTelemetryTraces } = await import('./open-telemetry.ts');
  return openTelemetryTraces(options);
}

/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
function areWanted(env: TracesOptions['env']): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}
