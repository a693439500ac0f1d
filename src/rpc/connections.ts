// The connections of one listener and the calls that are open on them, from below grpc-js, which bounds none of this:
// how many connections there are, who gets a place, and what may be sent that belongs to no call.
//
// INVARIANT: what one connection does costs the others nothing but its share of the bounds. A place held by an unknown caller
// goes to the next one who comes, and a known caller finds a place unless known ones hold them all.
import {
  constants,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Callers, certificateOf, type Identified } from './callers.ts';
import {
  type Connection,
  type ConnectionEvent,
  type ConnectionLimits,
  newConnection,
  openCallsMax,
  unknownBounds,
} from './connection.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import { type SocketAbove, watchHandshakes } from './handshakes.ts';
import { Receiving } from './receiving.ts';
import { addressGroup } from './remote-address.ts';
import { UnknownPlaces } from './unknown-places.ts';

/** A call as node:http2 hands it over. `rawHeaders` are names and values in turn, with those that are repeated. */
export interface ArrivingCall {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly connection: Connection;
}

export interface Admission {
  /** False for a call that has been answered already. */
  readonly goesOn: boolean;
  readonly identified: Identified | undefined;
}

export interface ConnectionsOptions {
  readonly limits: ConnectionLimits;
  /** The most that one call may bring: its headers and its message. */
  readonly callBytesMax: number;
  readonly callers: Callers;
  /** Hears of each thing that was refused or ended; not of idle connections, which is no one's fault. */
  readonly onEvent: (event: ConnectionEvent, error?: unknown) => void;
  /** Looks at a call before grpc-js does. */
  readonly admit: (call: ArrivingCall) => Admission;
}

const RESETS_MAX = 900;
const QUIET_LOOK_MS = 20;

