// How keys are laid out. They are bytes, compared as bytes; every part but a last one has a fixed length or says it, so
// that no two things share a key and a prefix holds exactly what it names.
import { createHash } from 'node:crypto';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { uuidBytes, uuidText } from '../codec/operation-record.ts';
import type { Position } from '../port/position.ts';

const ID_BYTES = 16;
const TIME_BYTES = 6;
const TIME_MAX = 2 ** (8 * TIME_BYTES) - 1;
const NAME_BYTES_MAX = 512;

/** What an index entry holds: it is all in the key, and lmdb-js has had trouble with empty values. */
export const PRESENT = Buffer.from([1]);

/** The key of an own id. INVARIANT: a foreign id never gets this far; it is unknown before. */
export function idKey(ownId: string): Buffer {
  if (!isOwnId(ownId)) throw new Error('not an id of this service');
  return uuidBytes(ownId);
}

/** The key of a name that others chose: its length, then its bytes; a hash of names that would be too long for a key. */
export function nameKey(name: string): Buffer {
  const bytes = Buffer.from(name);
  const kept = bytes.length <= NAME_BYTES_MAX ? bytes : createHash('sha256').update(bytes).digest();
  // A hash is told from a name by a length that no kept name has.
  const length = kept === bytes ? bytes.length : NAME_BYTES_MAX + 1;
  return Buffer.concat([integer(length, 2), kept]);
}

/** 32 bytes that stand for a name where keys should stay short. */
export function nameHash(name: string): Buffer {
  return createHash('sha256').update(name).digest();
}

/** Big-endian, so that bytes sort as the numbers do. */
export function integer(value: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

export function time(ms: number): Buffer {
  return integer(Math.min(Math.max(Math.trunc(ms), 0), TIME_MAX), TIME_BYTES);
}

export function readTime(bytes: Buffer, offset = 0): number {
  return bytes.readUIntBE(offset, TIME_BYTES);
}

/** An index by partition, and within it by time and id. */
export function partitionPrefix(index: number, partition: number): Buffer {
  return Buffer.from([index, partition]);
}

export function prefixFor(index: number, ownId: string): Buffer {
  return partitionPrefix(index, partitionOf(ownId));
}

/** `prefix | time(6) | id(16)`: entries of one prefix sort by time, then id. */
export function placeKey(prefix: Buffer, atMs: number, id: Buffer): Buffer {
  return Buffer.concat([prefix, time(atMs), id]);
}

/** Where a list goes on: a position's id may be anything, and one that is not ours stands before all ids. */
export function positionKey(prefix: Buffer, { atMs, id }: Position): Buffer {
  return placeKey(prefix, atMs, isOwnId(id) ? uuidBytes(id) : Buffer.alloc(0));
}

export function readPlace(key: Buffer): Position {
  const at = key.length - ID_BYTES - TIME_BYTES;
  return { atMs: readTime(key, at), id: uuidText(key.subarray(at + TIME_BYTES)) };
}

/** Behind every key that begins with the prefix and goes on with a time, an id or a number. */
export function afterPrefix(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.alloc(TIME_BYTES + ID_BYTES + 1, 0xff)]);
}
