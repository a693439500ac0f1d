// How much of the store is in use. lmdb-js lets its file grow without end, so the bound is kept here, before anything is
// written: a store that is full refuses what would add to it and still closes, deactivates and removes.
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

export class SpaceGauge {
  readonly #tables: readonly Database<Buffer, Buffer>[];
  readonly #maxBytes: number;
  #usedBytes = 0;
  #measuredAtMs = Number.NEGATIVE_INFINITY;

  constructor(tables: readonly Database<Buffer, Buffer>[], maxBytes: number) {
    this.#tables = tables;
    this.#maxBytes = maxBytes;
  }

  isFull(): boolean {
    return this.#used() >= this.#maxBytes;
  }

  /** 0 to 1, or a little more. */
  share(): number {
    return this.#used() / this.#maxBytes;
  }

  /** Pages that hold something: what was removed leaves room in the file, though the file does not shrink. */
  #used(): number {
    const nowMs = performance.now();
    if (nowMs - this.#measuredAtMs < AGE_MS_MAX) return this.#usedBytes;
    this.#usedBytes = 0;
    for (const table of this.#tables) {
      const stats = table.getStats() as Stats;
      const pages = stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
      this.#usedBytes += pages * stats.pageSize;
    }
    this.#measuredAtMs = nowMs;
    return this.#usedBytes;
  }
}
