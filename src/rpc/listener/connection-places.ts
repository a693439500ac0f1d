// Limits the connections of a listener. A full listener evicts a connection of an unknown caller first, then a known caller's
// connection without an open call.
import type { Socket } from 'node:net';
import { UnknownPlaces } from '../../host/unknown-places.ts';
import type { Identified } from '../call/callers.ts';
import type { Connection, ConnectionLimits } from './connection.ts';
import { unknownBounds } from './connection.ts';

export class ConnectionPlaces {
  readonly #max: number;
  readonly #all = new Map<Socket, Connection>();
  readonly #unknown: UnknownPlaces<Connection>;
  /** Known ones without a call, the longest waiting first. */
  readonly #idle = new Set<Connection>();

  constructor(limits: ConnectionLimits) {
    this.#max = limits.connections;
    this.#unknown = new UnknownPlaces(unknownBounds(limits).connections);
  }

  get count(): number {
    return this.#all.size;
  }

  all(): IterableIterator<Connection> {
    return this.#all.values();
  }

  find(socket: Socket | undefined): Connection | undefined {
    return socket && this.#all.get(socket);
  }

  has({ socket }: Connection): boolean {
    return this.#all.has(socket);
  }

  /** Adds a connection. @returns the evicted connection: the new one itself if all others belong to known callers and have calls */
  add(connection: Connection): Connection | undefined {
    const { socket, address } = connection;
    this.#all.set(socket, connection);
    const oldest = this.#unknown.add(connection, address);
    if (oldest || this.#all.size <= this.#max) return oldest;
    const unknown = this.#unknown.takeFrom(address);
    if (unknown !== connection) return unknown;
    // Without another unknown connection, an idle one of a known caller is evicted.
    const [idle] = this.#idle;
    if (!idle) return connection;
    this.#unknown.add(connection, address);
    return idle;
  }

  remove(connection: Connection): void {
    this.#all.delete(connection.socket);
    this.#unknown.delete(connection, connection.address);
    this.#idle.delete(connection);
  }

  know(connection: Connection, identified: Identified): void {
    if (!connection.known) this.#unknown.delete(connection, connection.address);
    connection.known = identified;
  }

  /** Takes its caller from a connection. @returns who goes for it among the unknown */
  forget(connection: Connection): Connection | undefined {
    connection.known = undefined;
    this.#idle.delete(connection);
    return this.#unknown.add(connection, connection.address);
  }

  /** It has no call open any more. */
  rest(connection: Connection): void {
    if (connection.known && connection.isReady && this.has(connection)) this.#idle.add(connection);
  }

  /** It has a call open. */
  work(connection: Connection): void {
    this.#idle.delete(connection);
  }
}
