// The way of every call, unary or stream: who calls, whether that role may call this, whether there is room; then decode, run
// and encode as the operation's row says; and exactly one answer, whatever happens.
import type { Metadata } from '@grpc/grpc-js';
import type { Operation } from '../../api/operation.ts';
import type { Method } from '../../api/wire/codec.ts';
import { Fields } from '../../api/wire/fields.ts';
import { Pieces } from '../../api/wire/pieces.ts';
import { Failure } from '../../core/failure.ts';
import type { CallContext } from '../../pdp/call-context.ts';
import { identifiedOf, requireRole } from './callers.ts';
import type { Edge } from './edge.ts';
import { observerFor } from './observer.ts';
import { report } from './report.ts';
import { sendAll } from './stream.ts';

/** A call as grpc-js hands it over. */
export interface IncomingCall {
  readonly metadata: Metadata;
  readonly request: Buffer;
  getDeadline(): Date | number;
}

/** How a call is answered. */
export interface Reply {
  /** Aborted when the caller goes; only a stream has one. */
  readonly signal?: AbortSignal;
  /** Sends one message. @returns a promise while the caller takes no more */
  send(bytes: Buffer): void | Promise<void>;
  /** Ends a stream that has sent everything. */
  end?(): void;
  fail(error: ReturnType<typeof report>['error']): void;
}

/** @returns runs one call of the operation */
export function callRunner(
  edge: Edge,
  operation: Operation,
  method: Method,
): (incoming: IncomingCall, reply: Reply) => void {
  const bytesMax = edge.bytesMax[operation.size];
  const roles = new Set(operation.roles);
  const observe = observerFor(method, edge.telemetry);
  return (incoming, reply) => {
    const observer = observe(incoming.metadata);
    let caller: string | undefined;
    let admitted: string | undefined;
    const leave = () => {
      if (admitted !== undefined) edge.inFlight.end(admitted);
      admitted = undefined;
    };
    const fail = (error: unknown): void => {
      const status = report(edge, operation, caller, error);
      reply.fail(status.error);
      leave();
      observer.failed(status);
    };
    try {
      const identified = identifiedOf(incoming);
      caller = identified.caller.name;
      requireRole(identified.caller, roles);
      admitted = edge.inFlight.begin(caller);
      const context = observer.observed(contextOf(edge, operation, caller, incoming));
      const bytes = bounded(incoming.request, bytesMax);
      if (operation.mode === 'stream') {
        const asked = operation.decode(fieldsOf(method, bytes), edge.pdp);
        const ended = () => {
          reply.end?.();
          leave();
          observer.answered(undefined);
        };
        sendAll({ edge, operation, method, identified, reply }, context, asked).then(ended, fail);
        return;
      }
      const send = (encoded: Buffer, response: object): void => {
        reply.send(encoded);
        leave();
        observer.answered(response);
      };
      const respond = (asked: unknown, answer: unknown): void => {
        try {
          const logged = operation.logged?.(asked, answer);
          if (logged) edge.decisionLog.write(operation.name, identified.caller.name, logged);
          const response = operation.encode(answer);
          if (response instanceof Pieces) response.encode(method.encode).then((encoded) => send(encoded, {}), fail);
          else send(method.encode(response), response);
        } catch (error) {
          fail(error);
        }
      };
      const run = (asked: unknown): void => {
        const answer = operation.run(context, asked);
        if (answer instanceof Promise) answer.then((settled) => respond(asked, settled), fail);
        else respond(asked, answer);
      };
      const { large } = operation;
      if (large && bytes.length >= large.bytesMin(edge.pdp)) large.decode(bytes, context).then(run).catch(fail);
      else run(operation.decode(fieldsOf(method, bytes), edge.pdp));
    } catch (error) {
      fail(error);
    }
  };
}

/** Bounds the store by the time that the caller still waits. */
function contextOf(edge: Edge, { lifetime }: Operation, name: string, incoming: IncomingCall): CallContext {
  const { pdp } = edge;
  const caller = { name, receivedAtMs: performance.now() };
  const until = incoming.getDeadline();
  if (until === Number.POSITIVE_INFINITY || lifetime === 'detached') {
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

/** The row's own type of message is the method's; a table of rows cannot tell the compiler. */
function fieldsOf(method: Method, bytes: Buffer): never {
  return new Fields(method.decode(bytes)) as never;
}
