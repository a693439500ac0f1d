// Failures of calls: the status that the caller gets, and the line in the log.
import type { IncomingHttpHeaders } from 'node:http2';
import { Metadata } from '@grpc/grpc-js';
import { newRequestId } from '../../pdp/ids.ts';
import { errorFields } from '../../telemetry/log.ts';
import { unknownCaller } from './callers.ts';
import type { Edge } from './edge.ts';
import type { Endpoint } from './endpoint.ts';
import { observerFor } from './observer.ts';
import { type StatusReply, statusOf } from './status.ts';

/** Log lines per second for one reason; more are counted. Overload refuses many calls at once, and one line says enough. */
const REFUSALS_PER_SECOND = 10;
const OVERLOADS_PER_SECOND = 1;

/** The status of an error under a new request id. */
export function statusReply(error: unknown): StatusReply {
  return statusOf(error, newRequestId(Date.now()));
}

/** @param caller  undefined if it is not known */
export function logFailure(
  { edge, operation }: Endpoint,
  caller: string | undefined,
  reply: StatusReply,
  error: unknown,
): void {
  const { codeName: code, reason, requestId } = reply;
  const line = { rpc: operation.name, caller, code, reason, request_id: requestId };
  if (STORE_FAILURES.has(reason)) {
    logStoreFailure(edge, { ...line, ...errorFields(error) });
    return;
  }
  edge.refusals.write(reason, reason === 'OVERLOADED' ? OVERLOADS_PER_SECOND : REFUSALS_PER_SECOND, (log) => {
    if (reply.isOurFault) log.error({ ...line, ...errorFields(error) }, 'failed');
    else log.info({ ...line, detail: reply.error.details }, 'refused');
  });
}

/** Logs an error that came after the call was answered. Never throws: there is nobody left to tell. */
export function logFault({ edge, operation }: Endpoint, caller: string | undefined, fault: unknown): void {
  try {
    edge.refusals.write('AFTER_ANSWER', REFUSALS_PER_SECOND, (log) =>
      log.error({ rpc: operation.name, caller, ...errorFields(fault) }, 'failed after the answer'),
    );
  } catch {
    // The log itself fails.
  }
}

const STORE_FAILURES: ReadonlySet<string> = new Set(['STATE_UNAVAILABLE', 'STATE_FULL']);

/** An outage fails thousands of calls for one reason: during an outage they are counted, otherwise equal lines fold. */
function logStoreFailure(edge: Edge, line: { readonly reason: string } & Readonly<Record<string, unknown>>): void {
  const { reason } = line;
  const isCounted = reason === 'STATE_UNAVAILABLE' && edge.outage.failed();
  if (isCounted) edge.storeFailures.log.debug(line, 'failed');
  else edge.storeFailures.write({ key: reason, kind: reason, about: { reason } }, (log) => log.error(line, 'failed'));
}

/** Makes the refusal of a call whose caller is not known, as the call's handler would make it. */
export function unknownRefuser(endpoint: Endpoint): (headers: IncomingHttpHeaders) => StatusReply {
  const observe = observerFor(endpoint.method, endpoint.edge.telemetry);
  return (headers) => {
    const observer = observe(Metadata.fromHttp2Headers(headers));
    const error = unknownCaller();
    const reply = statusReply(error);
    logFailure(endpoint, undefined, reply, error);
    observer.failed(reply);
    return reply;
  };
}
