// Lines on their way to a descriptor. A writer never waits and never throws: lines queue up to a bound, what does not fit
// is dropped and counted, and the count is written as soon as something can be written again.
import type { Descriptor } from './descriptor.ts';

/** About two thousand lines of a denial. */
const QUEUE_BYTES_MAX = 1024 * 1024;
/** What one write takes; a pipe of Linux holds 64 KiB. */
const CHUNK_BYTES_MAX = 64 * 1024;
const RETRY_MS = { min: 20, max: 1_000 };

interface LineWriterOptions {
  readonly descriptor: Descriptor;
  /** The line that says what was dropped; it ends with a newline. */
  readonly droppedLine: (count: number) => string;
  readonly queueBytesMax?: number;
}

export class LineWriter {
  readonly #descriptor: Descriptor;
  readonly #droppedLine: (count: number) => string;
  readonly #queueBytesMax: number;
  #lines: Buffer[] = [];
  /** Of the lines and of the chunk. */
  #bytes = 0;
  /** Taken from the queue and not yet from us. */
  #chunk: Buffer | undefined;
  #isWriting = false;
  /** Doubles while nothing can be written. */
  #retryMs = RETRY_MS.min;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  #unsaid = 0;
  #idle: (() => void)[] = [];

  constructor({ descriptor, droppedLine, queueBytesMax = QUEUE_BYTES_MAX }: LineWriterOptions) {
    this.#descriptor = descriptor;
    this.#droppedLine = droppedLine;
    this.#queueBytesMax = queueBytesMax;
  }

  /** Lines dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether lines were dropped that no line has reported yet. */
  get isDropping(): boolean {
    return this.#unsaid > 0;
  }

  /** Queues one line, with its newline. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > this.#queueBytesMax) {
      this.#dropped++;
      this.#unsaid++;
    } else {
      this.#lines.push(bytes);
      this.#bytes += bytes.length;
    }
    this.#next();
  }

  /** Resolves once everything is written, or after this long without. */
  async flush(withinMs: number): Promise<void> {
    if (this.#isIdle()) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
      this.#idle.push(resolve);
    });
    clearTimeout(timer);
  }

  /** Writes what can be written at once, for the last moment of a process: nothing may be written after it. */
  writeLast(): void {
    // What the descriptor holds and will lose is written by us; it may have taken it already, which is the lesser evil.
    if (this.#isWriting && this.#descriptor.isSafeAtExit) this.#chunk = undefined;
    while (!this.#isIdle()) {
      this.#chunk ??= this.#nextChunk();
      const count = this.#descriptor.writeNow(this.#chunk);
      this.#chunk = count < this.#chunk.length ? this.#chunk.subarray(count) : undefined;
      if (this.#chunk) return;
    }
  }

  #isIdle(): boolean {
    return !this.#chunk && this.#lines.length === 0 && this.#unsaid === 0;
  }

  #next(): void {
    if (this.#isWriting || this.#timer) return;
    if (this.#isIdle()) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#chunk ??= this.#nextChunk();
    const chunk = this.#chunk;
    this.#isWriting = true;
    this.#descriptor.write(chunk, (error, count) => {
      this.#isWriting = false;
      this.#bytes -= count;
      this.#chunk = count < chunk.length ? chunk.subarray(count) : undefined;
      if (count > 0) this.#retryMs = RETRY_MS.min;
      if (error) {
        this.#later();
      } else {
        this.#next();
      }
    });
  }

  /** A full pipe is tried again soon, a full disk or a reader that is gone more and more seldom. */
  #later(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, this.#retryMs).unref();
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS.max);
  }

  #nextChunk(): Buffer {
    this.#sayDropped();
    let bytes = 0;
    let count = 0;
    for (const line of this.#lines) {
      if (count > 0 && bytes + line.length > CHUNK_BYTES_MAX) break;
      bytes += line.length;
      count++;
    }
    return Buffer.concat(this.#lines.splice(0, count));
  }

  /** Behind the lines that were there first: it is written once they are. It has room, whatever the bound. */
  #sayDropped(): void {
    if (this.#unsaid === 0) return;
    const line = Buffer.from(this.#droppedLine(this.#unsaid));
    this.#unsaid = 0;
    this.#lines.push(line);
    this.#bytes += line.length;
  }
}