type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => void;

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #all = new Map<Socket, Connection>();
  readonly #bySession = new WeakMap<object, Connection>();
  readonly #unknown: UnknownPlaces<Connection>;
  readonly #unknownCalls: UnknownPlaces<ServerHttp2Stream>;
  readonly #unknownCallsPerConnection: number;
  /** Known ones without a call, the longest waiting first. */
  readonly #idle = new Set<Connection>();
  readonly #monitor: ConnectionMonitor;
  readonly #receiving: Receiving;
  #openCalls = 0;
  #isTurningAway = false;

  constructor(options: ConnectionsOptions) {
    const { limits, callBytesMax, onEvent } = options;
    this.#options = options;
    const bounds = unknownBounds(limits);
    this.#unknown = new UnknownPlaces(bounds.connections);
    this.#unknownCalls = new UnknownPlaces(bounds.calls);
    this.#unknownCallsPerConnection = bounds.callsPerConnection;
    this.#receiving = new Receiving({ receivingBytes: limits.receivingBytes, callBytesMax });
    this.#monitor = new ConnectionMonitor({
      limits,
      callBytesMax,
      onEvent,
      drop: (connection, event, code) => this.#drop(connection, event, code),
    });
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

  /** Looks again at who is known: a connection whose caller was removed, or whose certificate has ended, is unknown from now on. */
  identifyAgain(): void {
    for (const connection of [...this.#all.values()]) {
      if (!connection.known || this.#options.callers.again(connection.known)) continue;
      connection.known = undefined;
      this.#idle.delete(connection);
      this.#evict(this.#unknown.add(connection, connection.address));
      for (const stream of [...connection.calls]) this.#boundUnknownCall(connection, stream);
    }
  }

  /** Stands between a server of node:http2 and those who listen to its connections and streams by now. */
  guard(server: Http2Server): void {
    const accepts = server.rawListeners('connection') as ((socket: Socket) => void)[];
    const handles = server.rawListeners('stream') as StreamListener[];
    server.removeAllListeners('connection').removeAllListeners('stream');

    let arriving: Connection | undefined;
    server.on('connection', (socket: Socket) => {
      arriving = this.#accept(socket);
      // In plaintext the session is there before this returns.
      if (arriving) for (const accept of accepts) accept.call(server, socket);
    });
    server.prependListener('secureConnection', (socket: SocketAbove) => {
      arriving = socket._parent && this.#all.get(socket._parent);
      if (arriving) arriving.certificate = certificateOf(socket);
    });
    server.prependListener('session', (session: ServerHttp2Session) => {
      if (arriving) this.#begin(arriving, session);
    });
    watchHandshakes(server, (event, socket) => {
      // One that we have ended ourselves was told of already.
      if (!socket || this.#all.has(socket)) this.#options.onEvent(event);
    });
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => {
      const connection = this.#open(stream);
      // What throws in here would end the process.
      try {
        if (!connection) throw new Error('a call on a connection that nobody has accepted');
        if (!this.#admit({ stream, headers, rawHeaders: raw, connection })) return;
        for (const handle of handles) handle.call(server, stream, headers, flags);
      } catch (error) {
        this.#options.onEvent('CALL_BROKEN', error);
        end(stream, constants.NGHTTP2_INTERNAL_ERROR);
      }
    });
    server.once(
      'close',
      this.#monitor.start(() => this.#all.values()),
    );
  }

  /** @returns undefined when known callers hold every place */
  #accept(socket: Socket): Connection | undefined {
    const connection = this.#newConnection(socket);
    this.#all.set(socket, connection);
    socket.once('close', () => this.#remove(connection));
    const { address } = connection;
    let evicted = this.#unknown.add(connection, address);
    if (!evicted && this.#all.size > this.#options.limits.connections) {
      evicted = this.#unknown.takeFrom(address);
      // With no other unknown one it is the turn of a known one that does nothing.
      if (evicted === connection) [evicted = connection] = this.#idle;
      if (evicted !== connection) this.#unknown.add(connection, address);
    }
    if (evicted === connection) {
      this.#options.onEvent('CONNECTIONS_EXHAUSTED');
      socket.destroy();
      return undefined;
    }
    this.#evict(evicted);
    return connection;
  }

  #evict(connection: Connection | undefined): void {
    if (connection) this.#drop(connection, 'CONNECTION_EVICTED');
  }

  #newConnection(socket: Socket): Connection {
    const connections = this;
    const connection: Connection = newConnection(socket, addressGroup(socket.remoteAddress), {
      onCallClose() {
        connections.#closeCall(connection, this);
      },
      onCallData(piece) {
        if (connections.#receiving.take(connection, this, piece)) return;
        connections.#options.onEvent('RECEIVING_EXHAUSTED');
        this.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      },
    });
    return connection;
  }

  #begin(connection: Connection, session: ServerHttp2Session): void {
    connection.session = session;
    connection.sinceMs = performance.now();
    this.#bySession.set(session, connection);
    if (this.#isTurningAway) session.close();
    const { callers } = this.#options;
    if (callers.areToldApart && connection.certificate) {
      this.#know(connection, callers.identify(undefined, connection.certificate));
    }
    // Its settings, and the acknowledgement of ours: until then it is not bound to keep to them.
    let toCome = 2;
    const onSettings = (): void => {
      if (--toCome > 0) return;
      connection.isReady = true;
      if (connection.calls.size === 0) this.#rest(connection);
    };
    session.once('remoteSettings', onSettings).once('localSettings', onSettings);
  }

  #open(stream: ServerHttp2Stream): Connection | undefined {
    const connection = stream.session && this.#bySession.get(stream.session);
    if (!connection) return undefined;
    if (connection.calls.size === 0) this.#idle.delete(connection);
    this.#openCalls++;
    connection.callsOpened++;
    connection.calls.add(stream);
    stream.on('data', connection.onCallData).on('close', connection.onCallClose);
    return connection;
  }

  /** @returns whether the call goes on to grpc-js */
  #admit(call: ArrivingCall): boolean {
    const { stream, connection } = call;
    const { goesOn, identified } = this.#options.admit(call);
    if (identified) this.#know(connection, identified);
    else this.#boundUnknownCall(connection, stream);
    if (this.#openCalls > openCallsMax(this.#options.limits)) {
      const unknown = this.#unknownCalls.takeFrom(connection.address);
      if (unknown) this.#endUnknownCall(unknown);
      if (!unknown || unknown === stream) {
        this.#options.onEvent('CALLS_EXHAUSTED');
        end(stream, constants.NGHTTP2_ENHANCE_YOUR_CALM);
        return false;
      }
    }
    // Nobody keeps what still comes of a call that has been answered.
    if (!goesOn) stream.off('data', connection.onCallData);
    return goesOn && !stream.closed;
  }

  #know(connection: Connection, identified: Identified | undefined): void {
    if (identified && !connection.known) this.#unknown.delete(connection, connection.address);
    connection.known = identified;
  }

  #boundUnknownCall(connection: Connection, stream: ServerHttp2Stream): void {
    const { unknownCalls, address } = connection;
    unknownCalls.add(stream);
    const evicted = this.#unknownCalls.add(stream, address);
    if (evicted) this.#endUnknownCall(evicted);
    // A connection that many callers share, as behind a proxy, is theirs all the same. One with a single caller is its own.
    if (!this.#options.callers.areToldApart || unknownCalls.size <= this.#unknownCallsPerConnection) return;
    const [oldest] = unknownCalls;
    if (oldest) this.#endUnknownCall(oldest);
  }

  #endUnknownCall(stream: ServerHttp2Stream): void {
    const connection = stream.session && this.#bySession.get(stream.session);
    if (connection) this.#forgetUnknownCall(connection, stream);
    this.#options.onEvent('CALL_EVICTED');
    end(stream, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #forgetUnknownCall(connection: Connection, stream: ServerHttp2Stream): void {
    if (connection.unknownCalls.delete(stream)) this.#unknownCalls.delete(stream, connection.address);
  }

  #closeCall(connection: Connection, stream: ServerHttp2Stream): void {
    connection.calls.delete(stream);
    this.#openCalls--;
    if (connection.held.size > 0) this.#receiving.end(connection, stream);
    if (connection.unknownCalls.size > 0) this.#forgetUnknownCall(connection, stream);
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) this.#countReset(connection);
    if (connection.calls.size === 0) this.#rest(connection);
  }

  /**
   * Beyond a thousand resets at once and 33 a second nghttp2 reads no more of a connection, and Node 20 neither closes it nor
   * says so: a client that cancels a lot in good faith would hang. So it is closed, with a word, just before.
   */
  #countReset(connection: Connection): void {
    connection.resets++;
    if (connection.resets <= RESETS_MAX || !this.#all.has(connection.socket)) return;
    this.#drop(connection, 'RESET_FLOOD', constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #rest(connection: Connection): void {
    connection.sinceMs = this.#monitor.lookedAtMs;
    if (connection.known && connection.isReady && this.#all.has(connection.socket)) this.#idle.add(connection);
  }

  #remove(connection: Connection): void {
    this.#all.delete(connection.socket);
    this.#unknown.delete(connection, connection.address);
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
}

/** Ends a stream to which nobody may listen yet; what is thrown at it would end the process. */
function end(stream: ServerHttp2Stream, code: number): void {
  stream.on('error', () => undefined);
  stream.close(code);
}
