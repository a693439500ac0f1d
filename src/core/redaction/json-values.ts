// Walks through the text of a JSON value without making it anew: what stays is stored as it was written, with every
// digit and every double key, and a text that breaks off is read as far as it goes.
//
// WHY NOT JSON.parse: of a key that stands twice it shows only the last value, and the first would be stored unseen.

/** A value in its place. */
export interface JsonValue {
  /** RFC 6901. */
  readonly pointer: string;
  /** The key it stands under; undefined in a list and at the root. */
  readonly key: string | undefined;
  readonly start: number;
  /** Decoded, if it is a text. */
  readonly text: string | undefined;
}

export interface JsonVisitor {
  /** @returns true to take the whole value, whatever it holds: then {@link take} is called at its end */
  wants(value: JsonValue): boolean;
  take(value: JsonValue, end: number): void;
  /** A text that was not taken, or a key. */
  sees(value: JsonValue & { readonly text: string }, end: number): void;
}

const DEPTH_MAX = 100;
const POINTER_LENGTH_MAX = 256;

interface Level {
  readonly isObject: boolean;
  readonly pointer: string;
  /** The value that began with this level, if it is taken as a whole. */
  readonly taken: JsonValue | undefined;
  expectsKey: boolean;
  key: string | undefined;
  index: number;
}

/** @returns false if the text is no JSON object or list, or is nested too deeply: it was then seen in part */
export function walkJson(text: string, visitor: JsonVisitor): boolean {
  return new Walk(text, visitor).run();
}

class Walk {
  readonly #text: string;
  readonly #visitor: JsonVisitor;
  readonly #levels: Level[] = [];
  /** Set while inside a value that is taken as a whole. */
  #isTaking = false;
  #at = 0;

  constructor(text: string, visitor: JsonVisitor) {
    this.#text = text;
    this.#visitor = visitor;
  }

  run(): boolean {
    while (this.#at < this.#text.length) {
      if (!this.#step(this.#text[this.#at]!)) return false;
    }
    // It broke off: what was being taken goes to the end.
    for (const { taken } of this.#levels) if (taken) this.#visitor.take(taken, this.#text.length);
    return true;
  }

  #step(char: string): boolean {
    const level = this.#levels.at(-1);
    switch (char) {
      case ' ':
      case '\n':
      case '\r':
      case '\t':
        this.#at++;
        return true;
      case '{':
      case '[':
        return this.#open(char === '{', level);
      case '}':
      case ']':
        return this.#close(char === '}', level);
      case ':':
        this.#at++;
        return level?.isObject === true && !level.expectsKey;
      case ',':
        this.#at++;
        if (!level) return false;
        if (level.isObject) level.expectsKey = true;
        else level.index++;
        return true;
      case '"':
        return this.#string(level);
      default:
        return this.#literal(level);
    }
  }

  #open(isObject: boolean, level: Level | undefined): boolean {
    if (this.#levels.length === DEPTH_MAX || level?.expectsKey) return false;
    if (!level && this.#at > 0 && this.#text.slice(0, this.#at).trim() !== '') return false;
    const value = this.#value(level, undefined);
    const taken = level && !this.#isTaking && this.#visitor.wants(value) ? value : undefined;
    if (taken) this.#isTaking = true;
    this.#levels.push({ isObject, pointer: value.pointer, taken, expectsKey: isObject, key: undefined, index: 0 });
    this.#at++;
    return true;
  }

  #close(isObject: boolean, level: Level | undefined): boolean {
    if (level?.isObject !== isObject) return false;
    this.#levels.pop();
    this.#at++;
    if (level.taken) {
      this.#isTaking = false;
      this.#visitor.take(level.taken, this.#at);
    }
    return true;
  }

  #string(level: Level | undefined): boolean {
    const start = this.#at;
    const end = endOfString(this.#text, start);
    const text = decode(this.#text.slice(start, end));
    if (level?.expectsKey) {
      if (!this.#isTaking) this.#visitor.sees({ pointer: level.pointer, key: undefined, start, text }, end);
      level.key = text;
      level.expectsKey = false;
    } else if (level) this.#leaf(this.#value(level, text), end);
    else return false;
    this.#at = end;
    return true;
  }

  #literal(level: Level | undefined): boolean {
    if (!level || level.expectsKey) return false;
    const start = this.#at;
    let end = start;
    while (end < this.#text.length && isLiteral(this.#text.charCodeAt(end))) end++;
    if (end === start) return false;
    this.#leaf(this.#value(level, undefined), end);
    this.#at = end;
    return true;
  }

  #leaf(value: JsonValue, end: number): void {
    if (this.#isTaking) return;
    if (this.#visitor.wants(value)) this.#visitor.take(value, end);
    else if (value.text !== undefined) this.#visitor.sees({ ...value, text: value.text }, end);
  }

  #value(level: Level | undefined, text: string | undefined): JsonValue {
    const key = level?.isObject ? level.key : undefined;
    const segment = level === undefined ? '' : `/${escapeSegment(key ?? String(level.index))}`;
    const pointer = `${level?.pointer ?? ''}${segment}`.slice(0, POINTER_LENGTH_MAX);
    return { pointer, key, start: this.#at, text };
  }
}

/** Behind the closing quote; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function decode(quoted: string): string {
  // A parser that throws at every control character would cost far more than it tells.
  if (!quoted.includes('\\')) return unquoted(quoted);
  try {
    return JSON.parse(quoted);
  } catch {
    // It broke off, or holds what JSON does not allow: as it stands is better than not at all.
    return unquoted(quoted);
  }
}

function unquoted(quoted: string): string {
  return quoted.slice(1, quoted.length > 1 && quoted.endsWith('"') ? -1 : undefined);
}

/** Numbers, true, false, null, and whatever else is written without quotes. */
function isLiteral(unit: number): boolean {
  return (
    (unit >= 0x30 && unit <= 0x39) ||
    (unit >= 0x61 && unit <= 0x7a) ||
    (unit >= 0x41 && unit <= 0x5a) ||
    unit === 0x2d ||
    unit === 0x2b ||
    unit === 0x2e
  );
}

function escapeSegment(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
