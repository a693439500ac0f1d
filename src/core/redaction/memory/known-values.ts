// Exact values that an operator knows to be secret, found in any text in one pass: as they stand, and in the forms in which
// programs pass texts on (JSON, percent-encoding, base64).
//
// The pass is Aho and Corasick's automaton (1975): time grows with the length of the text, whatever the number of values.
import type { Found } from '../credentials/credentials.ts';
import type { Finder } from '../take-out.ts';

export const KNOWN_VALUE_RULE = 'known_value';

/** A form of a value; `before` and `behind` are characters of base64 around it that hold some of its bits. */
interface Form {
  readonly text: string;
  readonly before: number;
  readonly behind: number;
}

/** @param values  each of 8 bytes or more */
export function knownValuesFinder(values: readonly string[]): Finder {
  if (values.length === 0) return () => [];
  const automaton = new Automaton(values.flatMap(formsOf));
  return (text) => automaton.find(text);
}

function formsOf(value: string): Form[] {
  const json = JSON.stringify(value).slice(1, -1);
  const percent = encodeURIComponent(wellFormed(value));
  // What forms encode that JavaScript does not.
  const strict = percent.replaceAll(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const encoded = [percent, strict].flatMap((text) => [text, text.replaceAll('%20', '+')]);
  const plain = new Set([
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    ...encoded,
    ...encoded.map((text) => text.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())),
  ]);
  return [...Array.from(plain, (text) => ({ text, before: 0, behind: 0 })), ...base64Forms(value)];
}

/** Half a character has no encoding; what is stored of it is U+FFFD. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\ufffd');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** As a part of a longer text in base64, where it may begin at any of three places, in both alphabets. */
function base64Forms(value: string): Form[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [0, 1, 2].flatMap((offset) => {
    const bits = 8 * (offset + bytes.length);
    const sextets = sextetsOf([...Array(offset).fill(0), ...bytes]).slice(
      Math.ceil((8 * offset) / 6),
      Math.floor(bits / 6),
    );
    const around = { before: offset === 0 ? 0 : 1, behind: bits % 6 === 0 ? 0 : 1 };
    return ['+/', '-_'].map((rest) => ({
      ...around,
      text: sextets.map((sextet) => (ALPHABET + rest)[sextet]).join(''),
    }));
  });
}

function sextetsOf(bytes: readonly number[]): number[] {
  const sextets: number[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b = 0, c = 0] = bytes.slice(at, at + 3) as [number, number?, number?];
    sextets.push(a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63);
  }
  return sextets;
}

const UNITS = 0x10000;

class Automaton {
  /** By state and unit together. */
  readonly #next = new Map<number, number>();
  /** Of the first state, by unit: most characters of a text meet it, and most of them lead nowhere. */
  readonly #first = new Int32Array(UNITS);
  /** Where to go on when a unit does not fit. */
  readonly #fallback: number[] = [0];
  /** The longest form that ends in a state. */
  readonly #ends: (Form | undefined)[] = [undefined];

  constructor(forms: readonly Form[]) {
    for (const form of forms) this.#add(form);
    for (const [key, state] of this.#next) if (key < UNITS) this.#first[key] = state;
    this.#link();
  }

  find(text: string): Found[] {
    const found: Found[] = [];
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      state = this.#step(state, text.charCodeAt(at));
      const form = this.#ends[state];
      if (!form) continue;
      const end = at + 1;
      const start = Math.max(0, end - form.text.length - form.before);
      const last = found.at(-1);
      const widened = { rule: KNOWN_VALUE_RULE, start, end: Math.min(text.length, end + form.behind) };
      // One that goes on, or values within each other.
      if (last && last.end >= start) found[found.length - 1] = { ...widened, start: Math.min(last.start, start) };
      else found.push(widened);
    }
    return found;
  }

  #add(form: Form): void {
    let state = 0;
    for (let at = 0; at < form.text.length; at++) {
      const key = state * UNITS + form.text.charCodeAt(at);
      let next = this.#next.get(key);
      if (next === undefined) {
        next = this.#fallback.length;
        this.#next.set(key, next);
        this.#fallback.push(0);
        this.#ends.push(undefined);
      }
      state = next;
    }
    this.#ends[state] ??= form;
  }

  /** States are numbered along each form, so a walk by depth needs a list of its own. */
  #link(): void {
    const children = new Map<number, [unit: number, state: number][]>();
    for (const [key, state] of this.#next) {
      const parent = Math.floor(key / UNITS);
      const list = children.get(parent) ?? [];
      list.push([key % UNITS, state]);
      children.set(parent, list);
    }
    const queue = [0];
    for (const parent of queue) {
      for (const [unit, state] of children.get(parent) ?? []) {
        const fallback = parent === 0 ? 0 : this.#step(this.#fallback[parent]!, unit);
        this.#fallback[state] = fallback;
        this.#ends[state] ??= this.#ends[fallback];
        queue.push(state);
      }
    }
  }

  #step(from: number, unit: number): number {
    let state = from;
    for (;;) {
      if (state === 0) return this.#first[unit]!;
      const next = this.#next.get(state * UNITS + unit);
      if (next !== undefined) return next;
      state = this.#fallback[state]!;
    }
  }
}
