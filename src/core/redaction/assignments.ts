// Secrets in a plain text that a name gives away: `DB_PASSWORD=…`, `X-Api-Key: …`, `?token=…`, `--password …`, a piece of JSON.
//
// INVARIANT: time grows with the length of the text and nothing else. A name starts only where a word does, and whatever was
// looked at as a value is not looked at again.
import type { Found } from './credentials.ts';
import { namesSecret, namesSecretHeader } from './key-names.ts';

const NAME = '[A-Za-z_][A-Za-z0-9_.-]{0,127}';
const QUOTE = '\\\\{0,15}["\'`]';
const BLANKS = '[ \\t]{0,8}';

/** A name and what stands between it and its value; `\"password\":\"` is JSON that stands in another text. */
const NAMED = new RegExp(
  `(?<![A-Za-z0-9_.-])(?:--?(${NAME})(?:=|[ \\t]{1,8})|(${NAME})(?:${QUOTE})?\\]?${BLANKS}(?::=|=>|[:=](?!=))${BLANKS})`,
  'g',
);

/** One look tells that a text holds none. */
const HINT = /pass|pwd|pin|otp|secret|token|key|auth|cookie|credential|connection|bearer|jwt/i;

const OPENING = /(\\{0,15})(["'`])/y;
const BARE = /[^\s,;&"'`<>)\]}\\]+/y;
const LINE = /[^\r\n"'`\\]+/y;
/** A mark of ours, what says of which type a value is, and code that fetches one. */
const NO_SECRET = new RegExp(
  '^(?:\\[redacted: [a-z_]+\\]' +
    '|(?:string|str|bytes|number|int|integer|boolean|bool|any|unknown|null|undefined|nil|none|true|false)\\b' +
    '|[A-Za-z_$][A-Za-z0-9_$.]{0,63}\\()',
  'i',
);

/** Where values stand that are named as secrets, in order; without their quotes. */
export function findAssignments(text: string): Found[] {
  const found: Found[] = [];
  if (!HINT.test(text)) return found;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match; match = NAMED.exec(text)) {
    const name = (match[1] ?? match[2])!;
    if (!namesSecret(name)) continue;
    const [start, end] = valueAt(text, NAMED.lastIndex, name);
    NAMED.lastIndex = end;
    if (end > start && !NO_SECRET.test(text.slice(start, Math.min(end, start + 100)))) {
      found.push({ rule: 'key_name', start, end });
    }
  }
  return found;
}

function valueAt(text: string, at: number, name: string): [start: number, end: number] {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text);
  if (opening) return [OPENING.lastIndex, endOfQuoted(text, OPENING.lastIndex, opening[0])];
  if (text[at] === '{' || text[at] === '[') return [at, endOfGroup(text, at)];
  const bare = namesSecretHeader(name) ? LINE : BARE;
  bare.lastIndex = at;
  return [at, bare.test(text) ? bare.lastIndex : at];
}

/** At the closing quote, which looks like the opening one, or at the end of the line. */
function endOfQuoted(text: string, from: number, opening: string): number {
  const escapes = opening.length === 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\n' || text.startsWith(opening, at)) return at;
    if (escapes && text[at] === '\\') at++;
  }
  return text.length;
}

/** Behind the bracket that closes the first one; the end of the text if there is none. */
function endOfGroup(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
