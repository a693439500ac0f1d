// Observes a call from its beginning to its answer: counts and times it, and with tracing on gives it a span.
//
// INVARIANT: nothing here changes an answer. A traceparent in the metadata is used for the span only; the identity
// behind a call comes from the request's trace_id.
import { type Metadata, status } from '@grpc/grpc-js';
import type { Method } from '../../api/wire/codec.ts';
import { EFFECT, REASON } from '../../api/wire/enums.ts';
import type { CallContext } from '../../pdp/call-context.ts';
import { observedState, type StoreOperation } from '../../state/observed.ts';
import type { Metrics, RpcMetrics } from '../../telemetry/metrics.ts';
import type { CallSpan, Traces } from '../../telemetry/traces.ts';
import type { StatusReply } from './status.ts';

/** One call, from its beginning to its one answer. */
export interface CallObserver {
  /** The same context, whose operations on the store are observed as part of this call. */
  observed(context: CallContext): CallContext;
  answered(response: object | undefined): void;
  failed(reply: StatusReply): void;
}

/** What observes calls: nothing, metrics, traces, or both. */
export interface Telemetry {
  readonly metrics: Metrics | undefined;
  readonly traces: Traces | undefined;
}

/** Makes the observer of one call. */
export type ObserverFactory = (metadata: Metadata) => CallObserver;

const NOOP: CallObserver = { observed: (context) => context, answered: () => {}, failed: () => {} };

export function observerFor({ path, name, responseStream }: Method, { metrics, traces }: Telemetry): ObserverFactory {
  if (!metrics && !traces) return () => NOOP;
  const numbers = metrics?.ofRpc(name, NAMES);
  const service = path.slice(1, path.lastIndexOf('/'));
  return (metadata) => {
    const span = traces?.begin({ service, method: name }, traceparentOf(metadata));
    return new RecordingObserver(numbers, span?.isRecorded ? span : undefined, responseStream);
  };
}

/** Two traceparent headers are treated as none. */
function traceparentOf(metadata: Metadata): string | undefined {
  const values = metadata.get('traceparent');
  return values.length === 1 ? String(values[0]) : undefined;
}

const NAMES = { effects: byNumber(EFFECT), reasons: byNumber(REASON) };

function byNumber(numbers: Readonly<Record<string, number>>): string[] {
  const names: string[] = [];
  for (const [name, number] of Object.entries(numbers)) names[number] = name;
  return Array.from(names, (name) => name ?? 'UNSPECIFIED');
}

/** The fields of responses that are observed. */
interface Response {
  readonly decision?: {
    readonly decision_id: string;
    readonly effect: number;
    readonly reason: number;
    readonly replayed: boolean;
  };
  readonly replayed?: boolean;
  /** Of an AppendAudit. */
  readonly first_sequence?: number;
  readonly last_sequence?: number;
}

class RecordingObserver implements CallObserver {
  readonly #metrics: RpcMetrics | undefined;
  readonly #span: CallSpan | undefined;
  readonly #isStream: boolean;
  readonly #sinceMs = performance.now();

  constructor(metrics: RpcMetrics | undefined, span: CallSpan | undefined, isStream: boolean) {
    this.#metrics = metrics;
    this.#span = span;
    this.#isStream = isStream;
  }

  observed(context: CallContext): CallContext {
    const span = this.#span;
    if (!span) return context;
    const state = observedState(context.state, {
      begin: (operation: StoreOperation) => span.beginOperation(operation),
      end: (_operation, end, error) => end(error),
    });
    return { ...context, state };
  }

  answered(response: Response = {}): void {
    const { decision, first_sequence: first, last_sequence: last } = response;
    const replayed = decision?.replayed ?? response.replayed ?? false;
    if (this.#metrics) {
      this.#metrics.answered(this.#seconds());
      if (decision) this.#metrics.decided(decision.effect, decision.reason);
      if (replayed) this.#metrics.replayed();
      else if (first !== undefined && last !== undefined) this.#metrics.appended(last - first + 1);
    }
    if (this.#span) {
      if (decision) this.#span.tell(attributesOf(decision));
      this.#span.end({ code: status.OK, isError: false });
    }
  }

  failed({ error, codeName, reason, requestId }: StatusReply): void {
    this.#metrics?.failed(codeName, reason, this.#seconds());
    if (!this.#span) return;
    const code = error.code ?? status.UNKNOWN;
    this.#span.tell({ 'tollgate.error.reason': reason, 'tollgate.request.id': requestId });
    this.#span.end({ code, isError: SERVER_FAULTS.has(code) });
  }

  #seconds(): number | undefined {
    return this.#isStream ? undefined : (performance.now() - this.#sinceMs) / 1000;
  }
}

/** The decision's id links the span and the log line of a denial. */
function attributesOf({ decision_id, effect, reason }: NonNullable<Response['decision']>) {
  return {
    'tollgate.decision.id': decision_id,
    'tollgate.decision.effect': NAMES.effects[effect] ?? '',
    'tollgate.decision.reason': NAMES.reasons[reason] ?? '',
  };
}

/** @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/, the codes that are errors of a server's span */
const SERVER_FAULTS: ReadonlySet<status> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);
