// Checks all connections of a listener at intervals and ends those that are late, stalled, flooding or idle.
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Connection, ConnectionEvent, ConnectionLimits } from './connection.ts';

export interface MonitorOptions {
  readonly limits: ConnectionLimits;
  /** The most that one call may bring: its headers and its message. */
  readonly callBytesMax: number;
  readonly onEvent: (event: ConnectionEvent) => void;
  readonly drop: (connection: Connection, event?: ConnectionEvent, code?: number) => void;
}

/** A call that was open at the last check. */
interface SeenCall {
  readonly firstSeenMs: number;
  /** Bytes of an answer that wait to be taken, when last looked at, and since when they are just as many. */
  waiting: number;
  waitingSinceMs: number;
}

const LOOK_MS = 500;
const RESETS_PER_S = 30;
/** How long a connection may take to close after GOAWAY. */
const CLOSING_MS = 2_000;

export class ConnectionMonitor {
  readonly #options: MonitorOptions;
  readonly #seen = new WeakMap<ServerHttp2Stream, SeenCall>();
  /** When the connections were last checked. */
  lookedAtMs = performance.now();

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** Starts the checks. @returns stops them */
  start(connections: () => Iterable<Connection>): () => void {
    const timer = setInterval(() => this.#look(connections(), performance.now()), LOOK_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  #look(connections: Iterable<Connection>, nowMs: number): void {
    const { limits, drop } = this.#options;
    const passedS = Math.max(LOOK_MS, nowMs - this.lookedAtMs) / 1_000;
    this.lookedAtMs = nowMs;
    for (const connection of connections) {
      connection.resets = Math.max(0, connection.resets - RESETS_PER_S * passedS);
      if (!connection.isReady) {
        if (nowMs - connection.sinceMs > limits.handshakeMs) drop(connection, 'HANDSHAKE_LATE');
        continue;
      }
      let halfSent = 0;
      for (const stream of connection.calls) {
        if (!stream.readableEnded) halfSent++;
        this.#lookAtCall(stream, nowMs);
      }
      if (this.#floods(connection, halfSent, passedS)) {
        drop(connection, 'CONTROL_FLOOD', constants.NGHTTP2_ENHANCE_YOUR_CALM);
      } else if (connection.calls.size === 0 && nowMs - connection.sinceMs > limits.idleMs) {
        this.#dismiss(connection, nowMs);
      }
    }
  }

  #lookAtCall(stream: ServerHttp2Stream, nowMs: number): void {
    const { limits, onEvent } = this.#options;
    const call = this.#seen.get(stream) ?? { firstSeenMs: nowMs, waiting: 0, waitingSinceMs: nowMs };
    this.#seen.set(stream, call);
    if (stream.writableLength !== call.waiting) {
      call.waiting = stream.writableLength;
      call.waitingSinceMs = nowMs;
    }
    const isHalfSent = !stream.readableEnded && nowMs - call.firstSeenMs > limits.stallMs;
    const isNotTaken = call.waiting > 0 && nowMs - call.waitingSinceMs > limits.stallMs;
    if (!isHalfSent && !isNotTaken) return;
    onEvent(isHalfSent ? 'REQUEST_STALLED' : 'ANSWER_NOT_TAKEN');
    // A client of gRPC reads this as RESOURCE_EXHAUSTED.
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  /**
   * Whether more has come in than its calls can account for. A client that reads a long stream measures its line with
   * pings and opens windows, so what has gone out counts in its favour; answers to pings alone are too little for that.
   */
  #floods(connection: Connection, halfSent: number, passedS: number): boolean {
    const { limits, callBytesMax } = this.#options;
    const { bytesRead, bytesWritten } = connection.socket;
    const read = bytesRead - connection.bytesRead;
    const written = bytesWritten - connection.bytesWritten;
    // A call that was half sent at the last look may have sent the rest since, and ended.
    const calls = connection.callsOpened + halfSent + connection.halfSent;
    Object.assign(connection, { bytesRead, bytesWritten, callsOpened: 0, halfSent });
    return read > limits.controlBytesPerS * passedS + calls * callBytesMax + written / 4;
  }

  #dismiss(connection: Connection, nowMs: number): void {
    if (connection.closingSinceMs === undefined) {
      connection.closingSinceMs = nowMs;
      connection.session?.close();
    } else if (nowMs - connection.closingSinceMs > CLOSING_MS) {
      this.#options.drop(connection);
    }
  }
}
