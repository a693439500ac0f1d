// The open calls of a listener and their limit. Calls of unknown callers are limited to a share of it.
import { constants, type ServerHttp2Stream } from 'node:http2';
import { UnknownPlaces } from '../../host/unknown-places.ts';
import {
  type Connection,
  type ConnectionEvent,
  type ConnectionLimits,
  openCallsMax,
  unknownBounds,
} from './connection.ts';
import { Receiving } from './receiving.ts';

export interface OpenCallsOptions {
  readonly limits: ConnectionLimits;
  /** The most that one call may bring: its headers and its message. */
  readonly callBytesMax: number;
  /** Whether several callers can be on one connection. */
  readonly areToldApart: boolean;
  readonly onEvent: (event: ConnectionEvent) => void;
}

export class OpenCalls {
  readonly #options: OpenCallsOptions;
  readonly #max: number;
  readonly #unknown: UnknownPlaces<ServerHttp2Stream>;
  readonly #unknownPerConnection: number;
  readonly #receiving: Receiving;
  /** The share of unknown callers. */
  readonly #connections = new WeakMap<ServerHttp2Stream, Connection>();
  #count = 0;

  constructor(options: OpenCallsOptions) {
    const { limits, callBytesMax } = options;
    this.#options = options;
    this.#max = openCallsMax(limits);
    const bounds = unknownBounds(limits);
    this.#unknown = new UnknownPlaces(bounds.calls);
    this.#unknownPerConnection = bounds.callsPerConnection;
    this.#receiving = new Receiving({ receivingBytes: limits.receivingBytes, callBytesMax });
  }

  open(connection: Connection, stream: ServerHttp2Stream): void {
    this.#count++;
    connection.callsOpened++;
    connection.calls.add(stream);
    stream.on('data', connection.onCallData).on('close', connection.onCallClose);
  }

  close(connection: Connection, stream: ServerHttp2Stream): void {
    this.#count--;
    connection.calls.delete(stream);
    if (connection.held.size > 0) this.#receiving.end(connection, stream);
    if (connection.unknownCalls.size > 0) this.#forget(connection, stream);
  }

  /** Takes a piece of a request, or ends the call that brings too much. */
  receive(connection: Connection, stream: ServerHttp2Stream, piece: Buffer): void {
    if (this.#receiving.take(connection, stream, piece)) return;
    this.#options.onEvent('RECEIVING_EXHAUSTED');
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  /** Counts a call of an unknown caller. If there are too many, the oldest of them is ended. */
  boundUnknown(connection: Connection, stream: ServerHttp2Stream): void {
    const { unknownCalls, address } = connection;
    unknownCalls.add(stream);
    this.#connections.set(stream, connection);
    const evicted = this.#unknown.add(stream, address);
    if (evicted) this.#evict(evicted);
    // A connection that many callers share, as behind a proxy, is theirs all the same. One with a single caller is its own.
    if (!this.#options.areToldApart || unknownCalls.size <= this.#unknownPerConnection) return;
    const [oldest] = unknownCalls;
    if (oldest) this.#evict(oldest);
  }

  /** Makes room for a call if there are too many. @returns whether it may go on */
  makeRoom(connection: Connection, stream: ServerHttp2Stream): boolean {
    if (this.#count <= this.#max) return true;
    const unknown = this.#unknown.takeFrom(connection.address);
    if (unknown && unknown !== stream) {
      this.#evict(unknown);
      return true;
    }
    this.#forget(connection, stream);
    this.#options.onEvent('CALLS_EXHAUSTED');
    endCall(stream, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    return false;
  }

  #evict(stream: ServerHttp2Stream): void {
    const connection = this.#connections.get(stream);
    if (connection) this.#forget(connection, stream);
    this.#options.onEvent('CALL_EVICTED');
    endCall(stream, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #forget(connection: Connection, stream: ServerHttp2Stream): void {
    if (connection.unknownCalls.delete(stream)) this.#unknown.delete(stream, connection.address);
  }
}

/** Ends a stream that may have no error listener yet; without one, its error would end the process. */
export function endCall(stream: ServerHttp2Stream, code: number): void {
  stream.on('error', () => undefined);
  stream.close(code);
}
