// Ids that Tollgate makes: UUIDv7 (RFC 9562), its last two hex digits the partition.
import { randomFillSync } from 'node:crypto';
import { isOwnId, PARTITIONS, partitionName, partitionOf } from '../core/partition.ts';

/** One call for random bytes per id costs more than the rest of an id, so they are drawn in blocks. */
const POOL_BYTES = 4096;
/** The largest value of the twelve bits behind the time. They begin in the lower half, so that there is room to count. */
const PLACE_MAX = 0xfff;

/** Makes the ids of one process or thread. */
export class Ids {
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;
  #lastMs = -1;
  #place = 0;

  /**
   * Makes an id. Ids of one millisecond count up (RFC 9562, 6.2), so that lists by id show them in the order in which they
   * were made.
   *
   * @param nowMs  this process's clock; it orders ids roughly, and nothing is decided on it
   */
  newId(nowMs: number, partition: number): string {
    const random = this.#randomBytes(9);
    const continues = nowMs === this.#lastMs && this.#place < PLACE_MAX;
    this.#place = continues ? this.#place + 1 : random.readUInt16BE(0) & (PLACE_MAX >> 1);
    this.#lastMs = nowMs;
    return idText(nowMs, this.#place, random, partition);
  }

  /** A partition for what starts a tree of its own. */
  anyPartition(): number {
    return this.#randomBytes(1)[0]! % PARTITIONS;
  }

  /** The partition of the first own id among these, else any: a decision lies with its session, else with its run. */
  partitionFor(...ids: readonly (string | undefined)[]): number {
    for (const id of ids) {
      if (id !== undefined && isOwnId(id)) return partitionOf(id);
    }
    return this.anyPartition();
  }

  #randomBytes(count: number): Buffer {
    if (this.#used + count > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    this.#used += count;
    return this.#pool.subarray(this.#used - count, this.#used);
  }
}

/** An id for one failed request, which the reply and the log line share. */
export function newRequestId(nowMs: number): string {
  const random = randomFillSync(Buffer.alloc(10));
  return idText(nowMs, random.readUInt16BE(0) & PLACE_MAX, random, random[9]! % PARTITIONS);
}

/** @param random  nine bytes or more; the first three are overwritten in part */
function idText(nowMs: number, place: number, random: Buffer, partition: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  random.writeUInt16BE(0x7000 | place, 0);
  random[2] = 0x80 | (random[2]! & 0x3f);
  const hex = random.toString('hex', 0, 9);
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}${partitionName(partition)}`;
}
