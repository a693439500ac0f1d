// What a caller is told of a failure, and what the log says of it.
import type { IncomingHttpHeaders } from 'node:http2';
import { Metadata } from '@grpc/grpc-js';
import type { Operation } from '../../api/operation.ts';
import type { Method } from '../../api/wire/codec.ts';
import { newRequestId } from '../../pdp/ids.ts';
import { errorFields } from '../../telemetry/log.ts';
import { unknownCaller } from './callers.ts';
import type { Edge } from './edge.ts';
import { observerFor } from './observer.ts';
import { type StatusReply, statusOf } from './status.ts';

/** Lines per second for one reason; the rest is counted. Calls are shed in crowds, and one line a second says enough. */
const REFUSALS_PER_SECOND = 10;

/** @param caller  undefined when it is not known */
export function report(edge: Edge, { name }: Operation, caller: string | undefined, error: unknown): StatusReply {
  const requestId = newRequestId(Date.now());
  const reply = statusOf(error, requestId);
  const line = { rpc: name, caller, code: reply.codeName, reason: reply.reason, request_id: requestId };
  if (STORE_FAILURES.has(reply.reason)) {
    reportStoreFailure(edge, { ...line, ...errorFields(error) });
    return reply;
  }
  edge.refusals.write(reply.reason, reply.reason === 'OVERLOADED' ? 1 : REFUSALS_PER_SECOND, (log) => {
    if (reply.isOurFault) log.error({ ...line, ...errorFields(error) }, 'failed');
    else log.info({ ...line, detail: reply.error.details }, 'refused');
  });
  return reply;
}

const STORE_FAILURES: ReadonlySet<string> = new Set(['STATE_UNAVAILABLE', 'STATE_FULL']);

/** They come by the thousand, and all for one reason: in an outage they are counted, outside of one they fold. */
function reportStoreFailure(edge: Edge, line: { readonly reason: string } & Readonly<Record<string, unknown>>): void {
  const { reason } = line;
  const isCounted = reason === 'STATE_UNAVAILABLE' && edge.outage.failed();
  if (isCounted) edge.storeFailures.log.debug(line, 'failed');
  else edge.storeFailures.write({ key: reason, kind: reason, about: { reason } }, (log) => log.error(line, 'failed'));
}

/** Refuses calls of an operation whose caller is not known, as its handler would. */
export function unknownRefuser(
  edge: Edge,
  operation: Operation,
  method: Method,
): (headers: IncomingHttpHeaders) => StatusReply {
  const observe = observerFor(method, edge.telemetry);
  return (headers) => {
    const observer = observe(Metadata.fromHttp2Headers(headers));
    const reply = report(edge, operation, undefined, unknownCaller());
    observer.failed(reply);
    return reply;
  };
}
