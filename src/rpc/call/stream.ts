// The answers of a stream, one after the other, until there are no more, the caller goes, or the server stops.
import type { StreamOperation } from '../../api/operation.ts';
import type { Method } from '../../api/wire/codec.ts';
import { Failure } from '../../core/failure.ts';
import type { CallContext } from '../../pdp/call-context.ts';
import { Slice } from '../../pdp/turns.ts';
import { type Callers, type Identified, roleRefused, unknownCaller } from './callers.ts';
import type { Edge } from './edge.ts';
import type { Reply } from './run-call.ts';

interface OpenStream {
  readonly edge: Edge;
  readonly operation: StreamOperation;
  readonly method: Method;
  readonly identified: Identified;
  readonly reply: Reply;
}

/** @throws Failure when the server stops, or when the caller may not have the stream any more */
export async function sendAll(
  { edge, operation, method, identified, reply }: OpenStream,
  context: CallContext,
  asked: unknown,
): Promise<void> {
  // An endless stream would hold up the stop of the server.
  const stopping = operation.lifetime === 'endless' ? edge.draining : edge.stopping;
  const abort = new AbortController();
  const stop = () => abort.abort();
  /** Why the caller may not have this stream any more. */
  let refusal: Failure | undefined;
  const forget = edge.openStreams.add(() => {
    refusal = refusalOfOpen(edge.callers, identified, operation);
    if (refusal) stop();
  });
  const signals = [stopping, reply.signal].filter((signal) => signal !== undefined);
  for (const signal of signals) {
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  }
  const slice = new Slice();
  try {
    for await (const answer of operation.run(context, asked, abort.signal)) {
      if (abort.signal.aborted) break;
      const taken = reply.send(method.encode(operation.encode(answer) as object));
      if (taken) await Promise.race([taken, aborted(abort.signal)]);
      if (slice.isOver) await slice.next();
    }
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', stop);
    forget();
  }
  if (refusal) throw refusal;
  // What looks like the end of the list would be taken for it.
  if (stopping.aborted) throw new Failure('stopping', 'the server is stopping');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Why a caller may not have an open stream any more: it was removed, its certificate has ended, or its role was changed. A
 * credential that belongs to another caller by now does not carry the stream over to that one.
 */
function refusalOfOpen(callers: Callers, identified: Identified, { roles }: StreamOperation): Failure | undefined {
  const caller = callers.again(identified);
  if (caller?.name !== identified.caller.name) return unknownCaller();
  return roles.includes(caller.role) ? undefined : roleRefused(caller);
}
