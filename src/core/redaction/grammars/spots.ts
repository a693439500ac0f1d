// Where names of secrets stand in a text.
//
// INVARIANT: no character is looked at for two names, so time grows with the length of the text.
import { type Certainty, certaintyOf, NAME_PARTS, qualifies } from './key-names.ts';

export interface Spot {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly certainty: Certainty;
  /** Dashes before an option: `--password`. */
  readonly dashes: number;
}

const KEYWORD = new RegExp(NAME_PARTS, 'gi');
const LENGTH_MAX = 128;
const BLANK_NAMED = /^(?:keys?|tokens?|phrase|code|passe|pass|pin)$/i;
const WORD_BEFORE = /([A-Za-z]{2,16}) $/;

/** Walks the names of secrets in a text, in order; a reader says where to go on. */
export class Spots {
  readonly #text: string;
  readonly #known = new Map<string, Certainty | undefined>();
  #from = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes on from there, if that lies ahead. */
  skipTo(at: number): void {
    if (at > this.#from) this.#from = at;
  }

  next(): Spot | undefined {
    for (;;) {
      KEYWORD.lastIndex = this.#from;
      const hit = KEYWORD.exec(this.#text);
      if (!hit) return undefined;
      const spot = this.#around(hit.index, hit.index + hit[0].length);
      if (spot) return spot;
    }
  }

  #around(hitStart: number, hitEnd: number): Spot | undefined {
    const text = this.#text;
    const leftMost = Math.max(this.#from, hitStart - LENGTH_MAX);
    let start = hitStart;
    while (start > leftMost && isNameUnit(text.charCodeAt(start - 1))) start--;
    let end = hitEnd;
    const rightMost = Math.min(text.length, hitEnd + LENGTH_MAX);
    while (end < rightMost && isNameUnit(text.charCodeAt(end)) && !(text[end] === '-' && text[end + 1] === '>')) end++;
    this.#from = end;
    while (end > hitEnd && (text[end - 1] === '.' || text[end - 1] === '-')) end--;
    let dashes = 0;
    while (text[start + dashes] === '-') dashes++;
    start += dashes;
    const name = this.#withBlank(start, end);
    const certainty = this.#certaintyOf(name);
    return certainty && { start, end, name, certainty, dashes };
  }

  /** Names come again. */
  #certaintyOf(name: string): Certainty | undefined {
    if (!this.#known.has(name)) this.#known.set(name, certaintyOf(name));
    return this.#known.get(name);
  }

  /** `API key` is one name, `key` alone hardly any. */
  #withBlank(start: number, end: number): string {
    const name = this.#text.slice(start, end);
    if (this.#text[start - 1] !== ' ' || !BLANK_NAMED.test(name)) return name;
    const before = this.#text.slice(Math.max(0, start - 18), start);
    if (/^passe$/i.test(name) && /mot de $/i.test(before)) return 'mot de passe';
    const word = WORD_BEFORE.exec(before)?.[1];
    return word && qualifies(word) ? `${word} ${name}` : name;
  }
}

/** Letters, digits, `_`, `.`, `-`, and letters beyond ASCII. */
function isNameUnit(unit: number): boolean {
  if (unit < 0x80) {
    return (
      (unit >= 0x61 && unit <= 0x7a) ||
      (unit >= 0x41 && unit <= 0x5a) ||
      (unit >= 0x30 && unit <= 0x39) ||
      unit === 0x5f ||
      unit === 0x2e ||
      unit === 0x2d
    );
  }
  return unit >= 0xc0 && !(unit >= 0x2000 && unit <= 0x206f) && !(unit >= 0x3000 && unit <= 0x303f) && unit < 0xff00;
}
