// Walks through a value in a text of JSON without making it anew: what stays is stored as it was written, with every
// digit and every double key, and a text that breaks off is read as far as it goes.
//
// WHY NOT JSON.parse: of a key that stands twice it shows only the last value, and the first would be stored unseen.
import { certaintyOf, namesNext } from './grammars/key-names.ts';

/** A value in its place. */
export interface JsonValue {
  /** RFC 6901. */
  readonly pointer: string;
  /** The key it stands under, or the text beside it that says what it is. */
  readonly name: string | undefined;
  readonly start: number;
  /** Decoded, if it is a text. */
  readonly text: string | undefined;
  /** As it stands, if it is no text and no group. */
  readonly literal?: string | undefined;
  /** The name of the group around it, where it has none and that one's was not enough to take it. */
  readonly around?: string | undefined;
  /** The text in which a group stands. */
  readonly source?: string | undefined;
}

export interface JsonVisitor {
  /** The text goes on behind its end, and what it is called there is not known: a text that may be named there is taken. */
  readonly isCut?: boolean;
  /** @returns true to take the whole value, whatever it holds: then {@link take} is called at its end */
  wants(value: JsonValue): boolean;
  /** Also of a value in which some have been seen or taken before: what it is called may stand behind it. */
  take(value: JsonValue, end: number): void;
  /** A text that was not taken, or a key. @returns it as pointers may show it */
  sees(value: JsonValue & { readonly text: string }, end: number): string;
}

const POINTER_LENGTH_MAX = 256;
/** What JSON knows without quotes. */
const LITERAL = /^(?:true|false|null|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)$/;

/** `{"name": "authorization", "value": "…"}`, as headers, parameters and environments are often written. */
const LABELS: ReadonlySet<string> = new Set(['name', 'key', 'header', 'field', 'parameter']);
const LABELLED: ReadonlySet<string> = new Set(['value', 'values']);

interface Level {
  readonly isObject: boolean;
  readonly pointer: string;
  /** The value that began with this level, if it is taken as a whole. */
  readonly taken: JsonValue | undefined;
  /** The value that began with this level. */
  readonly value: JsonValue;
  /** The name of the innermost group around that names secrets. */
  readonly around: string | undefined;
  expects: 'key' | 'colon' | 'value' | 'comma';
  key: string | undefined;
  /** The key as pointers may show it. */
  shownKey: string;
  index: number;
  /** The text before the next item of a list. */
  before: string | undefined;
  /** What the object says that its value is called, or a pair in its first place. */
  label: string | undefined;
  labelled: { readonly value: JsonValue; readonly end: number } | undefined;
}

/**
 * Walks through the value that begins at `from`: an object, a list or a text.
 *
 * @returns where it ends, or where it is no JSON any more; `isJson` also says that nothing in it stood without the quotes that
 * it needs, for that was not looked at
 */
export function walkJson(text: string, from: number, visitor: JsonVisitor): { end: number; isJson: boolean } {
  return new Walk(text, from, visitor).run();
}

class Walk {
  readonly #text: string;
  readonly #visitor: JsonVisitor;
  readonly #levels: Level[] = [];
  /** Set while inside a value that is taken as a whole. */
  #isTaking = false;
  /** Set while leaving what the end of the text has left open. */
  #isBroken = false;
  /** Whether all that stood without quotes was a number or a word of JSON. */
  #isPlain = true;
  #at: number;

  constructor(text: string, from: number, visitor: JsonVisitor) {
    this.#text = text;
    this.#visitor = visitor;
    this.#at = from;
  }

  run(): { end: number; isJson: boolean } {
    let isJson = true;
    do {
      isJson = this.#step(this.#text[this.#at]!);
    } while (isJson && this.#levels.length > 0 && this.#at < this.#text.length);
    // It broke off: what was being taken goes to the end.
    if (this.#isTaking) this.#at = this.#text.length;
    this.#isBroken = true;
    while (this.#levels.length > 0) this.#leave();
    return { end: this.#at, isJson: isJson && this.#isPlain };
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
        if (level?.isObject !== (char === '}') || level.expects === 'colon') return false;
        this.#at++;
        this.#leave();
        return true;
      case ':':
        if (level?.expects !== 'colon') return false;
        level.expects = 'value';
        this.#at++;
        return true;
      case ',':
        if (level?.expects !== 'comma') return false;
        level.expects = level.isObject ? 'key' : 'value';
        level.index++;
        this.#at++;
        return true;
      case '"':
        return this.#string(level);
      default:
        return this.#literal(level);
    }
  }

  #open(isObject: boolean, level: Level | undefined): boolean {
    if (level && level.expects !== 'value') return false;
    const value = this.#value(level, undefined, this.#text);
    const taken = level && !this.#isTaking && this.#visitor.wants(value) ? value : undefined;
    if (taken) this.#isTaking = true;
    this.#levels.push({
      isObject,
      pointer: value.pointer,
      taken,
      value,
      around: value.name !== undefined && certaintyOf(value.name) ? value.name : value.around,
      expects: isObject ? 'key' : 'value',
      key: undefined,
      shownKey: '',
      index: 0,
      before: undefined,
      label: undefined,
      labelled: undefined,
    });
    this.#at++;
    return true;
  }

