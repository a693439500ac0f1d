// How much room is left. lmdb-js lets its file grow without end, so the bound is kept here, before anything is written: a
// store that is full, or whose disk is, refuses what would add to it and still closes, deactivates and removes.
import { statfsSync } from 'node:fs';
import type { Database } from 'lmdb';

/** The page counts that lmdb keeps of every table; reading them costs some microseconds. */
interface Stats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** How old a measurement may be; what is written meanwhile goes beyond the bound. */
const AGE_MS_MAX = 50;
/** Kept free on the disk for what takes away: lmdb never writes over a page in use, so that, too, takes some at first. */
const DISK_RESERVE_BYTES = 1_048_576;

export class SpaceGauge {
  readonly #tables: readonly Database<Buffer, Buffer>[];
  readonly #maxBytes: number;
  readonly #directory: string;
  #usedBytes = 0;
  #diskIsFull = false;
  #measuredAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    tables: readonly Database<Buffer, Buffer>[],
    { maxBytes, directory }: { maxBytes: number; directory: string },
  ) {
    this.#tables = tables;
    this.#maxBytes = maxBytes;
    this.#directory = directory;
  }

  isFull(): boolean {
    return this.share() >= 1 || this.diskIsFull();
  }

  /** How much of its bound the store holds: 0 to 1, or a little more. */
  share(): number {
    this.#measure();
    return this.#usedBytes / this.#maxBytes;
  }

  diskIsFull(): boolean {
    this.#measure();
    return this.#diskIsFull;
  }

  #measure(): void {
    const nowMs = performance.now();
    if (nowMs - this.#measuredAtMs < AGE_MS_MAX) return;
    this.#measuredAtMs = nowMs;
    this.#usedBytes = this.#tables.reduce((sum, table) => sum + usedBytes(table), 0);
    const { bavail, bsize } = statfsSync(this.#directory);
    this.#diskIsFull = bavail * bsize < DISK_RESERVE_BYTES;
  }
}

/** Pages that hold something: what was removed leaves room in the file, though the file does not shrink. */
function usedBytes(table: Database<Buffer, Buffer>): number {
  const stats = table.getStats() as Stats;
  return (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages) * stats.pageSize;
}
