// Writes the msgpack types that charges and decision contexts consist of, in the same bytes as @msgpack/msgpack. It does not
// support maps, negative numbers or fractions.
//
// WHY NOT the package's own encoder: a context is written for every charge, and that takes 1.1 µs this way, against 2.7 µs
// with two calls of the encoder and the buffers between them (300,000 contexts of an Authorize, Node 20).
import { encode } from '@msgpack/msgpack';

export class MsgpackWriter {
  // Large enough for most contexts, and small enough to come from Node's pool.
  #bytes = Buffer.allocUnsafe(384);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Starts over and discards everything written before. */
  begin(): void {
    this.#length = 0;
  }

  /** Returns a copy of the written bytes. */
  taken(): Buffer {
    const taken = Buffer.allocUnsafe(this.#length);
    this.#bytes.copy(taken, 0, 0, this.#length);
    return taken;
  }

  array(length: number): void {
    this.#room(HEAD_BYTES_MAX);
    if (length < 0x10) this.#byte(0x90 | length);
    else this.#head(0xdc, 2, length);
  }

  integer(value: number): void {
    this.#room(HEAD_BYTES_MAX);
    if (value < 0x80) this.#byte(value);
    else if (value < 0x100) this.#head(0xcc, 1, value);
    else if (value < 0x10000) this.#head(0xcd, 2, value);
    else if (value < 0x100000000) this.#head(0xce, 4, value);
    else {
      this.#head(0xcf, 4, Math.floor(value / 0x100000000));
      this.#length = this.#bytes.writeUInt32BE(value % 0x100000000, this.#length);
    }
  }

  /** @param text  undefined is nil */
  text(text: string | undefined): void {
    if (text === undefined) {
      this.nil();
      return;
    }
    this.#room(HEAD_BYTES_MAX + text.length * UTF8_BYTES_MAX);
    if (text.length < ASCII_MAX && this.#ascii(text)) return;
    if (!text.isWellFormed()) {
      // Lone surrogates are encoded as the package encodes them.
      const bytes = encode(text);
      const at = this.plain(bytes.length);
      this.#bytes.set(bytes, at);
      return;
    }
    const length = Buffer.byteLength(text);
    if (length < 0x20) this.#byte(0xa0 | length);
    else if (length < 0x100) this.#head(0xd9, 1, length);
    else if (length < 0x10000) this.#head(0xda, 2, length);
    else this.#head(0xdb, 4, length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Writes the head of a binary value. @returns the offset in {@link target} at which the caller writes the bytes */
  binary(length: number): number {
    this.#room(HEAD_BYTES_MAX + length);
    if (length < 0x100) this.#head(0xc4, 1, length);
    else this.#head(0xc5, 2, length);
    return this.plain(length);
  }

  /** Reserves bytes that are not msgpack. @returns their offset in {@link target} */
  plain(length: number): number {
    this.#room(length);
    const at = this.#length;
    this.#length += length;
    return at;
  }

  /** Writes bytes that are msgpack already. */
  bytes(encoded: Uint8Array): void {
    const at = this.plain(encoded.length);
    this.#bytes.set(encoded, at);
  }

  /** The buffer; valid until the next write. */
  get target(): Buffer {
    return this.#bytes;
  }

  nil(): void {
    this.#room(1);
    this.#byte(0xc0);
  }

  /** Writes a short ASCII text without a native call, which would cost more than the text. @returns false if it is not ASCII */
  #ascii(text: string): boolean {
    const start = this.#length;
    if (text.length < 0x20) this.#byte(0xa0 | text.length);
    else this.#head(0xd9, 1, text.length);
    let at = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.#length = start;
        return false;
      }
      this.#bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  #byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  #head(type: number, bytes: 1 | 2 | 4, value: number): void {
    this.#byte(type);
    if (bytes === 4) this.#length = this.#bytes.writeUInt32BE(value, this.#length);
    else if (bytes === 2) this.#length = this.#bytes.writeUInt16BE(value, this.#length);
    else this.#byte(value);
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const HEAD_BYTES_MAX = 9;
/** For one UTF-16 unit; a surrogate pair takes four bytes. */
const UTF8_BYTES_MAX = 3;
const ASCII_MAX = 64;
