// Where a text has what every secret has that no plain word has, so that names far from it need no closer look.
import type { Certainty } from './key-names.ts';

/** @see looksSecret, which asks the same of a sample */
const TELLING = { possible: /\d/g, likely: /[\d#!%^&*+~]|[A-Za-z]{12}/g } as const;

/** INVARIANT: places are asked for in order, so all answers together cost one walk over the text. */
export class Telling {
  readonly #text: string;
  readonly #next = { possible: -1, likely: -1 };

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether a value between two places can look like a secret at all. */
  isBetween(start: number, end: number, certainty: Exclude<Certainty, 'sure'>): boolean {
    if (this.#next[certainty] < start) {
      const pattern = TELLING[certainty];
      pattern.lastIndex = Math.max(0, start);
      this.#next[certainty] = pattern.exec(this.#text)?.index ?? Number.POSITIVE_INFINITY;
    }
    return this.#next[certainty] < end;
  }
}
