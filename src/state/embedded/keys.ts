// The layout of keys. Keys are compared as bytes. Every part but the last has a fixed length or states its length, so that no
// two entries share a key and a prefix matches exactly the entries that it names.
import { createHash } from 'node:crypto';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { uuidBytes, uuidText } from '../codec/operation-record.ts';
import type { Position } from '../port/position.ts';

const ID_BYTES = 16;
const TIME_BYTES = 6;
const TIME_MAX = 2 ** (8 * TIME_BYTES) - 1;
const NAME_BYTES_MAX = 512;

/** The value of an index entry, whose content is in its key. WHY NOT an empty value: lmdb-js has had trouble with them. */
export const PRESENT = Buffer.from([1]);

/** The key of an id that Tollgate made. INVARIANT: callers check the id first; any other id is unknown to the store. */
export function idKey(ownId: string): Buffer {
  if (!isOwnId(ownId)) throw new Error('not an id of this service');
  return uuidBytes(ownId);
}

/** The key of a name that a caller chose: its length, then its bytes. A name too long for a key is hashed. */
export function nameKey(name: string): Buffer {
  const bytes = Buffer.from(name);
  const kept = bytes.length <= NAME_BYTES_MAX ? bytes : createHash('sha256').update(bytes).digest();
  // A length that no unhashed name has marks a hash.
  const length = kept === bytes ? bytes.length : NAME_BYTES_MAX + 1;
  return Buffer.concat([integer(length, 2), kept]);
}

/** The SHA-256 of a name, for keys that should stay short. */
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

/** The prefix of one partition in an index. Its entries are ordered by time and id. */
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

/** The key of a position in a list. The id may be any text; one that Tollgate did not make sorts before all ids. */
export function positionKey(prefix: Buffer, { atMs, id }: Position): Buffer {
  return placeKey(prefix, atMs, isOwnId(id) ? uuidBytes(id) : Buffer.alloc(0));
}

export function readPlace(key: Buffer): Position {
  const at = key.length - ID_BYTES - TIME_BYTES;
  return { atMs: readTime(key, at), id: uuidText(key.subarray(at + TIME_BYTES)) };
}

/** A key behind every key that continues the prefix with a time, an id or a number. */
export function afterPrefix(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.alloc(TIME_BYTES + ID_BYTES + 1, 0xff)]);
}
