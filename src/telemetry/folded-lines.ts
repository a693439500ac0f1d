// Equal lines fold: the first is written, the rest are counted, and the count is written each ten seconds for as long as
// there is something to count. A caller that repeats itself costs the log a line in ten seconds, whatever its pace.
import type { Logger } from './log.ts';

const INTERVAL_MS = 10_000;
/** So many different lines are told apart at one time; what is beyond them is counted by kind. */
const LINES_MAX = 1_000;

interface Line {
  count: number;
  readonly about: Readonly<Record<string, unknown>>;
}

export class FoldedLines {
  readonly log: Logger;
  readonly #message: string;
  readonly #lines = new Map<string, Line>();
  readonly #beyond = new Map<string, Line>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger, message: string) {
    this.log = log;
    this.#message = message;
  }

  /**
   * Writes a line, or counts it if an equal one was written not long ago.
   *
   * @param key  what makes two lines equal; it may hold what a caller sent
   * @param kind  of a closed list, for when there are too many different lines
   * @param about  what the line with the count says beside the count
   */
  write(
    line: { readonly key: string; readonly kind: string; readonly about: Readonly<Record<string, unknown>> },
    write: (log: Logger) => void,
  ): void {
    this.#timer ??= setTimeout(() => this.flush(), INTERVAL_MS).unref();
    const known = this.#lines.get(line.key);
    if (known) {
      known.count++;
      return;
    }
    if (this.#lines.size < LINES_MAX) {
      this.#lines.set(line.key, { count: 0, about: line.about });
      write(this.log);
      return;
    }
    const beyond = this.#beyond.get(line.kind);
    if (beyond) beyond.count++;
    else this.#beyond.set(line.kind, { count: 1, about: { kind: line.kind } });
  }

  /** Says what was counted, for the last time. */
  close(): void {
    this.flush();
    clearTimeout(this.#timer);
  }

  /** Says what was counted. What was not repeated is forgotten, the rest goes on being counted. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [key, line] of this.#lines) {
      if (line.count === 0) {
        this.#lines.delete(key);
        continue;
      }
      this.log.info({ ...line.about, more: line.count }, this.#message);
      line.count = 0;
    }
    for (const { count, about } of this.#beyond.values()) this.log.info({ ...about, more: count }, this.#message);
    this.#beyond.clear();
    if (this.#lines.size > 0) this.#timer = setTimeout(() => this.flush(), INTERVAL_MS).unref();
  }
}
