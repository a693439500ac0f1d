// Refuses calls before a handler runs: writes the status to the HTTP/2 stream, with the same details as any error.
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { Metadata, type status } from '@grpc/grpc-js';
import { newRequestId } from '../../pdp/ids.ts';
import { encodeErrorDetails } from './error-details.ts';
import type { StatusReply } from './status.ts';

export interface Refusal {
  readonly code: status;
  /** A name of tollgate.v1.ErrorReason without its prefix. */
  readonly reason: string;
  /** For the caller; it repeats nothing that the caller sent. */
  readonly message: string;
}

/** The trailers of a refusal. */
export function metadataOf({ code, reason, message }: Refusal): Metadata {
  const requestId = newRequestId(Date.now());
  const details = { code, reason, message, requestId, fields: [], retryAfterMs: undefined, precondition: undefined };
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeErrorDetails(details));
  return metadata;
}

/** Ends a call with a refusal. */
export function refuse(stream: ServerHttp2Stream, refusal: Refusal): void {
  answer(stream, statusHeaders({ code: refusal.code, message: refusal.message, metadata: metadataOf(refusal) }));
}

/** Ends a call with the status that its handler would send. */
export function reply(stream: ServerHttp2Stream, { error }: StatusReply): void {
  answer(
    stream,
    statusHeaders({ code: error.code!, message: error.details ?? '', metadata: error.metadata ?? new Metadata() }),
  );
}

/** Ends a request that is not gRPC. */
export function refuseHttp(stream: ServerHttp2Stream, code: 405 | 415): void {
  answer(stream, {
    [constants.HTTP2_HEADER_STATUS]: code,
    ...(code === 405 && { [constants.HTTP2_HEADER_ALLOW]: 'POST' }),
  });
}

function statusHeaders(given: { code: status; message: string; metadata: Metadata }): OutgoingHttpHeaders {
  return {
    [constants.HTTP2_HEADER_STATUS]: constants.HTTP_STATUS_OK,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc+proto',
    'grpc-status': given.code,
    'grpc-message': encodeURI(given.message),
    ...given.metadata.toHttp2Headers(),
  };
}

/** Answers and discards the rest of the request. */
function answer(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.once('error', () => undefined);
  if (stream.destroyed || stream.closed) return;
  stream.respond(headers, { endStream: true });
  stream.resume();
}
