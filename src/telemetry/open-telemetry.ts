// Traces to a collector, with OpenTelemetry's own packages: OTLP over HTTP, protobuf. Endpoint, headers, sampler, batching
// and resource come from OpenTelemetry's environment variables, which its SDK reads itself.
//
// Spans are joined by handing the parent on, so there is no context manager: what follows every promise of the process
// costs more than all spans together.
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { errorFields, type Logger } from './log.ts';
import type { CallOutcome, CallSpan, Traces, TracesOptions } from './traces.ts';

/** A collector that is away fails every batch; once in so long is enough to know. */
const COMPLAINT_EVERY_MS = 60_000;

export function openTelemetryTraces({ env, version, storeSystem, log }: TracesOptions): Traces {
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf';
  if (protocol !== 'http/protobuf')
    log.warn({ protocol }, 'traces are sent as http/protobuf, the only supported protocol');
  setGlobalErrorHandler(complaintsTo(log));
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'tollgate', 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    // A full queue drops spans; it never makes a call wait.
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('tollgate', version);
  return {
    begin: (rpc, traceparent) => beginCall({ tracer, storeSystem }, rpc, traceparent),
    close: (withinMs) => {
      const patience = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
      return Promise.race([provider.shutdown(), patience]).catch((error) =>
        log.warn(errorFields(error), 'the last traces were not sent'),
      );
    },
  };
}

function complaintsTo(log: Logger): (error: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now - lastMs < COMPLAINT_EVERY_MS) return;
    lastMs = now;
    log.warn(errorFields(error), 'traces cannot be sent and are dropped');
  };
}

interface Tracing {
  readonly tracer: Tracer;
  readonly storeSystem: string | undefined;
}

function beginCall(
  { tracer, storeSystem }: Tracing,
  { service, method }: { readonly service: string; readonly method: string },
  traceparent: string | undefined,
): CallSpan {
  const span = tracer.startSpan(
    `${service}/${method}`,
    { kind: SpanKind.SERVER, attributes: { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method } },
    parentOf(traceparent),
  );
  return new OpenCallSpan(tracer, storeSystem, span);
}

/**
 * WHY NOT W3CTraceContextPropagator: it takes the caller's `tracestate` over as well, free text that would then be exported.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
function parentOf(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
}

class OpenCallSpan implements CallSpan {
  readonly #tracer: Tracer;
  readonly #storeSystem: string | undefined;
  readonly #span: Span;
  readonly #context: Context;
  readonly isRecorded: boolean;

  constructor(tracer: Tracer, storeSystem: string | undefined, span: Span) {
    this.#tracer = tracer;
    this.#storeSystem = storeSystem;
    this.#span = span;
    this.#context = trace.setSpan(ROOT_CONTEXT, span);
    this.isRecorded = span.isRecording();
  }

  beginOperation(operation: string): (error: unknown) => void {
    const system = this.#storeSystem;
    const span = this.#tracer.startSpan(
      `store ${operation}`,
      {
        kind: system === undefined ? SpanKind.INTERNAL : SpanKind.CLIENT,
        attributes: { 'db.operation.name': operation, ...(system !== undefined && { 'db.system.name': system }) },
      },
      this.#context,
    );
    return (error) => {
      if (error !== undefined) {
        // Its name alone: a message may quote what was asked.
        span.setAttribute('error.type', kindOf(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    };
  }

  tell(attributes: Readonly<Record<string, string | number | boolean>>): void {
    this.#span.setAttributes(attributes);
  }

  end({ code, isError }: CallOutcome): void {
    this.#span.setAttribute('rpc.grpc.status_code', code);
    if (isError) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}

function kindOf(error: unknown): string {
  const { kind, name } = error as { kind?: unknown; name?: unknown };
  return typeof kind === 'string' ? kind : typeof name === 'string' ? name : '_OTHER';
}
