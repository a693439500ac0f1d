// From an operation to a gRPC handler: decode, run, encode, and answer exactly once whatever happens.
import type { IncomingHttpHeaders } from 'node:http2';
import { type handleServerStreamingCall, type handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { Role } from '../config/callers-file.ts';
import { Failure } from '../core/failure.ts';
import { anyPartition, newId } from '../pdp/ids.ts';
import { type Pdp, pdpFor, pdpWithin } from '../pdp/pdp.ts';
import type { FoldedLog } from '../telemetry/folded-log.ts';
import { errorFields } from '../telemetry/log.ts';
import { type Callers, type Identified, identifiedOf, requireRole, roleRefused, unknownCaller } from './callers.ts';
import type { Method } from './codec.ts';
import { Fields } from './fields.ts';
import type { InFlight } from './in-flight.ts';
import { rolesFor } from './roles.ts';
import { type Sight, viewOf } from './seen.ts';
import { type StatusReply, statusOf } from './status.ts';
import type { StreamChecks } from './stream-checks.ts';

/**
 * Decodes a request and runs it; the result is the response message. May answer without a promise.
 *
 * @param caller  its name, for the log and records alone: no decision may rest on it
 */
export type Operation = (fields: Fields, pdp: Pdp, caller: string) => object | Promise<object>;
/** The same for a stream of responses; `signal` is aborted when the caller goes. */
export type StreamingOperation = (fields: Fields, pdp: Pdp, signal: AbortSignal) => AsyncIterable<object>;

export interface Edge {
  readonly pdp: Pdp;
  readonly callers: Callers;
  /** Our own streams that are open, whose callers are asked for again. */
  readonly openStreams: StreamChecks;
  readonly inFlight: InFlight;
  readonly refusals: FoldedLog;
  readonly sight: Sight;
  /** Aborted when the server begins to stop. */
  readonly draining: AbortSignal;
  /** Aborted when the streams that are still open must end for the server to stop in time. */
  readonly stopping: AbortSignal;
  readonly requestBytesMax: (method: Method) => number;
}

// A rejecting async handler is never answered by grpc-js, so handlers are plain functions and catch everything.
export function unaryHandler(edge: Edge, method: Method, operation: Operation): handleUnaryCall<Buffer, Buffer> {
  const bytesMax = edge.requestBytesMax(method);
  const roles = rolesFor(method.path);
  const view = viewOf(method, edge.sight);
  return (call, answer) => {
    const seen = view(call.metadata);
    let caller: string | undefined;
    let admitted: string | undefined;
    const callback: typeof answer = (error, response) => {
      answer(error, response);
      if (admitted !== undefined) edge.inFlight.end(admitted);
    };
    const succeed = (response: object): void => {
      let bytes: Buffer;
      try {
        bytes = method.encode(response);
      } catch (error) {
        fail(error);
        return;
      }
      callback(null, bytes);
      seen.answered(response);
    };
    const fail = (error: unknown): void => {
      const reply = report(edge, method, caller, error);
      callback(reply.error);
      seen.failed(reply);
    };
    try {
      const known = identifiedOf(call).caller;
      caller = known.name;
      requireRole(known, roles);
      admitted = edge.inFlight.begin(caller);
      const pdp = seen.pdp(pdpUntil(edge, method, { caller, deadline: call.getDeadline() }));
      const result = operation(fieldsOf(method, call.request, bytesMax), pdp, caller);
      if (result instanceof Promise) result.then(succeed, fail);
      else succeed(result);
    } catch (error) {
      fail(error);
    }
  };
}

export function streamHandler(
  edge: Edge,
  method: Method,
  operation: StreamingOperation,
): handleServerStreamingCall<Buffer, Buffer> {
  const bytesMax = edge.requestBytesMax(method);
  const stopping = ENDLESS.has(method.name) ? edge.draining : edge.stopping;
  const roles = rolesFor(method.path);
  const view = viewOf(method, edge.sight);
  return (call) => {
    const seen = view(call.metadata);
    let caller: string | undefined;
    let admitted: string | undefined;
    /** Why the caller may not have this stream any more. */
    let refusal: Failure | undefined;
    let forget = () => {};
    const abort = new AbortController();
    const stop = () => abort.abort();
    // `cancelled` also fires when a call ends normally; by then nobody listens.
    call.on('cancelled', stop);
    stopping.addEventListener('abort', stop);
    if (stopping.aborted) stop();
    const writable = () =>
      new Promise<void>((resolve) => {
        const go = () => {
          call.off('drain', go);
          abort.signal.removeEventListener('abort', go);
          resolve();
        };
        call.on('drain', go);
        abort.signal.addEventListener('abort', go);
      });
    const send = async (): Promise<void> => {
      const identified = identifiedOf(call);
      caller = identified.caller.name;
      requireRole(identified.caller, roles);
      forget = edge.openStreams.add(() => {
        refusal = refusalOfOpen(edge.callers, identified, roles);
        if (refusal) stop();
      });
      admitted = edge.inFlight.begin(caller);
      const responses = operation(fieldsOf(method, call.request, bytesMax), edge.pdp, abort.signal);
      // The headers tell a caller that it listens, which may be long before there is a first message. The listening begins
      // in this same turn, so nothing that the caller does upon them is missed.
      if (ENDLESS.has(method.name)) call.sendMetadata(new Metadata());
      for await (const response of responses) {
        if (abort.signal.aborted) break;
        if (!call.write(method.encode(response))) await writable();
      }
      if (refusal) throw refusal;
      // What looks like the end of the list would be taken for it.
      if (stopping.aborted) throw new Failure('stopping', 'the server is stopping');
    };
    send()
      .then(
        () => {
          call.end();
          seen.answered(undefined);
        },
        (error) => {
          const reply = report(edge, method, caller, error);
          call.emit('error', reply.error);
          seen.failed(reply);
        },
      )
      .finally(() => {
        stopping.removeEventListener('abort', stop);
        forget();
        if (admitted !== undefined) edge.inFlight.end(admitted);
      });
  };
}

/**
 * Why a caller may not have an open stream any more: it was removed, its certificate has ended, or its role was changed. A
 * credential that belongs to another caller by now does not carry the stream over to that one.
 */
function refusalOfOpen(callers: Callers, identified: Identified, roles: ReadonlySet<Role>): Failure | undefined {
  const caller = callers.again(identified);
  if (caller?.name !== identified.caller.name) return unknownCaller();
  return roles.has(caller.role) ? undefined : roleRefused(caller);
}

/** Refuses calls of a method whose caller is not known, as its handler would. */
export function unknownRefuser(edge: Edge, method: Method): (headers: IncomingHttpHeaders) => StatusReply {
  const view = viewOf(method, edge.sight);
  return (headers) => {
    const seen = view(Metadata.fromHttp2Headers(headers));
    const reply = report(edge, method, undefined, unknownCaller());
    seen.failed(reply);
    return reply;
  };
}

/** These streams have no end of their own, or may be asked to have none, so a stop does not wait for them. */
const ENDLESS = new Set(['WatchDecisions', 'ExportEvents']);

/** A run must be finished even if its runner has gone meanwhile. */
const DETACHED = new Set(['FinishRun']);

/** Bounds what is asked of the store by the time that the caller still waits. */
function pdpUntil(
  edge: Edge,
  { name }: Method,
  { caller, deadline }: { caller: string; deadline: Date | number },
): Pdp {
  const pdp = pdpFor(edge.pdp, caller);
  if (deadline === Number.POSITIVE_INFINITY || DETACHED.has(name)) return pdp;
  const leftMs = Number(deadline) - Date.now();
  if (leftMs <= 0) throw new Failure('deadline', 'the deadline had passed when the call arrived');
  return pdpWithin(pdp, performance.now() + leftMs);
}

function fieldsOf(method: Method, bytes: Buffer, bytesMax: number): Fields {
  if (bytes.length > bytesMax) {
    throw new Failure('message_too_large', `the request has ${bytes.length} bytes, at most ${bytesMax} are allowed`);
  }
  return new Fields(method.decode(bytes));
}

/** Of one reason; what comes above that is counted. Who is shed is one of many, and one line a second says enough. */
const REFUSALS_PER_SECOND = 10;

/** @param caller  undefined when it is not known */
function report(edge: Edge, method: Method, caller: string | undefined, error: unknown): StatusReply {
  const requestId = newId(Date.now(), anyPartition());
  const reply = statusOf(error, requestId);
  const line = { rpc: method.name, caller, code: reply.codeName, reason: reply.reason, request_id: requestId };
  edge.refusals.write(reply.reason, reply.reason === 'OVERLOADED' ? 1 : REFUSALS_PER_SECOND, (log) => {
    if (reply.isOurFault) log.error({ ...line, ...errorFields(error) }, 'failed');
    else log.info({ ...line, detail: reply.error.details }, 'refused');
  });
  return reply;
}
