// Every call takes this way, unary or stream: find the caller, check its role, take a place among the calls in flight; then
// decode, run and encode as the operation's row says.
import type { Operation, StreamOperation, UnaryOperation } from '../../api/operation.ts';
import type { Method } from '../../api/wire/codec.ts';
import { Failure } from '../../core/failure.ts';
import type { CallContext } from '../../pdp/call-context.ts';
import { Call, type IncomingCall, type Reply } from './call.ts';
import type { Edge } from './edge.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import { observerFor } from './observer.ts';
import { runStream } from './stream.ts';
import { runUnary } from './unary.ts';

/** Runs one call. It never throws: whatever goes wrong becomes the call's status. */
export type CallRunner = (incoming: IncomingCall, reply: Reply) => void;

export function callRunner(edge: Edge, operation: Operation, method: Method): CallRunner {
  const observe = observerFor(method, edge.telemetry);
  const endpoint = endpointOf(edge, operation, method);
  return (incoming, reply) => {
    const observer = observe(incoming.metadata);
    const call = new Call(endpoint, observer, reply);
    try {
      const identified = call.admit(incoming);
      const context = observer.observed(contextOf(endpoint, identified.caller.name, incoming));
      const bytes = bounded(incoming.request, endpoint.bytesMax);
      if (isStream(endpoint)) runStream(endpoint, call, context, bytes, identified);
      else runUnary(endpoint as Endpoint<UnaryOperation>, call, context, bytes);
    } catch (error) {
      call.fail(error);
    }
  };
}

function isStream(endpoint: Endpoint): endpoint is Endpoint<StreamOperation> {
  return endpoint.operation.mode === 'stream';
}

/** Bounds the store by the time that the caller still waits. */
function contextOf({ edge: { pdp }, operation }: Endpoint, name: string, incoming: IncomingCall): CallContext {
  const caller = { name, receivedAtMs: performance.now() };
  const until = incoming.getDeadline();
  if (until === Number.POSITIVE_INFINITY || operation.lifetime === 'detached') {
    return { pdp, caller, deadline: Number.POSITIVE_INFINITY, state: pdp.state };
  }
  const leftMs = Number(until) - Date.now();
  if (leftMs <= 0) throw new Failure('deadline', 'the deadline had passed when the call arrived');
  const deadline = caller.receivedAtMs + leftMs;
  return { pdp, caller, deadline, state: pdp.state.within(deadline) };
}

function bounded(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length <= bytesMax) return bytes;
  throw new Failure('message_too_large', `the request has ${bytes.length} bytes, at most ${bytesMax} are allowed`);
}
