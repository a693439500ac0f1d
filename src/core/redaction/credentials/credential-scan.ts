// One walk over a text that tries the forms of credentials where their beginnings stand.
import { CREDENTIAL_FORMS, type CredentialForm } from './forms/index.ts';
import { looksRandom } from './looks-random.ts';

export interface Found {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

interface Compiled {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly mixed: boolean;
}

interface Beginning {
  readonly literal: string;
  /** Indexes into FORMS. */
  readonly forms: number[];
}

const OUTSIDE_WORD = '(?<![A-Za-z0-9])';
/** Longer than any beginning that is part of a broken credential's first line. */
const LOOK_FOR_BREAK = 200;

const FORMS: readonly Compiled[] = CREDENTIAL_FORMS.map(({ rule, starts, rest, mixed }) => ({
  rule,
  mixed: mixed ?? false,
  pattern: starts.length > 0 ? new RegExp(rest, 'y') : new RegExp(`${OUTSIDE_WORD}${rest}`, 'g'),
}));
/** Those without a beginning: a walk over the long words that hold digits. */
const SHAPES = CREDENTIAL_FORMS.flatMap(({ starts }, form) => (starts.length === 0 ? [form] : []));

const ALPHANUMERIC = 1;
const RUN = 2;
const WORD = 4;
const DIGIT = 8;
/** The first character of a beginning. */
const FIRST = 16;
/** What a character can be part of. */
const KIND = kinds();
/** By the first two characters: which beginnings to compare. This is the first look, and it is made of the table alone. */
const { pairs: PAIRS, buckets: BUCKETS } = beginnings(CREDENTIAL_FORMS);
/** The shortest run of letters, digits, `+/_-` that a form without a beginning holds. */
const RUN_LENGTH = 16;
/** The shortest base64 that is looked into. */
const ENCODED_LENGTH = 32;

export interface Scan {
  readonly found: Found[];
  /** Stretches of letters, digits and `+/_-` that are long enough to be base64 of something. */
  readonly runs: readonly (readonly [start: number, end: number])[];
  /** A line break may divide a credential. */
  readonly isBroken: boolean;
}

/** @param joins  offsets where lines of another text were joined: then only what spans one counts */
export function scanForms(text: string, joins?: readonly number[]): Scan {
  const walk: Walk = { found: [], triedUntil: new Map(), joins };
  const runs: [number, number][] = [];
  let isBroken = false;
  let wordEnd = 0;
  let runStart = -1;
  let digits = 0;
  let before = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x20;
    const kind = KIND[code]!;
    if (kind & RUN) {
      if (runStart < 0) runStart = at;
      if (kind & DIGIT) digits++;
    } else if (runStart >= 0) {
      if (at - runStart >= RUN_LENGTH && digits > 0 && !joins) {
        if (runStart >= wordEnd) wordEnd = tryShapes(text, wordAround(text, runStart, at, wordEnd), walk.found);
        if (at - runStart >= ENCODED_LENGTH) runs.push([runStart, at]);
      }
      runStart = -1;
    }
    if (!(kind & WORD)) digits = 0;
    if (kind & FIRST && !(kind & before & ALPHANUMERIC)) {
      const bucket = PAIRS[code * 128 + secondOf(text, at)]!;
      if (bucket > 0) isBroken = tryBeginnings(text, at, BUCKETS[bucket]!, walk) || isBroken;
    }
    before = kind;
  }
  return { found: walk.found, runs, isBroken };
}

/** @returns whether a credential may begin here that a line break divides */
function tryBeginnings(text: string, at: number, bucket: readonly Beginning[], walk: Walk): boolean {
  let isBroken = false;
  for (const { literal, forms } of bucket) {
    if (!standsAt(text, at, literal)) continue;
    for (const form of forms) tryAt(text, at, at + literal.length, form, walk);
    if (!walk.joins && literal.length >= 3) isBroken ||= isBrokenFrom(text, at + literal.length);
  }
  return isBroken;
}

/** WHY NOT startsWith: its call costs more than the third character, which seldom fits. The first two are known to. */
function standsAt(text: string, at: number, literal: string): boolean {
  for (let offset = 2; offset < literal.length; offset++) {
    if (text.charCodeAt(at + offset) !== literal.charCodeAt(offset)) return false;
  }
  return true;
}

function secondOf(text: string, at: number): number {
  const code = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
  return code < 128 ? code : 0;
}

interface Walk {
  readonly found: Found[];
  readonly triedUntil: Map<number, number>;
  readonly joins: readonly number[] | undefined;
}

