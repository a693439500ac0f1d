// What a run remembers of what its secret tools were told and returned: keyed hashes of the tokens, so that whatever comes back
// later in the run is taken out, without the store holding anything from which it could be learned.
//
// INVARIANT: the key is never stored with the run. Hashes of short texts would be guessed within seconds by anyone with it.
// INVARIANT: in doubt lengths. A memory that is full, or was made with another key, lets no later text through.
// See docs/decisions/0027-what-secret-tools-returned.md.
import { LIMITS } from '../../limits.ts';
import type { Found } from '../credentials/credentials.ts';
import type { Finder } from '../take-out.ts';
import { COMMON_WORDS } from './common-words.ts';
import { type SipKey, sipHash, sipKeyOf } from './sip-hash.ts';

/** Plain data, as it is stored in the run's header. `lengths`: no text of the run is kept from here on. */
export type SecretMemory = 'lengths' | { readonly check: string; readonly hashes: string };

/** The key of a server, 32 hex digits, and the run that it is used for. */
export interface MemoryKey {
  readonly key: string;
  readonly runId: string;
}

/** 48 bits as base64url: one in 2.7e11 other tokens is taken for one of a full memory. */
const HASH_LENGTH = 8;
const RULE = 'secret_result';
/** Tokens that are known to be none of them, or to be one, while one request is looked through. */
const ASKED_MAX = 10_000;

/** The memory with the tokens of some texts added. */
export function remember(
  memory: SecretMemory | undefined,
  texts: readonly string[],
  memoryKey: MemoryKey,
): SecretMemory | undefined {
  if (memory === 'lengths') return memory;
  // Nothing of it could be told apart, and looking through it would take long.
  if (texts.some((text) => text.length > LIMITS.secretTextLengthMax)) return 'lengths';
  const hasher = new Hasher(memoryKey);
  if (memory && memory.check !== hasher.check) return 'lengths';
  const known = hashesOf(memory);
  for (const text of texts.flatMap(readings)) {
    for (const { start, end } of tokensOf(text)) {
      known.add(hasher.hash(text.slice(start, end)));
      if (known.size > LIMITS.secretTokensMax) return 'lengths';
    }
  }
  return known.size === 0 ? memory : { check: hasher.check, hashes: [...known].join('') };
}

/** Finds what is remembered; `lengths` where no text may be kept, undefined where nothing is remembered. */
export function finderOf(memory: SecretMemory | undefined, memoryKey: MemoryKey): Finder | 'lengths' | undefined {
  if (memory === undefined || memory === 'lengths') return memory;
  const hasher = new Hasher(memoryKey);
  if (memory.check !== hasher.check) return 'lengths';
  const known = hashesOf(memory);
  // Words come again and again, and hashing one costs more than knowing it.
  const asked = new Map<string, boolean>();
  const isKnown = (token: string) => {
    let answer = asked.get(token);
    if (answer === undefined) {
      answer = known.has(hasher.hash(token));
      if (asked.size < ASKED_MAX) asked.set(token, answer);
    }
    return answer;
  };
  return (text) => found(text, isKnown);
}

/** Whether a token could be nothing but a secret or an id: long, of letters and digits, in one piece. */
export function looksRandom(token: string): boolean {
  return token.length >= 16 && /^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9]+$/.test(token);
}

function hashesOf(memory: SecretMemory | undefined): Set<string> {
  const hashes = new Set<string>();
  if (!memory || memory === 'lengths') return hashes;
  for (let at = 0; at < memory.hashes.length; at += HASH_LENGTH) hashes.add(memory.hashes.slice(at, at + HASH_LENGTH));
  return hashes;
}

function found(text: string, isKnown: (token: string) => boolean): Found[] {
  const places: Found[] = [];
  for (const { start, end } of tokensOf(text)) {
    const last = places.at(-1);
    // A part of what is taken out as a whole.
    if (last && end <= last.end) continue;
    if (isKnown(text.slice(start, end))) places.push({ rule: RULE, start, end });
  }
  return places;
}