  /** The innermost value ends here. */
  #leave(): void {
    const { taken, value, label, labelled, isObject, index } = this.#levels.pop()!;
    const isNamed = label !== undefined && labelled !== undefined && (isObject || index === 1);
    if (isNamed && !this.#isTaking) {
      const named = { ...labelled.value, name: label };
      if (this.#visitor.wants(named)) this.#visitor.take(named, labelled.end);
    }
    const mayYetBeNamed = this.#isBroken && this.#visitor.isCut && isObject && label === undefined;
    if (mayYetBeNamed && labelled?.value.text !== undefined && !this.#isTaking)
      this.#visitor.take(labelled.value, labelled.end);
    if (taken) {
      this.#isTaking = false;
      this.#visitor.take(taken, this.#at);
    }
    this.#pass(value);
  }

  #string(level: Level | undefined): boolean {
    if (level?.expects === 'colon' || level?.expects === 'comma') return false;
    const start = this.#at;
    const end = endOfString(this.#text, start);
    const text = decode(this.#text.slice(start, end));
    if (level?.expects === 'key') {
      const key = { pointer: level.pointer, name: undefined, start, text };
      level.key = text;
      level.shownKey = this.#isTaking ? '' : this.#visitor.sees(key, end);
      level.expects = 'colon';
      this.#at = end;
    } else this.#leaf(this.#value(level, text), end);
    return true;
  }

  #literal(level: Level | undefined): boolean {
    if (level?.expects !== 'value') return false;
    const start = this.#at;
    let end = start;
    while (end < this.#text.length && isLiteral(this.#text.charCodeAt(end))) end++;
    if (end === start) return false;
    const written = this.#text.slice(start, end);
    if (!LITERAL.test(written)) this.#isPlain = false;
    this.#leaf(this.#value(level, undefined, undefined, written), end);
    return true;
  }

  #leaf(value: JsonValue, end: number): void {
    this.#at = end;
    if (!this.#isTaking) {
      if (this.#visitor.wants(value)) this.#visitor.take(value, end);
      else if (isText(value)) this.#visitor.sees(value, end);
    }
    this.#pass(value);
  }

  /** A value has ended, and may be what its neighbour is called or is about. */
  #pass(value: JsonValue): void {
    const level = this.#levels.at(-1);
    if (!level) return;
    level.expects = 'comma';
    level.before = value.text;
    const key = level.key?.toLowerCase();
    const isLabel = level.isObject ? LABELS.has(key!) : level.index === 0;
    if (isLabel && value.text !== undefined) level.label = value.text;
    if (level.isObject ? LABELLED.has(key!) : level.index === 1) level.labelled = { value, end: this.#at };
  }

  #value(level: Level | undefined, text: string | undefined, source?: string, literal?: string): JsonValue {
    const start = this.#at;
    if (!level) return { pointer: '', name: undefined, around: undefined, start, text, source, literal };
    const { around } = level;
    return {
      pointer: pointerIn(level),
      name: level.isObject ? level.key : namesNext(level.before),
      around,
      start,
      text,
      source,
      literal,
    };
  }
}

function isText(value: JsonValue): value is JsonValue & { readonly text: string } {
  return value.text !== undefined;
}

/** Behind the closing quote; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** WHY NOT JSON.parse: of a text that broke off, or holds a line break, it tells nothing. */
function decode(quoted: string): string {
  const text = quoted.slice(1, quoted.length > 1 && quoted.endsWith('"') ? -1 : undefined);
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex?: string, char?: string) =>
    hex === undefined ? (ESCAPES[char!] ?? char!) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
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

function pointerIn({ pointer, isObject, shownKey, index }: Level): string {
  if (pointer.length === POINTER_LENGTH_MAX) return pointer;
  const segment = isObject ? (/[~/]/.test(shownKey) ? escaped(shownKey) : shownKey) : index;
  return `${pointer}/${segment}`.slice(0, POINTER_LENGTH_MAX);
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
