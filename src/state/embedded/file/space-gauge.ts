// Measures how full the store is. lmdb-js lets its file grow without limit, so the limit is checked here before each write. When
// the store or its disk is full, operations that add data are refused; closes, deactivations and removals still work.
import { statfsSync } from 'node:fs';
import type { Database } from 'lmdb';

/** The page counts that lmdb keeps for every table; reading them takes some microseconds. */
interface Stats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** How old a measurement may be. Writes in the meantime may exceed the limit. */
const AGE_MS_MAX = 50;
/** Kept free on the disk for removals: lmdb never overwrites a page in use, so a removal needs new pages at first. */
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

  /** The used share of the limit: 0 to 1, or a little more. */
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

/** Counts only pages in use: removed data frees pages in the file, though the file does not shrink. */
function usedBytes(table: Database<Buffer, Buffer>): number {
  const stats = table.getStats() as Stats;
  return (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages) * stats.pageSize;
}