interface Token {
  readonly start: number;
  readonly end: number;
}

/** What stands between blanks, quotes and brackets, each part of it (of a URL, of a pair), and each word: from wide to narrow. */
const CHUNK = /[^\s"'`<>(){}[\],;\\]+/gu;
const PARTS = [/[^=:&?@/|]+/gu, /[^=:&?@/|.]+/gu, /[\p{L}\p{M}\p{N}]+/gu];
const ONE_WORD = /^[\p{L}\p{M}\p{N}]+$/u;
const LEADING = /^[\p{P}\p{S}]+/u;
const TRAILING = /[.:!?=&*_/]/u;

/** In the order in which they begin, whole ones before their parts; one that is whole and part comes once. */
function* tokensOf(text: string): Generator<Token> {
  for (const { index, 0: chunk } of text.matchAll(CHUNK)) {
    const whole = trimmed(text, index, index + chunk.length);
    // A word has no parts, and most of a text is words.
    if (whole && ONE_WORD.test(text.slice(whole.start, whole.end))) {
      if (isTelling(text.slice(whole.start, whole.end))) yield whole;
      continue;
    }
    const tokens = whole ? [whole, ...PARTS.flatMap((part) => partsOf(text, whole, part))] : [];
    // Nothing but signs may be a secret, too.
    if (!whole) tokens.push({ start: index, end: index + chunk.length });
    tokens.sort((one, other) => one.start - other.start || other.end - one.end);
    let last: Token | undefined;
    for (const token of tokens) {
      const isNew = token.start !== last?.start || token.end !== last.end;
      if (isNew && isTelling(text.slice(token.start, token.end))) yield token;
      last = token;
    }
  }
}

function partsOf(text: string, { start, end }: Token, part: RegExp): Token[] {
  return Array.from(text.slice(start, end).matchAll(part)).flatMap(
    ({ index, 0: { length } }) => trimmed(text, start + index, start + index + length) ?? [],
  );
}

/** Without the signs at both ends; undefined if nothing is left. */
function trimmed(text: string, from: number, to: number): Token | undefined {
  const start = from + (LEADING.exec(text.slice(from, to))?.[0].length ?? 0);
  const end = start + trimmedLength(text.slice(start, to));
  return end > start ? { start, end } : undefined;
}

/** WHY NOT the pattern alone: from each of many signs in the middle it would look for the end again. */
function trimmedLength(text: string): number {
  let end = text.length;
  while (end > 0 && TRAILING.test(text[end - 1]!)) end--;
  return end;
}

function isTelling(token: string): boolean {
  return token.length >= LIMITS.secretTokenLengthMin && !COMMON_WORDS.has(token.toLowerCase());
}

/** As it stands, and as it reads if it is JSON: where it comes back it may stand either way. */
function readings(text: string): string[] {
  return text.includes('\\') ? [text, decoded(text)] : [text];
}

function decoded(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|([bfnrt])|(["\\/]))/g,
    (_, hex?: string, blank?: string, char?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return blank === undefined ? char! : ' ';
    },
  );
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** With a key of the run's own, so that equal secrets of two runs do not show as equal. */
class Hasher {
  /** Tells keys apart, and nothing of them. */
  readonly check: string;
  readonly #key: SipKey;

  constructor({ key, runId }: MemoryKey) {
    const server = sipKeyOf(key);
    const [a, b] = sipHash(server, `1 ${runId}`);
    const [c, d] = sipHash(server, `2 ${runId}`);
    this.#key = [a, b, c, d];
    this.check = this.hash('');
  }

  hash(token: string): string {
    const [low, high] = sipHash(this.#key, token.toLowerCase());
    let text = '';
    for (let bit = 0; bit < 24; bit += 6) text += DIGITS[(low >>> bit) & 63]! + DIGITS[(high >>> bit) & 63]!;
    return text;
  }
}
