// `name = value`, `name: value`, `name => value` and what else programs, files, headers and logs put between the two.

import type { Certainty } from './key-names.ts';
import type { Part } from './part.ts';
import { isTaken, looksSecret } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';
import type { Spot } from './spots.ts';
import { blockBelow, endWithin, heredocValue, lineOrMore, matches, quotedValue } from './values.ts';

/** What closes or marks a name: a quote, a bracket, emphasis, `.value`, an aside in brackets. */
const CLOSERS =
  /(?:\\{0,15}["'`])?(?:\)?\.(?:value|text))?[\])!?]{0,2}(?:\[\d{0,6}\])?(?:\*{1,3}|_{1,2}|~~|`|<\/[a-z]{1,8}>)?(?:[ \t]{1,3}\([^()\n"'=:]{1,40}\))?[ \t\u00a0]{0,256}/y;
const TYPED =
  /(?::[ \t]{0,4})?(?:&(?:'static )?|const )?(?:string|str|bytes|any|char|varchar|std::string|optional|option|secretstr|secret)\b(?:<[^<>\n=]{1,40}>|\[[^[\]\n=]{0,40}\])?(?:[ \t]{0,2}\|[ \t]{0,2}\w{1,16}){0,3}\??[ \t]{0,8}=[ \t]{0,8}(?=[bBrRuUfFLN@$]{0,2}["'`])/iy;
const ASSIGNS = /:=|=>|->|\?\?=|\|\|=|\+=|\?=|=:|=(?![=~])|::?(?!\/\/)|：|＝|→|←/y;
const COMPARES = /===?|!==?|<>|=~|~=|\?\?|\|\||\bor\b|\.equals\(|\beq\b|\bne\b/y;
const BEHIND =
  /[ \t\u00a0]{0,256}(?:\*{1,3}|_{2}|~~|<\/[a-z]{1,8}>)?[ \t]{0,64}(?:\/\*[^*\n]{0,100}\*\/[ \t]{0,8})?(?:&[\w-]{1,32}[ \t]{1,4}(?=["'|>])|!{1,2}[\w:/.-]{0,32}[ \t]{1,4})?/y;
const BLOCK = /[|>][+-]?\d?[+-]?[ \t]*(?:#[^\n]*)?$/;
const CONTINUED = /\\[ \t]*\r?\n[ \t]{0,64}/y;
const MAPPING = /^[ \t]*(?:- )?[ \t]*(?:["']?[\w./-]+["']?\s*:(?:\s|$)|- )/;
const SAMPLE_LENGTH = 160;
const PAIR_BEFORE = /[?&#;]$/;

/** The value behind a sign that assigns or compares. */
export function assignedValue(source: SourceText, spot: Spot): readonly Part[] | undefined {
  const { text } = source;
  const sign = signBehind(text, spot);
  if (!sign) return undefined;
  const quote = source.quoteAt(spot.start);
  return valueParts(source, { ...sign, certainty: certaintyAt(text, spot), quote, spot });
}

interface Sign {
  readonly at: number;
  readonly spaced: boolean;
  /** Only a text between quotes can be the value. */
  readonly quotedOnly: boolean;
  readonly isColon: boolean;
}

/** Signs that nothing stands around; most are. */
const EQUALS = /=[A-Za-z0-9"'`$]/y;
const COLON = /: (?=[0-9"'`])/y;

function signBehind(text: string, { end }: Spot): Sign | undefined {
  if (matches(EQUALS, text, end)) return { at: end + 1, spaced: false, quotedOnly: false, isColon: false };
  if (matches(COLON, text, end)) return { at: COLON.lastIndex, spaced: true, quotedOnly: false, isColon: true };
  CLOSERS.lastIndex = end;
  CLOSERS.test(text);
  const at = CLOSERS.lastIndex;
  TYPED.lastIndex = at;
  if (TYPED.test(text)) return { at: TYPED.lastIndex, spaced: true, quotedOnly: true, isColon: false };
  // A value may begin with such a sign: `PW==x`.
  if (at === end && /^=[=~][^\s=~"'`]/.test(text.slice(at, at + 3)))
    return { at: at + 1, spaced: false, quotedOnly: false, isColon: false };
  const assigns = matches(ASSIGNS, text, at);
  if (!assigns && !matches(COMPARES, text, at)) return undefined;
  const signEnd = assigns ? ASSIGNS.lastIndex : COMPARES.lastIndex;
  const sign = text.slice(at, signEnd);
  BEHIND.lastIndex = signEnd;
  BEHIND.test(text);
  const isColon = sign === ':';
  const spaced = BEHIND.lastIndex > signEnd && (isColon || at > end);
  // A scope of Rust or C++, a member behind a pointer.
  const isPath = (sign === '::' || sign === '->') && !spaced;
  return { at: BEHIND.lastIndex, spaced, quotedOnly: !assigns || isPath, isColon };
}

/** A short name of a URL's field, or of an option, says more than the same word elsewhere. */
function certaintyAt(text: string, { certainty, dashes, name, start }: Spot): Certainty {
  if (certainty === 'likely' && dashes > 0 && /^(?:token|passw?)$/i.test(name)) return 'sure';
  // The directory a shell is in.
  if (/^(?:OLD)?PWD$/.test(name) && text[start - 1] !== '?') return 'likely';
  return certainty;
}

interface At extends Sign {
  readonly certainty: Certainty;
  readonly quote: string;
  readonly spot: Spot;
}

function valueParts(
  source: SourceText,
  { at, spaced, quotedOnly, isColon, certainty, quote, spot }: At,
): readonly Part[] {
  const { text } = source;
  // The quote around the name closes here.
  if (quote !== '' && text[at] === quote && text[spot.end] !== quote) return [];
  // INVARIANT: where a value ends is asked only of one that will most likely be taken, and is then not looked at again.
  if (certainty !== 'sure' && !looksSecret(certainty, text.slice(at, at + SAMPLE_LENGTH), { quoted: true })) return [];
  let from = at;
  if (matches(CONTINUED, text, from)) from = CONTINUED.lastIndex;
  const quoted = heredocValue(source, from) ?? quotedValue(source, from);
  if (quoted) return taken(source, certainty, quoted.start, quoted.end, { quoted: quoted.quoted, spaced });
  if (quotedOnly) return [];
  const lineEnd = source.lineEnd(from);
  if (from >= lineEnd) return below(source, from, certainty, isColon);
  if (isColon && lineEnd - from < 200 && BLOCK.test(text.slice(from, lineEnd))) {
    const block = blockBelow(source, from);
    return certainty === 'possible' ? taken(source, certainty, block.start, block.end, { quoted: true }) : [block];
  }
  if (text[from] === '{' || (text[from] === '[' && !text.startsWith('[redacted: ', from)))
    return group(source, from, certainty, spaced);
  if (spot.dashes > 0 && quote === '') return taken(source, certainty, from, source.wordEnd(from), { quoted: false });
  if (isField(text, spot)) return taken(source, certainty, from, source.fieldEnd(from, quote), { quoted: true });
  const end = quote === '' ? lineOrMore(source, from) : endWithin(source, from, quote);
  if (isColon && quote === '' && spaced) return withFolded(source, certainty, from, end);
  return taken(source, certainty, from, end, { quoted: false, spaced });
}

/** In a URL or a form. */
function isField(text: string, { start }: Spot): boolean {
  return PAIR_BEFORE.test(text.slice(Math.max(0, start - 1), start)) && text[start - 1] !== ';';
}

function taken(
  source: SourceText,
  certainty: Certainty,
  start: number,
  end: number,
  written: { quoted: boolean; spaced?: boolean },
): readonly Part[] {
  return isTaken(certainty, source.text.slice(start, end), written) ? [{ start, end }] : [];
}

/** Lines that go on below, indented deeper, belong to a plain value of YAML or of a header. */
function withFolded(source: SourceText, certainty: Certainty, from: number, end: number): readonly Part[] {
  const { text } = source;
  const indent = source.indentAt(source.lineStart(from));
  let last = end;
  for (
    let line = source.nextLine(end);
    line < text.length && source.indentAt(line) > indent;
    line = source.nextLine(line)
  ) {
    if (MAPPING.test(text.slice(line, Math.min(source.lineEnd(line), line + 160)))) break;
    last = source.lineEnd(line);
    if (last - from > 4_096) break;
  }
  const first = taken(source, certainty, from, end, { quoted: false, spaced: true });
  if (first.length > 0) return [{ start: from, end: last }];
  if (last === end) return [];
  // What follows a type or a literal in code is the next statement.
  return looksSecret(certainty === 'possible' ? 'possible' : 'likely', text.slice(end, last), { quoted: false }) &&
    !/[;,{(]$/.test(text.slice(from, end))
    ? [{ start: from, end: last }]
    : [];
}

/** Nothing on the line itself: the next line, or the lines below that are indented deeper. */
function below(source: SourceText, at: number, certainty: Certainty, isColon: boolean): readonly Part[] {
  const { text } = source;
  const block = blockBelow(source, at);
  const parts: Part[] = [];
  const isDeeper = source.indentAt(block.start) > source.indentAt(source.lineStart(at));
  for (let line = block.start; line < block.end; line = source.nextLine(line)) {
    const end = source.lineEnd(line);
    const shown = text.slice(line, Math.min(end, line + 256));
    // A mapping has names of its own; an item of a list has none.
    const item = /^[ \t]*- (?!["']?[\w.-]+["']?:(?: |$))/.exec(shown);
    const start = line + (item ? item[0].length : Math.max(0, source.indentAt(line)));
    const isNamed = !item && MAPPING.test(shown);
    const sure = certainty === 'sure' && isDeeper && isColon && !isNamed;
    const seems = looksSecret(certainty === 'possible' ? 'possible' : 'likely', text.slice(start, end), {
      quoted: false,
    });
    const isMixed = certainty === 'sure' && /[a-z]/.test(shown) && /[A-Z]/.test(shown) && /\d/.test(shown);
    const isOneWord = !/\s\S/.test(text.slice(start, Math.min(end, start + 200)));
    if (
      sure
        ? isTaken('sure', text.slice(start, end), { quoted: false })
        : (seems || (isMixed && isOneWord)) && (isDeeper || isOneWord)
    ) {
      const nameEnd = isNamed ? (/^\s*(?:- )?["']?[\w./-]+["']?\s*:\s*/.exec(shown)?.[0].length ?? 0) : 0;
      parts.push({ start: nameEnd > 0 ? line + nameEnd : start, end });
    }
    if (!isDeeper) break;
  }
  return parts;
}

/** A list or an object, and the rest of its line if more than brackets follow there. */
function group(source: SourceText, from: number, certainty: Certainty, spaced: boolean): readonly Part[] {
  const { text } = source;
  const close = source.groupEnd(from);
  const lineEnd = source.lineEnd(close);
  const rest = text.slice(close, Math.min(lineEnd, close + 256));
  const inner = text.slice(from, close);
  if (certainty !== 'sure') {
    const isSecret = looksSecret(certainty, inner, { quoted: true });
    return isSecret ? [{ start: from, end: close }] : [];
  }
  if (isTaken('sure', inner, { quoted: false, spaced }) && !isSchema(inner)) {
    return [{ start: from, end: /^[\s)\]},;"'`]*$|^[,;]?\s+["'\w{[&|#/<]|^[,;)\]}]/.test(rest) ? close : lineEnd }];
  }
  return [];
}

/** A type, a reference or a call that begins with a bracket says no secret. */
function isSchema(inner: string): boolean {
  return (
    /^[{[]\s*["']?(?:type|\$ref|description|title|format|required|from|valueFrom|file|external)["']?\s*:/.test(inner) &&
    inner.length < 4_096
  );
}
