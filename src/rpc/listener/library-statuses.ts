// The statuses that grpc-js answers with by itself, before or beside our handlers: a message above the maximum, bytes that cannot
// be unpacked, a deadline that has passed. They get our messages and details, and are counted.
import assert from 'node:assert/strict';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
// WHY NOT an interceptor, which is public: it costs every call, measured at a third of the throughput. This costs the refused.
import { BaseServerInterceptingCall } from '@grpc/grpc-js/build/src/server-interceptors.js';
import { metadataOf, type Refusal } from '../call/refusal.ts';

export type LibraryEvent = 'MESSAGE_TOO_LARGE' | 'MESSAGE_UNDECODABLE';

interface Row {
  readonly refusal: Refusal;
  /** Undefined for what a handler has seen. */
  readonly event: LibraryEvent | undefined;
}

const UNDECODABLE: Row = {
  event: 'MESSAGE_UNDECODABLE',
  refusal: { code: status.INTERNAL, reason: 'UNDECODABLE', message: 'the request message cannot be decoded' },
};

/** By the code that grpc-js uses. Other codes are those of handlers. */
const ROWS: Partial<Record<status, Row>> = {
  [status.RESOURCE_EXHAUSTED]: {
    event: 'MESSAGE_TOO_LARGE',
    refusal: {
      code: status.RESOURCE_EXHAUSTED,
      reason: 'MESSAGE_TOO_LARGE',
      message: 'the request is larger than any that this listener takes',
    },
  },
  [status.INTERNAL]: UNDECODABLE,
  // No message, two messages, or a message with the compressed flag and no encoding.
  [status.UNIMPLEMENTED]: UNDECODABLE,
  [status.DEADLINE_EXCEEDED]: {
    event: undefined,
    refusal: { code: status.DEADLINE_EXCEEDED, reason: 'DEADLINE', message: 'the deadline has passed' },
  },
  [status.UNKNOWN]: {
    event: undefined,
    refusal: { code: status.INTERNAL, reason: 'INTERNAL', message: 'internal error' },
  },
};

const DETAILS = 'grpc-status-details-bin';
const reporters = new WeakMap<ServerHttp2Session, (event: LibraryEvent) => void>();

/** Counts the statuses of grpc-js on the connections of one server. */
export function reportLibraryStatuses(server: Http2Server, onEvent: (event: LibraryEvent) => void): void {
  server.on('session', (session: ServerHttp2Session) => reporters.set(session, onEvent));
}

/** Replaces a status of grpc-js. The status of a handler is left unchanged. */
export function inOurWords(given: Partial<StatusObject>): { sent: Partial<StatusObject>; event?: LibraryEvent } {
  const row = given.code === undefined ? undefined : ROWS[given.code];
  if (!row || (given.metadata?.get(DETAILS).length ?? 0) > 0) return { sent: given };
  const { code, message } = row.refusal;
  const metadata = given.metadata?.clone() ?? new Metadata();
  metadata.merge(metadataOf(row.refusal));
  return { sent: { code, details: message, metadata }, ...(row.event && { event: row.event }) };
}

/** A call of grpc-js below its interceptors, where every status goes through. */
interface LibraryCall {
  sendStatus(given: Partial<StatusObject>): void;
  readonly stream?: { readonly session?: ServerHttp2Session };
}

const calls = BaseServerInterceptingCall.prototype as unknown as LibraryCall;
const { sendStatus } = calls;
assert(typeof sendStatus === 'function');
calls.sendStatus = function (this: LibraryCall, given) {
  if (given.code === status.OK) return sendStatus.call(this, given);
  const { sent, event } = inOurWords(given);
  const session = this.stream?.session;
  if (event && session) reporters.get(session)?.(event);
  sendStatus.call(this, sent);
};
