// A server of grpc-js with bounds. grpc-js hands on only few of the settings of node:http2 and hides its servers, so
// this is the one place that reaches into it: for three members, which are asserted to be there.
import assert from 'node:assert/strict';
import type { Http2Server, ServerOptions } from 'node:http2';
import { Server, type ServerCredentials } from '@grpc/grpc-js';
import type { Config } from '../config/config.ts';
import { type ConnectionEvent, Connections } from './connections.ts';
import { type HeadProblem, problemOfHead, problemOfSize, refuseHead } from './request-head.ts';

/** How long a peer may take to answer a keepalive ping. */
const KEEPALIVE_TIMEOUT_MS = 20_000;

interface Inside {
  /** The options of every server of node:http2 that it makes. */
  readonly commonServerOptions: ServerOptions & { handshakeTimeout?: number };
  /** By path. */
  readonly handlers: ReadonlyMap<string | undefined, unknown>;
  createHttp2Server(credentials: ServerCredentials): Http2Server;
}

export interface BoundedServerOptions {
  /** The largest message of any method on it. */
  readonly bytesMax: number;
  readonly limits: Config['limits'];
  readonly onEvent: (event: ConnectionEvent | HeadProblem['reason'], error?: unknown) => void;
}

export function boundedServer({ bytesMax, limits, onEvent }: BoundedServerOptions): {
  server: Server;
  connections: Connections;
} {
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
    settings: { maxConcurrentStreams: limits.streamsPerConnection, maxHeaderListSize: limits.metadataBytes },
    handshakeTimeout: limits.handshakeMs,
    unknownProtocolTimeout: limits.handshakeMs,
  } satisfies Inside['commonServerOptions']);
  const isMethod = (path: string | undefined) => handlers.has(path);
  const connections = new Connections({
    limits,
    callBytesMax: limits.metadataBytes + bytesMax,
    onEvent,
    admit: (stream, headers) => {
      const isSettled = stream.session?.pendingSettingsAck === false;
      const problem =
        (isSettled ? undefined : problemOfSize(headers, limits.metadataBytes)) ?? problemOfHead(headers, isMethod);
      if (!problem) return true;
      onEvent(problem.reason);
      refuseHead(stream, problem);
      return false;
    },
  });
  inside.createHttp2Server = (credentials) => {
    const http2Server = createHttp2Server.call(server, credentials);
    connections.guard(http2Server);
    return http2Server;
  };
  return { server, connections };
}
