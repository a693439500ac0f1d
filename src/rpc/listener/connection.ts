// One connection of a listener and its limits, which are enforced below grpc-js.
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { UnknownBounds } from '../../host/unknown-places.ts';
import type { CertificateFacts, Identified } from '../call/callers.ts';

export interface ConnectionLimits {
  readonly connections: number;
  readonly streamsPerConnection: number;
  /** Calls that are being answered. Several times as many may be open, for an answer can wait to be taken. */
  readonly inFlight: number;
  /** Of the places for connections, for open calls and for calls within a connection, what unknown callers may hold. */
  readonly unknownShare: number;
  readonly unknownPerAddress: number;
  /** For the TLS handshake, and again for the HTTP/2 preface with its settings. */
  readonly handshakeMs: number;
  /** How long a request may be half-sent, or an answer not taken. */
  readonly stallMs: number;
  /** How long a connection may have no call open. */
  readonly idleMs: number;
  /** What may be sent in a second beside calls: pings, settings, window updates. */
  readonly controlBytesPerS: number;
  /** What all requests that came in pieces may hold together, and their overhead; one connection gets a quarter. */
  readonly receivingBytes: number;
}

/** The events of connections that are counted and logged; a closed list. */
export type ConnectionEvent =
  | 'CONNECTIONS_EXHAUSTED'
  | 'CALLS_EXHAUSTED'
  | 'CONNECTION_EVICTED'
  | 'CALL_EVICTED'
  | 'HANDSHAKE_LATE'
  | 'HANDSHAKE_FAILED'
  | 'HANDSHAKE_PLAINTEXT'
  | 'CLIENT_CERTIFICATE_MISSING'
  | 'CLIENT_CERTIFICATE_REFUSED'
  | 'NOT_HTTP2'
  | 'PROTOCOL_VIOLATED'
  | 'REQUEST_STALLED'
  | 'ANSWER_NOT_TAKEN'
  | 'RECEIVING_EXHAUSTED'
  | 'CONTROL_FLOOD'
  | 'RESET_FLOOD'
  | 'CALL_BROKEN';

export interface HeldRequest {
  bytes: number;
  readonly isUnknown: boolean;
}

export interface Connection {
  readonly socket: Socket;
  /** @see addressGroup */
  readonly address: string;
  session: ServerHttp2Session | undefined;
  certificate: CertificateFacts | undefined;
  /** The caller of its newest call that had one; undefined while it has had none. */
  known: Identified | undefined;
  /** When it was made; once it has said its settings, when it last had a call open. */
  sinceMs: number;
  isReady: boolean;
  closingSinceMs: number | undefined;
  readonly calls: Set<ServerHttp2Stream>;
  /** Those of them whose caller is not known, the oldest first. */
  readonly unknownCalls: Set<ServerHttp2Stream>;
  /** Requests that come in pieces, as they count against `receivingBytes`. */
  readonly held: Map<ServerHttp2Stream, HeldRequest>;
  heldBytes: number;
  callsOpened: number;
  /** At the last look. */
  halfSent: number;
  /** Cancelled calls, minus the allowance for the time since. */
  resets: number;
  bytesRead: number;
  bytesWritten: number;
  /** Listen to each of its calls. */
  onCallClose: (this: ServerHttp2Stream) => void;
  onCallData: (this: ServerHttp2Stream, piece: Buffer) => void;
}

export function newConnection(
  socket: Socket,
  address: string,
  listeners: Pick<Connection, 'onCallClose' | 'onCallData'>,
): Connection {
  return {
    socket,
    address,
    session: undefined,
    certificate: undefined,
    known: undefined,
    sinceMs: performance.now(),
    isReady: false,
    closingSinceMs: undefined,
    calls: new Set(),
    unknownCalls: new Set(),
    held: new Map(),
    heldBytes: 0,
    callsOpened: 0,
    halfSent: 0,
    resets: 0,
    bytesRead: 0,
    bytesWritten: 0,
    ...listeners,
  };
}

/** Times `inFlight`. An answer that nobody takes holds about 10 KB, measured, and on all connections there is room for many. */
const OPEN_CALLS_FACTOR = 4;

/** How many calls may be open on a listener, their answers not taken yet included. */
export function openCallsMax({ inFlight }: ConnectionLimits): number {
  return OPEN_CALLS_FACTOR * inFlight;
}

/** One address may hold this part of the calls that unknown callers may hold. */
const ADDRESS_SHARE = 4;

/** The bounds of unknown callers, each at least one. */
export function unknownBounds(limits: ConnectionLimits): {
  connections: UnknownBounds;
  calls: UnknownBounds;
  callsPerConnection: number;
} {
  const shareOf = (places: number) => Math.max(1, Math.floor(places * limits.unknownShare));
  const calls = shareOf(openCallsMax(limits));
  return {
    connections: { max: shareOf(limits.connections), maxPerAddress: limits.unknownPerAddress },
    calls: { max: calls, maxPerAddress: Math.ceil(calls / ADDRESS_SHARE) },
    callsPerConnection: shareOf(limits.streamsPerConnection),
  };
}
