// Whether the records of a bundle are all there, each once, in their order; told by their sequences alone.
import type { Faults, Range } from './report.ts';
import { rangeOf } from './report.ts';

/** Far above what a run holds; a bundle of more is not read on, since its hashes have to be kept. */
export const RECORDS_MAX = 2 ** 24;

/** So many broken lines in a row are broken records; telling them from lines that were put in is then of no use. */
const UNREAD_MAX = 1_000;

export class RecordOrder {
  readonly #faults: Faults;
  #seen = Buffer.alloc(1024);
  /** The highest sequence so far; every one below it was seen, unless there is a gap. */
  #highest = 0;
  #hasGap = false;
  #late: { sequence: number; line: number; count: number } | undefined;
  /** Lines that could not be read since the last record: records that were altered, or lines that were put in. */
  #unread: number[] = [];

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  get count(): number {
    return this.#highest;
  }

  /** What the record on the next line should be called, as far as one can tell. */
  get next(): number {
    return this.#highest + this.#unread.length + 1;
  }

  record(sequence: number, line: number): void {
    this.#settle(sequence);
    if (sequence < 1 || sequence > RECORDS_MAX) {
      this.#faults.add('line', 'altered', `line ${line}`, `no record has the sequence ${sequence}`);
      return;
    }
    if (this.#isSeen(sequence)) {
      this.#faults.add('line', 'inserted', `line ${line}`, `record ${sequence} stands there already`);
      return;
    }
    this.#see(sequence);
    if (sequence < this.#highest) {
      this.#late ??= { sequence, line, count: 0 };
      this.#late.count += 1;
      return;
    }
    if (sequence > this.#highest + 1) this.#hasGap = true;
    this.#highest = sequence;
  }

  unreadable(line: number): void {
    if (this.#unread.length === UNREAD_MAX) this.#settle(this.next);
    this.#unread.push(line);
  }

  /** No more records follow. */
  end(): void {
    this.#settle(this.next);
    if (this.#late) {
      const { sequence, line, count } = this.#late;
      const others = count > 1 ? `, and ${count - 1} more` : '';
      this.#faults.add('line', 'reordered', `record ${sequence}`, `line ${line} stands behind later records${others}`);
    }
    for (const range of this.#missing()) this.#faults.add('line', 'missing', rangeOf(range), 'not there');
  }

  /** Lines that could not be read took the places of records exactly when the next record leaves room for them. */
  #settle(sequence: number): void {
    const lines = this.#unread;
    this.#unread = [];
    const took = sequence === this.#highest + 1 ? 'inserted' : 'altered';
    for (const line of lines) this.#faults.add('line', took, `line ${line}`, 'this is no line of a bundle');
    if (sequence !== this.#highest + 1 + lines.length) return;
    for (const _ of lines) this.#see(++this.#highest);
  }

  *#missing(): Generator<Range> {
    if (!this.#hasGap) return;
    let first = 0;
    for (let sequence = 1; sequence <= this.#highest; sequence++) {
      if (!this.#isSeen(sequence)) first ||= sequence;
      else if (first > 0) {
        yield { first, last: sequence - 1 };
        first = 0;
      }
    }
  }

  #isSeen(sequence: number): boolean {
    return ((this.#seen[sequence >> 3] ?? 0) & (1 << (sequence & 7))) !== 0;
  }

  #see(sequence: number): void {
    const at = sequence >> 3;
    if (at >= this.#seen.length)
      this.#seen = Buffer.concat([this.#seen, Buffer.alloc(Math.max(at, this.#seen.length))]);
    this.#seen[at]! |= 1 << (sequence & 7);
  }
}
