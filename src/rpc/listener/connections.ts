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
import { addressGroup } from '../../host/remote-address.ts';
import { type Callers, certificateOf, type Identified } from '../call/callers.ts';
import { type Connection, type ConnectionEvent, type ConnectionLimits, newConnection } from './connection.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import { ConnectionPlaces } from './connection-places.ts';
import { type SocketAbove, watchHandshakes } from './handshakes.ts';
import { endCall, OpenCalls } from './open-calls.ts';

/** A call as node:http2 passes it on. `rawHeaders` are names and values in turn, with those that are repeated. */
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
  readonly #places: ConnectionPlaces;
  readonly #calls: OpenCalls;
  readonly #monitor: ConnectionMonitor;
  readonly #bySession = new WeakMap<object, Connection>();
  readonly #dropped = new WeakSet<Socket>();
  #isTurningAway = false;

  constructor(options: ConnectionsOptions) {
    const { limits, callBytesMax, callers, onEvent } = options;
    this.#options = options;
    this.#places = new ConnectionPlaces(limits);
    this.#calls = new OpenCalls({ limits, callBytesMax, areToldApart: callers.areToldApart, onEvent });
    this.#monitor = new ConnectionMonitor({
      limits,
      callBytesMax,
      onEvent,
      drop: (connection, event, code) => this.#drop(connection, event, code),
    });
  }

  get count(): number {
    return this.#places.count;
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
    const isBusy = () => [...this.#places.all()].some(({ calls }) => calls.size > 0);
    while (isBusy() && performance.now() < until) await sleep(QUIET_LOOK_MS);
  }

  /** Identifies all callers again. A connection whose caller was removed, or whose certificate has expired, becomes unknown. */
  identifyAgain(): void {
    for (const connection of [...this.#places.all()]) {
      if (!connection.known || this.#options.callers.again(connection.known)) continue;
      this.#evict(this.#places.forget(connection));
      for (const stream of [...connection.calls]) this.#calls.boundUnknown(connection, stream);
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
      arriving = this.#places.find(socket._parent);
      if (arriving) arriving.certificate = certificateOf(socket);
    });
    server.prependListener('session', (session: ServerHttp2Session) => {
      if (arriving) this.#begin(arriving, session);
    });
    watchHandshakes(server, (event, socket) => {
      // One that we have ended ourselves was counted then.
      if (!socket || !this.#dropped.has(socket)) this.#options.onEvent(event);
    });
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => {
      const connection = this.#open(stream);
      // What throws in here would end the process.
      try {
        if (!connection) throw new Error('a call on a connection that was not accepted');
        if (!this.#admit({ stream, headers, rawHeaders: raw, connection })) return;
        for (const handle of handles) handle.call(server, stream, headers, flags);
      } catch (error) {
        this.#options.onEvent('CALL_BROKEN', error);
        endCall(stream, constants.NGHTTP2_INTERNAL_ERROR);
      }
    });
    server.once(
      'close',
      this.#monitor.start(() => this.#places.all()),
    );
  }

  /** @returns undefined when known callers hold every place */
  #accept(socket: Socket): Connection | undefined {
    const connection = this.#newConnection(socket);
    socket.once('close', () => this.#places.remove(connection));
    const evicted = this.#places.add(connection);
    if (evicted !== connection) {
      this.#evict(evicted);
      return connection;
    }
    this.#options.onEvent('CONNECTIONS_EXHAUSTED');
    this.#places.remove(connection);
    socket.destroy();
    return undefined;
  }

  #evict(connection: Connection | undefined): void {
    if (connection) this.#drop(connection, 'CONNECTION_EVICTED');
  }

  #newConnection(socket: Socket): Connection {
    const [calls, closed] = [this.#calls, (stream: ServerHttp2Stream) => this.#closeCall(connection, stream)];
    const connection: Connection = newConnection(socket, addressGroup(socket.remoteAddress), {
      onCallClose() {
        closed(this);
      },
      onCallData(piece) {
        calls.receive(connection, this, piece);
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
    const identified =
      connection.certificate && callers.areToldApart && callers.identify(undefined, connection.certificate);
    if (identified) this.#places.know(connection, identified);
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
    if (connection.calls.size === 0) this.#places.work(connection);
    this.#calls.open(connection, stream);
    return connection;
  }

  /** @returns whether the call goes on to grpc-js */
  #admit(call: ArrivingCall): boolean {
    const { stream, connection } = call;
    const { goesOn, identified } = this.#options.admit(call);
    if (identified) this.#places.know(connection, identified);
    else this.#calls.boundUnknown(connection, stream);
    if (!this.#calls.makeRoom(connection, stream)) return false;
    // Nobody keeps what still comes of a call that has been answered.
    if (!goesOn) stream.off('data', connection.onCallData);
    return goesOn && !stream.closed;
  }

  #closeCall(connection: Connection, stream: ServerHttp2Stream): void {
    this.#calls.close(connection, stream);
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) this.#countReset(connection);
    if (connection.calls.size === 0) this.#rest(connection);
  }

  /**
   * Beyond a thousand resets at once and 33 a second nghttp2 reads no more of a connection, and Node 20 neither closes it nor
   * says so: a client that cancels a lot in good faith would hang. So it is closed, with a word, just before.
   */
  #countReset(connection: Connection): void {
    connection.resets++;
    if (connection.resets <= RESETS_MAX || !this.#places.has(connection)) return;
    this.#drop(connection, 'RESET_FLOOD', constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #rest(connection: Connection): void {
    connection.sinceMs = this.#monitor.lookedAtMs;
    this.#places.rest(connection);
  }

  #drop(connection: Connection, event?: ConnectionEvent, code: number = constants.NGHTTP2_NO_ERROR): void {
    if (event) this.#options.onEvent(event);
    this.#places.remove(connection);
    this.#dropped.add(connection.socket);
    // Without an error the code is not looked at.
    connection.session?.destroy(event && new Error(event), code);
    // After the GOAWAY, which is written at the end of this turn. A peer that does not read delays nothing.
    setImmediate(() => connection.socket.destroy());
  }
}
