// Where the value of a named secret ends. In doubt it is the line, the block or the element, and nothing of it is left.
import type { SourceText } from './source-text.ts';

export interface Value {
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

const QUOTED = /(?:[bBrRuUfFLN@$qQE]{1,2})?(\\{0,15})("""|'''|["'`])/y;
const HEREDOC = /<<[-~<]?[ \t]{0,2}["']?([A-Za-z_]{1,32})["']?[^\n]{0,64}\r?\n/y;
/** What joins the text before with more of it. */
const JOINED =
  /\w|[ \t]{1,16}\\\r?\n|\\|["'`]|[ \t]{0,16}(?:\+|\.\.?(?=[ \t]{0,4}["'$\w(])|\|\||\?\?|&(?=[ \t]{0,4}["'])|<>|or\b|["'`])/y;
const LINE_GOES_ON = /(?:[\\+.&|?]|\bor)[ \t]*$/;
const NEXT_JOINS = /[ \t]{0,64}(?:\+|\.(?=[ \t]*["'])|\|\||\?\?|["'`])/y;
/** A quote may be closed some lines further on. */
const QUOTED_LENGTH_MAX = 4_096;

/** A value between quotes of any kind that begins at `at`, with whatever is joined to it. */
export function quotedValue(source: SourceText, at: number): Value | undefined {
  const { text } = source;
  QUOTED.lastIndex = at;
  const opening = QUOTED.exec(text);
  if (!opening) return undefined;
  const start = QUOTED.lastIndex;
  const mark = opening[1]! + opening[2]!;
  const close = closeOf(source, start, mark);
  if (close === undefined) return { start, end: lineOrMore(source, start), quoted: false };
  const behind = close + mark.length;
  const isJoined = mark.length === 1 || mark.length === 3 ? matches(JOINED, text, behind) : false;
  return isJoined ? { start, end: lineOrMore(source, behind), quoted: true } : { start, end: close, quoted: true };
}

/** Where the quote is closed by its like, which is not escaped. */
function closeOf(source: SourceText, from: number, mark: string): number | undefined {
  const { text } = source;
  const honoursEscapes = !mark.startsWith('\\');
  const lineEnd = source.lineEnd(from);
  const bound =
    mark.length === 3 && honoursEscapes
      ? text.length
      : Math.min(text.length, Math.max(lineEnd, from + QUOTED_LENGTH_MAX));
  for (let at = from; at < bound; at++) {
    if (text.startsWith(mark, at)) return at;
    if (honoursEscapes && text[at] === '\\') at++;
    else if (!honoursEscapes && text[at] === '\n') return undefined;
  }
  return undefined;
}

/** To the end of the line, and of those that go on with it. */
export function lineOrMore(source: SourceText, from: number): number {
  const { text } = source;
  let end = source.lineEnd(from);
  let start = from;
  for (;;) {
    const next = source.nextLine(end);
    if (next >= text.length) return end;
    const goesOn = LINE_GOES_ON.test(text.slice(Math.max(start, end - 16), end)) || matches(NEXT_JOINS, text, next);
    if (!goesOn) return end;
    start = next;
    end = source.lineEnd(next);
  }
}

/** `<<EOF` and the lines to the one that ends it. */
export function heredocValue(source: SourceText, at: number): Value | undefined {
  HEREDOC.lastIndex = at;
  const opening = HEREDOC.exec(source.text);
  if (!opening) return undefined;
  const start = HEREDOC.lastIndex;
  for (let line = start; line < source.text.length; line = source.nextLine(line)) {
    if (source.text.slice(line, source.lineEnd(line)).trim().startsWith(opening[1]!))
      return { start, end: line, quoted: true };
  }
  return { start, end: source.text.length, quoted: true };
}

/** The lines below that are indented deeper than the one at `at`; the next one, where none is. */
export function blockBelow(source: SourceText, at: number): { start: number; end: number } {
  const indent = source.indentAt(source.lineStart(at));
  const start = source.nextLine(at);
  let end = start;
  for (let line = start; line < source.text.length; line = source.nextLine(line)) {
    const own = source.indentAt(line);
    if (own >= 0 && own <= indent) break;
    if (own >= 0) end = source.lineEnd(line);
  }
  return end > start ? { start, end } : { start, end: source.lineEnd(start) };
}

/** To the quote that closes the one around a place, which no word goes on behind; the end of the line if there is none. */
export function endWithin(source: SourceText, at: number, quote: string): number {
  const { text } = source;
  const lineEnd = source.lineEnd(at);
  for (let place = at; place < lineEnd; place++) {
    if (text[place] === '\\') place++;
    else if (text[place] === quote && (place + 1 === lineEnd || !/[\w"'`]/.test(text[place + 1]!))) return place;
  }
  return lineEnd;
}

export function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
