// A text with what grammars ask about a place in it: its line, the quote it stands in, the bracket that closes another.
//
// INVARIANT: each answer is found in time that grows with the text at most once, for all places together.

/** A mark of ours is one word, although it holds a blank. */
const WORD = /(?:\[redacted: [a-z_]{1,64}\]|\\[\s\S]|"(?:[^"\\\n]|\\.){0,512}"|'[^'\n]{0,512}'|[^\s\\])+/y;
const IN_URL = /(?:\[redacted: [a-z_]{1,64}\]|[^\s&]|&(?![\w.%~[\]+-]{1,64}=))+/y;

export class SourceText {
  readonly text: string;
  #line: readonly [from: number, end: number] = [0, -1];
  #lineStart = 0;
  #quotesUntil = 0;
  #quote = '';
  #escaped = false;
  #closers: Int32Array | undefined;

  constructor(text: string) {
    this.text = text;
  }

  lineEnd(at: number): number {
    const end = this.#lineBreak(at);
    return end > at && end < this.text.length && this.text[end - 1] === '\r' ? end - 1 : end;
  }

  /** Remembers the last line, for many names may stand in one. */
  #lineBreak(at: number): number {
    const [from, end] = this.#line;
    if (at >= from && at <= end) return end;
    const found = this.text.indexOf('\n', at);
    this.#line = [at, found < 0 ? this.text.length : found];
    return this.#line[1];
  }

  /** Behind the line break; the end of the text if there is none. */
  nextLine(at: number): number {
    return Math.min(this.text.length, this.#lineBreak(at) + 1);
  }

  /** Places must be asked for in order. */
  lineStart(at: number): number {
    this.quoteAt(at);
    return this.#lineStart;
  }

  /** How far a line is indented; a blank line is not. */
  indentAt(lineStart: number): number {
    let at = lineStart;
    while (this.text[at] === ' ' || this.text[at] === '\t') at++;
    return this.text[at] === '\n' || this.text[at] === '\r' || at === this.text.length ? -1 : at - lineStart;
  }

  /** The quote in which a place stands within its line, or none. Places must be asked for in order. */
  quoteAt(place: number): string {
    const { text } = this;
    for (let at = this.#quotesUntil; at < place; at++) {
      const char = text[at]!;
      if (char === '\n') {
        this.#lineStart = at + 1;
        this.#quote = '';
        this.#escaped = false;
      } else if (this.#escaped) this.#escaped = false;
      else if (char === '\\') this.#escaped = true;
      else if (this.#quote !== '') {
        if (char === this.#quote) this.#quote = '';
      } else if (char === '"' || char === '`') this.#quote = char;
      else if (char === "'" && (at === this.#lineStart || !/\w/.test(text[at - 1]!))) this.#quote = char;
    }
    this.#quotesUntil = Math.max(this.#quotesUntil, place);
    return this.#quote;
  }

  /** The end of a word as a shell reads it. */
  wordEnd(at: number): number {
    return ended(WORD, this.text, at);
  }

  /** The end of a field in a URL or a form: `&` ends it if another field follows. */
  fieldEnd(at: number, quote: string): number {
    const end = ended(IN_URL, this.text, at);
    if (quote === '') return end;
    const close = this.text.slice(at, end).indexOf(quote);
    return close < 0 ? end : at + close;
  }

  /** Behind the bracket that closes the one at `at`; the end of the text if there is none. */
  groupEnd(at: number): number {
    this.#closers ??= closersOf(this.text);
    return this.#closers[at]! || this.text.length;
  }
}

function ended(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function closersOf(text: string): Int32Array {
  const closers = new Int32Array(text.length);
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '{' || char === '[') open.push(at);
    else if ((char === '}' || char === ']') && open.length > 0) closers[open.pop()!] = at + 1;
  }
  return closers;
}
