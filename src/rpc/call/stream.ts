// A stream: decode the request, then send each answer until there are no more, the caller goes, or the server stops.
import type { StreamOperation } from '../../api/operation.ts';
import { Failure } from '../../core/failure.ts';
import type { CallContext } from '../../pdp/call-context.ts';
import { Slice } from '../../pdp/turns.ts';
import type { Call } from './call.ts';
import { type Callers, type Identified, roleRefused, unknownCaller } from './callers.ts';
import { decodeFields, type Endpoint } from './endpoint.ts';

type StreamEndpoint = Endpoint<StreamOperation>;

/** @throws what decoding throws; later errors fail the call */
export function runStream(
  endpoint: StreamEndpoint,
  call: Call,
  context: CallContext,
  bytes: Buffer,
  identified: Identified,
): void {
  const request = endpoint.operation.decode(decodeFields(endpoint, bytes), context.pdp);
  const sent = sendAll(endpoint, call, context, request, identified);
  sent.then(() => call.end()).catch((error) => call.fail(error));
}

/** @throws Failure when the server stops, or when the caller may no longer have the stream */
async function sendAll(
  { edge, operation, method }: StreamEndpoint,
  { reply }: Call,
  context: CallContext,
  request: unknown,
  identified: Identified,
): Promise<void> {
  // An endless stream would hold up the stop of the server.
  const stopping = operation.lifetime === 'endless' ? edge.draining : edge.stopping;
  const abort = new AbortController();
  const stop = () => abort.abort();
  /** Why the caller may no longer have this stream. */
  let refusal: Failure | undefined;
  const forget = edge.openStreams.add(() => {
    refusal = refusalOfOpen(edge.callers, identified, operation);
    if (refusal) stop();
  });
  const unfollow = follow([stopping, reply.signal], stop);
  const slice = new Slice();
  try {
    for await (const answer of operation.run(context, request, abort.signal)) {
      if (abort.signal.aborted) break;
      const taken = reply.send(method.encode(operation.encode(answer) as object));
      if (taken) await Promise.race([taken, aborted(abort.signal)]);
      if (slice.isOver) await slice.next();
    }
  } finally {
    unfollow();
    forget();
  }
  if (refusal) throw refusal;
  // Status OK would tell the caller that the list is complete.
  if (stopping.aborted) throw new Failure('stopping', 'the server is stopping');
}

/**
 * Calls `stop` when any of the signals is aborted, at once if one is already.
 *
 * @returns removes the listeners: the signals of the server outlive the stream
 */
function follow(signals: readonly (AbortSignal | undefined)[], stop: () => void): () => void {
  for (const signal of signals) {
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
  }
  return () => {
    for (const signal of signals) signal?.removeEventListener('abort', stop);
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Says why a caller may no longer have an open stream: the caller was removed, its certificate has expired, or its role has
 * changed. A credential that now belongs to another caller does not give that caller the stream.
 */
function refusalOfOpen(callers: Callers, identified: Identified, { roles }: StreamOperation): Failure | undefined {
  const caller = callers.again(identified);
  if (caller?.name !== identified.caller.name) return unknownCaller();
  return roles.includes(caller.role) ? undefined : roleRefused(caller);
}
