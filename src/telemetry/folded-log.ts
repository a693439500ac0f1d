// Lines that a caller can cause at will: a few of a kind are written in each second, the rest are counted,
// and the count is written once the second is over. Otherwise a flood of refused calls would fill the disk.
import type { Logger } from './log.ts';

const WINDOW_MS = 1_000;

interface Kind {
  written: number;
  /** Those that were not written, by how bad they are. */
  folded: number;
}

export class FoldedLog {
  readonly #log: Logger;
  readonly #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Writes a line, or counts it if there were enough of its kind in this second.
   *
   * @param kind  of a closed list: never a text that a caller chooses
   * @param perSecondMax  how many lines of this kind are written in full
   */
  write(kind: string, perSecondMax: number, write: (log: Logger) => void): void {
    let counted = this.#kinds.get(kind);
    if (!counted) {
      counted = { written: 0, folded: 0 };
      this.#kinds.set(kind, counted);
    }
    if (counted.written >= perSecondMax) {
      counted.folded++;
      return;
    }
    counted.written++;
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
    write(this.#log);
  }

  /** Says what was counted, and begins again. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [kind, { folded }] of this.#kinds) {
      if (folded > 0) this.#log.warn({ reason: kind, more: folded }, 'more lines of this kind in this second');
    }
    this.#kinds.clear();
  }
}