function tryAt(text: string, begin: number, at: number, form: number, { found, triedUntil, joins }: Walk): void {
  if ((triedUntil.get(form) ?? 0) > at) return;
  const { rule, pattern, mixed } = FORMS[form]!;
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (!match) {
    if (MEMORABLE.has(form)) triedUntil.set(form, endOfRun(text, at));
    return;
  }
  let end = at + match[0].length;
  triedUntil.set(form, end);
  if (mixed && !looksRandom(text.slice(at, end))) return;
  if (joins) {
    end = endOfJoined(text, { begin, at, end }, pattern, joins);
    if (end < 0 || !looksRandom(text.slice(at, end))) return;
  }
  found.push({ rule, start: begin - (match.groups?.before?.length ?? 0), end });
}

/** Forms that run on without a bound before something that may be missing: where one fails, it fails for the whole run. */
const MEMORABLE: ReadonlySet<number> = new Set(
  CREDENTIAL_FORMS.flatMap(({ rest }, form) => (/_-\]\{\d+,\}(?!$)/.test(rest) ? [form] : [])),
);

function endOfRun(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (!(KIND[text.charCodeAt(at)]! & RUN)) return at;
  }
  return text.length;
}

function tryShapes(text: string, [start, end]: readonly [number, number], found: Found[]): number {
  const word = text.slice(start, end);
  for (const form of SHAPES) {
    const { rule, pattern, mixed } = FORMS[form]!;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(word); match; match = pattern.exec(word)) {
      if (mixed && !looksRandom(match[0])) continue;
      found.push({ rule, start: start + match.index, end: start + match.index + match[0].length });
    }
  }
  return end;
}

function wordAround(text: string, runStart: number, runEnd: number, from: number): [start: number, end: number] {
  let start = runStart;
  while (start > from && isWord(text.charCodeAt(start - 1))) start--;
  let end = runEnd;
  while (end < text.length && isWord(text.charCodeAt(end))) end++;
  return [start, end];
}

function isWord(code: number): boolean {
  return (KIND[code]! & WORD) !== 0;
}

/** Does what begins here run on to the end of its line, or of its text in quotes? */
function isBrokenFrom(text: string, from: number): boolean {
  const until = Math.min(text.length, from + LOOK_FOR_BREAK);
  for (let at = from; at < until; at++) {
    const code = text.charCodeAt(at);
    if (!isWord(code)) return at - from >= 4 && ENDS_LINE.has(code) && looksRandom(text.slice(from, at));
  }
  return false;
}

const ENDS_LINE: ReadonlySet<number> = new Set(Array.from('\n\r\\"\'', (char) => char.charCodeAt(0)));

/** Where a credential over joined lines ends: a further line belongs to it if the form needs it or it looks random. */
function endOfJoined(
  text: string,
  { begin, at, end }: { begin: number; at: number; end: number },
  pattern: RegExp,
  joins: readonly number[],
): number {
  const within = joins.slice(firstAbove(joins, begin)).filter((join) => join < end);
  if (within.length === 0) return -1;
  for (const [index, join] of within.entries()) {
    const segment = text.slice(join, within[index + 1] ?? end);
    const isLast = index === within.length - 1;
    if (looksRandom(segment) || (isLast && index > 0 && /[0-9]|[a-z][A-Z]/.test(segment))) continue;
    pattern.lastIndex = 0;
    const whole = pattern.exec(text.slice(at, join));
    if (whole && at + whole[0].length === join) return index === 0 ? -1 : join;
  }
  return end;
}

function firstAbove(joins: readonly number[], offset: number): number {
  let low = 0;
  let high = joins.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (joins[middle]! > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function kinds(): Uint8Array {
  // One entry per UTF-16 code unit, so that the walk has no case for those beyond ASCII.
  const table = new Uint8Array(65_536);
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code);
    if (/[A-Za-z0-9]/.test(char)) table[code]! |= ALPHANUMERIC;
    if (/[A-Za-z0-9+/_-]/.test(char)) table[code]! |= RUN;
    if (/[A-Za-z0-9+/_=.~:|-]/.test(char)) table[code]! |= WORD;
    if (/[0-9]/.test(char)) table[code]! |= DIGIT;
  }
  return table;
}

function beginnings(forms: readonly CredentialForm[]) {
  const byLiteral = new Map<string, number[]>();
  for (const [form, { starts }] of forms.entries()) {
    for (const literal of starts) byLiteral.set(literal, [...(byLiteral.get(literal) ?? []), form]);
  }
  const pairs = new Uint16Array(128 * 128);
  const buckets: Beginning[][] = [[]];
  for (const [literal, ofForms] of byLiteral) {
    const code = literal.charCodeAt(0);
    KIND[code]! |= FIRST;
    const seconds = literal.length > 1 ? [literal.charCodeAt(1)] : Array.from({ length: 128 }, (_, second) => second);
    for (const second of seconds) {
      const pair = code * 128 + second;
      if (!pairs[pair]) pairs[pair] = buckets.push([]) - 1;
      buckets[pairs[pair]!]!.push({ literal, forms: ofForms });
    }
  }
  return { pairs, buckets };
}
