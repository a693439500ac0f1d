// The connections of one listener and the calls that are open on them, from below grpc-js, which bounds none of this:
// how many connections there are, what they must have done by when, and what they may send that belongs to no call.
//
// INVARIANT: what one connection does costs the others nothing but its share of the bounds, and a place that is held by
// someone who does nothing goes to whoever comes new.
import {
  constants,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';

export interface ConnectionLimits {
  readonly connections: number;
  /** Calls that are being answered. Several times as many may be open, for an answer can wait to be taken. */
  readonly inFlight: number;
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

export type ConnectionEvent =
  | 'CONNECTIONS_EXHAUSTED'
  | 'CALLS_EXHAUSTED'
  | 'CONNECTION_EVICTED'
  | 'HANDSHAKE_LATE'
  | 'REQUEST_STALLED'
  | 'ANSWER_NOT_TAKEN'
  | 'RECEIVING_EXHAUSTED'
  | 'CONTROL_FLOOD'
  | 'RESET_FLOOD'
  | 'CALL_BROKEN';

export interface ConnectionsOptions {
  readonly limits: ConnectionLimits;
  /** The most that one call may bring: its headers and its message. */
  readonly callBytesMax: number;
  /** Told of each thing that was refused or ended; not of idle connections, which is no one's fault. */
  readonly onEvent: (event: ConnectionEvent, error?: unknown) => void;
  /** Looks at a call before grpc-js does. @returns whether it may go on */
  readonly admit: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
}

/** A call that was still open when the connections were looked at. */
interface SeenCall {
  readonly firstSeenMs: number;
  /** Bytes of an answer that wait to be taken, when last looked at, and since when they are just as many. */
  waiting: number;
  waitingSinceMs: number;
}

interface Connection {
  readonly socket: Socket;
  session: ServerHttp2Session | undefined;
  /** When it was made; once it has said its settings, when it last had a call open. */
  sinceMs: number;
  isReady: boolean;
  closingSinceMs: number | undefined;
  readonly calls: Set<ServerHttp2Stream>;
  /** Listens to each of them. */
  readonly onCallClose: (this: ServerHttp2Stream) => void;
  /** Bytes of requests that come in pieces, as they count against `receivingBytes`. */
  readonly held: Map<ServerHttp2Stream, number>;
  heldBytes: number;
  /** Listens to each call as its request comes in. */
  readonly onCallData: (this: ServerHttp2Stream, piece: Buffer) => void;
  callsOpened: number;
  /** At the last look. */
  halfSent: number;
  /** Calls that were given up, less what is allowed for the time since. */
  resets: number;
  bytesRead: number;
  bytesWritten: number;
}

const LOOK_MS = 500;
/** Times `inFlight`. An answer that nobody takes holds about 10 KB, measured, and on all connections there is room for many. */
const OPEN_CALLS_FACTOR = 4;
const RESETS_MAX = 900;
const RESETS_PER_S = 30;
/** What keeping a piece costs beside its bytes, about; a request can come in pieces of one byte. */
const PIECE_OVERHEAD = 256;
/** One connection may hold the bytes of one share. */
const SHARES = 4;
const QUIET_LOOK_MS = 20;
/** How long a connection that was told to go may take to. */
const CLOSING_MS = 2_000;

type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => void;

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #all = new Map<Socket, Connection>();
  readonly #bySession = new WeakMap<object, Connection>();
  /** The longest waiting first, both of them. */
  readonly #unready = new Set<Connection>();
  readonly #idle = new Set<Connection>();
  readonly #seen = new WeakMap<ServerHttp2Stream, SeenCall>();
  #lookedAtMs = performance.now();
  readonly #receivingBytesMax: number;
  #heldBytes = 0;
  #openCalls = 0;
  #isTurningAway = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    // A request of the largest size always fits, with room for its pieces.
    const { limits, callBytesMax } = options;
    this.#receivingBytesMax = Math.max(limits.receivingBytes, SHARES * 1.25 * callBytesMax);
  }

  get count(): number {
    return this.#all.size;
  }

  /** From now on a new connection hears at once that it must go elsewhere (GOAWAY): none of its calls is begun. */
  turnAway(): void {
    this.#isTurningAway = true;
  }

  /**
   * Resolves once no connection has a call open, or after so long. One that is idle, silent or frozen has none; one whose
   * request is still on its way in pieces has.
   */
  async quiet(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    const isBusy = () => [...this.#all.values()].some(({ calls }) => calls.size > 0);
    while (isBusy() && performance.now() < until) await sleep(QUIET_LOOK_MS);
  }

  /** Stands between a server of node:http2 and whoever listens to its connections and streams by now. */
  guard(server: Http2Server): void {
    const accepts = server.rawListeners('connection') as ((socket: Socket) => void)[];
    const handles = server.rawListeners('stream') as StreamListener[];
    server.removeAllListeners('connection').removeAllListeners('stream');

    let arriving: Connection | undefined;
    server.on('connection', (socket: Socket) => {
      if (!this.#makeRoom()) {
        this.#options.onEvent('CONNECTIONS_EXHAUSTED');
        socket.destroy();
        return;
      }
      // In plaintext the session is there before this returns.
      arriving = this.#add(socket);
      for (const accept of accepts) accept.call(server, socket);
    });
    server.prependListener('secureConnection', (socket: TLSSocket & { _parent?: Socket }) => {
      arriving = socket._parent && this.#all.get(socket._parent);
    });
    server.prependListener('session', (session: ServerHttp2Session) => {
      if (arriving) this.#begin(arriving, session);
    });
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => {
      this.#open(stream);
      if (this.#openCalls > OPEN_CALLS_FACTOR * this.#options.limits.inFlight) {
        this.#options.onEvent('CALLS_EXHAUSTED');
        end(stream, constants.NGHTTP2_ENHANCE_YOUR_CALM);
        return;
      }
      // What throws in here would end the process.
      try {
        if (!this.#options.admit(stream, headers)) return;
        for (const handle of handles) handle.call(server, stream, headers, flags);
      } catch (error) {
        this.#options.onEvent('CALL_BROKEN', error);
        end(stream, constants.NGHTTP2_INTERNAL_ERROR);
      }
    });

    const timer = setInterval(() => this.#look(performance.now()), LOOK_MS);
    timer.unref();
    server.once('close', () => clearInterval(timer));
  }

  /** Someone who has not even said hello goes first, then whoever has not called for longest. */
  #makeRoom(): boolean {
    if (this.#all.size < this.#options.limits.connections) return true;
    const [evicted] = this.#unready.size > 0 ? this.#unready : this.#idle;
    if (!evicted) return false;
    this.#drop(evicted, 'CONNECTION_EVICTED');
    return true;
  }

  #add(socket: Socket): Connection {
    const calls = new Set<ServerHttp2Stream>();
    const held = new Map<ServerHttp2Stream, number>();
    const rest = () => this.#rest(connection);
    const countClosed = () => {
      this.#openCalls--;
    };
    const countReset = () => this.#countReset(connection);
    const hold = (stream: ServerHttp2Stream, bytes: number) => this.#hold(connection, stream, bytes);
    const letGo = (stream: ServerHttp2Stream) => this.#letGo(connection, stream);
    const connection: Connection = {
      socket,
      session: undefined,
      sinceMs: performance.now(),
      isReady: false,
      closingSinceMs: undefined,
      calls,
      onCallClose() {
        calls.delete(this);
        countClosed();
        if (held.size > 0) letGo(this);
        if (this.rstCode !== constants.NGHTTP2_NO_ERROR) countReset();
        if (calls.size === 0) rest();
      },
      held,
      heldBytes: 0,
      onCallData(piece) {
        if (held.has(this) || !isWhole(piece)) hold(this, piece.length + PIECE_OVERHEAD);
      },
      callsOpened: 0,
      halfSent: 0,
      resets: 0,
      bytesRead: 0,
      bytesWritten: 0,
    };
    this.#all.set(socket, connection);
    this.#unready.add(connection);
    socket.once('close', () => this.#remove(connection));
    return connection;
  }

  #begin(connection: Connection, session: ServerHttp2Session): void {
    connection.session = session;
    connection.sinceMs = performance.now();
    this.#bySession.set(session, connection);
    if (this.#isTurningAway) session.close();
    // Its settings, and the acknowledgement of ours: until then it is not bound to keep to them.
    let toCome = 2;
    const onSettings = (): void => {
      if (--toCome > 0) return;
      connection.isReady = true;
      this.#unready.delete(connection);
      if (connection.calls.size === 0) this.#rest(connection);
    };
    session.once('remoteSettings', onSettings).once('localSettings', onSettings);
  }

  #open(stream: ServerHttp2Stream): void {
    const connection = stream.session && this.#bySession.get(stream.session);
    if (!connection) return;
    if (connection.calls.size === 0) this.#idle.delete(connection);
    this.#openCalls++;
    connection.callsOpened++;
    connection.calls.add(stream);
    stream.on('data', connection.onCallData).on('close', connection.onCallClose);
  }

  /**
   * Counts a request that comes in pieces: grpc-js keeps them until it has them all. One that comes in one piece, as small
   * ones do, is never refused for what others hold.
   */
  #hold(connection: Connection, stream: ServerHttp2Stream, bytes: number): void {
    if (stream.closed) return;
    connection.held.set(stream, (connection.held.get(stream) ?? 0) + bytes);
    connection.heldBytes += bytes;
    this.#heldBytes += bytes;
    const max = this.#receivingBytesMax;
    if (this.#heldBytes <= max && connection.heldBytes <= max / SHARES) return;
    this.#options.onEvent('RECEIVING_EXHAUSTED');
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #letGo(connection: Connection, stream: ServerHttp2Stream): void {
    const bytes = connection.held.get(stream) ?? 0;
    connection.held.delete(stream);
    connection.heldBytes -= bytes;
    this.#heldBytes -= bytes;
  }

  /**
   * Beyond a thousand resets at once and 33 a second nghttp2 reads no more of a connection, and Node 20 neither closes it nor
   * says so: who cancels a lot in good faith would hang. So it is closed, with a word, just before.
   */
  #countReset(connection: Connection): void {
    connection.resets++;
    if (connection.resets <= RESETS_MAX || !this.#all.has(connection.socket)) return;
    this.#drop(connection, 'RESET_FLOOD', constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #rest(connection: Connection): void {
    connection.sinceMs = this.#lookedAtMs;
    if (connection.isReady && this.#all.has(connection.socket)) this.#idle.add(connection);
  }

  #remove(connection: Connection): void {
    this.#all.delete(connection.socket);
    this.#unready.delete(connection);
    this.#idle.delete(connection);
  }

  #drop(connection: Connection, event?: ConnectionEvent, code: number = constants.NGHTTP2_NO_ERROR): void {
    if (event) this.#options.onEvent(event);
    this.#remove(connection);
    // Without an error the code is not looked at.
    connection.session?.destroy(event && new Error(event), code);
    // After what it is told, which is written at the end of this turn. A peer that reads nothing holds nothing up.
    setImmediate(() => connection.socket.destroy());
  }

  #look(nowMs: number): void {
    const { limits } = this.#options;
    const passedS = Math.max(LOOK_MS, nowMs - this.#lookedAtMs) / 1_000;
    this.#lookedAtMs = nowMs;
    for (const connection of this.#all.values()) {
      connection.resets = Math.max(0, connection.resets - RESETS_PER_S * passedS);
      if (!connection.isReady) {
        if (nowMs - connection.sinceMs > limits.handshakeMs) this.#drop(connection, 'HANDSHAKE_LATE');
        continue;
      }
      let halfSent = 0;
      for (const stream of connection.calls) {
        if (!stream.readableEnded) halfSent++;
        this.#lookAtCall(stream, nowMs);
      }
      if (this.#floods(connection, halfSent, passedS)) {
        this.#drop(connection, 'CONTROL_FLOOD', constants.NGHTTP2_ENHANCE_YOUR_CALM);
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
      this.#drop(connection);
    }
  }
}

/** Whether a piece is all of a request: a byte of flags, four of length, and so many more. */
function isWhole(piece: Buffer): boolean {
  return piece.length >= 5 && piece.length >= 5 + piece.readUInt32BE(1);
}

/** Ends a stream to which nobody listens yet; what is thrown at it would end the process. */
function end(stream: ServerHttp2Stream, code: number): void {
  stream.on('error', () => undefined);
  stream.close(code);
}
