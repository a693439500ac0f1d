// Reads msgpack that other programs wrote and keeps the wire type of each value: an integer keeps all its digits, and a float
// stays a float whatever its value.
//
// WHY NOT @msgpack/msgpack: it gives an integer and a float of the same value as the same number, replaces invalid UTF-8,
// and reads extension types.
import { isUtf8 } from 'node:buffer';

/** Any float; its value is not needed. */
const FLOAT = Symbol('float');

export type MsgpackValue =
  | null
  | boolean
  | bigint
  | typeof FLOAT
  | string
  | Uint8Array
  | readonly MsgpackValue[]
  /** The last value of a repeated key counts. */
  | ReadonlyMap<string, MsgpackValue>;

/** The bytes are not one whole value of the types above. */
export class MsgpackError extends Error {
  override readonly name = 'MsgpackError';
}

/**
 * Reads bytes that consist of exactly one value; map keys must be text.
 *
 * @throws MsgpackError for anything else: cut off, trailing bytes, invalid UTF-8, extension types, too deep a nesting
 */
export function readMsgpack(bytes: Uint8Array, nestingMax: number): MsgpackValue {
  const reader = new Reader(bytes);
  const value = reader.value(nestingMax);
  if (reader.at !== bytes.length) throw new MsgpackError('trailing bytes');
  return value;
}

class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @see https://github.com/msgpack/msgpack/blob/master/spec.md#formats */
  value(nesting: number): MsgpackValue {
    const head = this.#unsigned(1);
    if (head < 0x80) return BigInt(head);
    if (head < 0x90) return this.#map(head & 0x0f, nesting);
    if (head < 0xa0) return this.#array(head & 0x0f, nesting);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return BigInt(head - 0x100);
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return head === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#unsigned(2 ** (head - 0xc4)));
      case 0xca:
      case 0xcb:
        this.#take(head === 0xca ? 4 : 8);
        return FLOAT;
      case 0xcc:
      case 0xcd:
      case 0xce:
        return BigInt(this.#unsigned(2 ** (head - 0xcc)));
      case 0xcf:
        return this.#take(8).readBigUInt64BE();
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 2 ** (head - 0xd0);
        return BigInt(this.#take(size).readIntBE(0, size));
      }
      case 0xd3:
        return this.#take(8).readBigInt64BE();
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(2 ** (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(head === 0xdc ? 2 : 4), nesting);
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(head === 0xde ? 2 : 4), nesting);
      default:
        throw new MsgpackError('an extension type or an unused byte');
    }
  }

  #map(length: number, nesting: number): ReadonlyMap<string, MsgpackValue> {
    this.#assertFits(length, nesting);
    const map = new Map<string, MsgpackValue>();
    for (let index = 0; index < length; index++) {
      const key = this.value(0);
      if (typeof key !== 'string') throw new MsgpackError('a key that is not text');
      map.set(key, this.value(nesting - 1));
    }
    return map;
  }

  #array(length: number, nesting: number): readonly MsgpackValue[] {
    this.#assertFits(length, nesting);
    return Array.from({ length }, () => this.value(nesting - 1));
  }

  /** Every value takes at least one byte, so a false length is refused before memory is allocated for it. */
  #assertFits(length: number, nesting: number): void {
    if (nesting <= 0) throw new MsgpackError('nested too deep');
    if (length > this.#bytes.length - this.at) throw new MsgpackError('cut off');
  }

  #text(length: number): string {
    const bytes = this.#take(length);
    if (!isUtf8(bytes)) throw new MsgpackError('invalid UTF-8');
    return bytes.toString('utf8');
  }

  #unsigned(size: number): number {
    return this.#take(size).readUIntBE(0, size);
  }

  #take(size: number): Buffer {
    if (size > this.#bytes.length - this.at) throw new MsgpackError('cut off');
    this.at += size;
    return this.#bytes.subarray(this.at - size, this.at);
  }
}
