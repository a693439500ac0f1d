// Ids that Tollgate makes: UUIDv7 (RFC 9562), its last two hex digits the partition.
import { randomFillSync } from 'node:crypto';
import { isOwnId, PARTITIONS, partitionName, partitionOf } from '../core/partition.ts';

// One call for random bytes per id costs more than the rest of an id; they are drawn 4 KiB at a time.
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

/** A partition for what starts a tree of its own. */
export function anyPartition(): number {
  return randomBytes(1)[0]! % PARTITIONS;
}

let lastMs = -1;
let place = 0;
/** Of the twelve bits behind the time; they begin in the lower half of these, so that there is room to count. */
const PLACE_MAX = 0xfff;

/**
 * Ids of one process and one millisecond count up (RFC 9562, 6.2), so that lists by id show them in the order in which they
 * were made.
 *
 * @param nowMs  this process's clock; it orders ids roughly, and nothing is decided on it
 */
export function newId(nowMs: number, partition: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  const random = randomBytes(9);
  place = nowMs === lastMs && place < PLACE_MAX ? place + 1 : random.readUInt16BE(0) & (PLACE_MAX >> 1);
  lastMs = nowMs;
  random.writeUInt16BE(0x7000 | place, 0);
  random[2] = 0x80 | (random[2]! & 0x3f);
  const hex = random.toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}${partitionName(partition)}`;
}

/** The partition of the first own id among these, else any: a decision lies with its session, else with its run. */
export function partitionFor(...ids: readonly (string | undefined)[]): number {
  for (const id of ids) {
    if (id !== undefined && isOwnId(id)) return partitionOf(id);
  }
  return anyPartition();
}

/** 16 random bytes of one audit record, in memory of their own. */
export function newSalt(): Uint8Array {
  return Uint8Array.from(randomBytes(16));
}
