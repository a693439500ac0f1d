// A grpc-js server with limits. grpc-js passes on only a few settings of node:http2 and hides its servers, so this file alone
// uses three private members of a server, and asserts that they exist.
import assert from 'node:assert/strict';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream, ServerOptions } from 'node:http2';
import { Server, type ServerCredentials } from '@grpc/grpc-js';
import type { Config } from '../../config/config.ts';
import { type Callers, keepIdentified } from '../call/callers.ts';
import { refuse, refuseHttp } from '../call/refusal.ts';
import type { ConnectionEvent } from './connection.ts';
import { type Admission, type ArrivingCall, Connections } from './connections.ts';
import { type LibraryEvent, reportLibraryStatuses } from './library-statuses.ts';
import { type HeadProblem, type HeadReason, problemOfHead } from './request-head.ts';

/** How long a peer may take to answer a keepalive ping. */
const KEEPALIVE_TIMEOUT_MS = 20_000;
/**
 * What node:http2 takes of a call's headers. Beyond it resets the call and tells nobody; so it takes more than we do, as much as
 * nghttp2 takes in nine frames, and we answer.
 */
const READ_HEADER_BYTES = 160 * 1_024;
const READ_HEADERS = 1_024;

interface Inside {
  /** The options of every server of node:http2 that it makes. */
  readonly commonServerOptions: ServerOptions & { handshakeTimeout?: number };
  /** By path. */
  readonly handlers: ReadonlyMap<string | undefined, unknown>;
  createHttp2Server(credentials: ServerCredentials): Http2Server;
}

/** Everything that is refused or ended before a method sees it. */
export type RefusedEvent = ConnectionEvent | HeadReason | LibraryEvent;

export interface BoundedServerOptions {
  /** The largest message of any method on it. */
  readonly bytesMax: number;
  readonly limits: Config['limits'];
  readonly callers: Callers;
  readonly onEvent: (event: RefusedEvent, error?: unknown) => void;
  /** Whether a method needs a caller. */
  readonly needsCaller: (path: string) => boolean;
  /** Answers a call that needs a known caller and has none. */
  readonly refuseUnknown: (path: string, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;
}

export function boundedServer(options: BoundedServerOptions): { server: Server; connections: Connections } {
  const { bytesMax, limits, callers, onEvent } = options;
  const server = new Server({
    // One byte more than allowed passes, so that our own check can answer with its details.
    'grpc.max_receive_message_length': bytesMax + 1,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  });
  const inside = server as unknown as Inside;
  const { commonServerOptions, handlers, createHttp2Server } = inside;
  assert(commonServerOptions && handlers instanceof Map && typeof createHttp2Server === 'function');

  Object.assign(commonServerOptions, {
    settings: {
      maxConcurrentStreams: limits.streamsPerConnection,
      maxHeaderListSize: Math.max(READ_HEADER_BYTES, limits.metadataBytes),
    },
    maxHeaderListPairs: Math.max(READ_HEADERS, limits.metadataBytes / 32),
    handshakeTimeout: limits.handshakeMs,
    unknownProtocolTimeout: limits.handshakeMs,
  } satisfies Inside['commonServerOptions']);
  const rules = { bytesMax: limits.metadataBytes, isMethod: (path: string | undefined) => handlers.has(path) };
  const connections = new Connections({
    limits,
    callBytesMax: limits.metadataBytes + bytesMax,
    callers,
    onEvent,
    admit: (call) => {
      const problem = problemOfHead(call.headers, call.rawHeaders, rules);
      return problem ? refuseHead(problem, call, onEvent) : admitCaller(call, options);
    },
  });
  inside.createHttp2Server = (credentials) => {
    const http2Server = createHttp2Server.call(server, credentials);
    connections.guard(http2Server);
    reportLibraryStatuses(http2Server, onEvent);
    return http2Server;
  };
  return { server, connections };
}

const REFUSED: Admission = { goesOn: false, identified: undefined };
/** Health and reflection are open to unknown callers. */
const UNKNOWN: Admission = { goesOn: true, identified: undefined };

function refuseHead(
  problem: HeadProblem,
  { stream }: ArrivingCall,
  onEvent: BoundedServerOptions['onEvent'],
): Admission {
  onEvent(problem.event);
  if ('http' in problem) refuseHttp(stream, problem.http);
  else refuse(stream, problem.refusal);
  return REFUSED;
}

/** Refused before any of the message is buffered: an unknown caller must not use memory. */
function admitCaller(
  { stream, headers, connection }: ArrivingCall,
  { callers, needsCaller, refuseUnknown }: BoundedServerOptions,
): Admission {
  const path = headers[':path'] ?? '';
  const isNeeded = needsCaller(path);
  if (!isNeeded && !callers.areToldApart) return UNKNOWN;
  const identified = callers.identify(headers.authorization, connection.certificate);
  if (!identified) {
    if (!isNeeded) return UNKNOWN;
    refuseUnknown(path, stream, headers);
    return REFUSED;
  }
  keepIdentified(stream, identified);
  return { goesOn: true, identified };
}
