// Limits the memory of requests that arrive in pieces: grpc-js buffers the pieces until the request is complete. A request
// that arrives in one piece, as small ones do, does not count and is never refused because of others.
import type { ServerHttp2Stream } from 'node:http2';
import type { Connection, HeldRequest } from './connection.ts';

/** The approximate overhead of a buffered piece. A request can arrive in pieces of one byte. */
const PIECE_OVERHEAD = 256;
/** One connection may hold the bytes of one share, and all unknown callers together. */
const SHARES = 4;

export class Receiving {
  readonly #bytesMax: number;
  #bytes = 0;
  #unknownBytes = 0;

  /** @param callBytesMax  a request of the largest size always fits, with room for its pieces */
  constructor({ receivingBytes, callBytesMax }: { receivingBytes: number; callBytesMax: number }) {
    this.#bytesMax = Math.max(receivingBytes, SHARES * 1.25 * callBytesMax);
  }

  /** @returns false when the request is beyond a bound and must end */
  take(connection: Connection, stream: ServerHttp2Stream, piece: Buffer): boolean {
    let held = connection.held.get(stream);
    if (stream.closed || (!held && isWhole(piece))) return true;
    if (!held) {
      held = { bytes: 0, isUnknown: connection.unknownCalls.has(stream) };
      connection.held.set(stream, held);
    }
    this.#count(connection, held, piece.length + PIECE_OVERHEAD);
    const share = this.#bytesMax / SHARES;
    const isWithinShare = connection.heldBytes <= share && !(held.isUnknown && this.#unknownBytes > share);
    return isWithinShare && this.#bytes <= this.#bytesMax;
  }

  end(connection: Connection, stream: ServerHttp2Stream): void {
    const held = connection.held.get(stream);
    if (!held) return;
    connection.held.delete(stream);
    this.#count(connection, held, -held.bytes);
  }

  #count(connection: Connection, held: HeldRequest, bytes: number): void {
    held.bytes += bytes;
    connection.heldBytes += bytes;
    this.#bytes += bytes;
    if (held.isUnknown) this.#unknownBytes += bytes;
  }
}

/** Whether a piece is a whole request: one byte of flags, four of length, then that many bytes. */
function isWhole(piece: Buffer): boolean {
  return piece.length >= 5 && piece.length >= 5 + piece.readUInt32BE(1);
}
