// Passwords between a user and a host: `scheme://user:password@host`, `user:password@host`, lines of `.pgpass` and netrc.
import type { Found } from '../credentials/credentials.ts';
import { isExempt, looksSecret } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';

const AUTHORITY = /:\\?\/\\?\/([^\s/?#@:<>]{0,256}):(?!\d{1,5}(?:[/?#\s]|$))/g;
/** Read backwards from the sign, which is rare. */
const SCP = /@(?!sha\d|v?\d)(?=[A-Za-z])(?<=(?<![\w./:@-])[A-Za-z][\w.-]{0,63}:([^\s@/:]{6,128})@)/g;
const PGPASS = /^(?:[\w.*-]{1,128}):(?:\d{1,5}|\*):[^:\s]{1,64}:[^:\s]{1,64}:([^\r\n]{1,256})$/gm;

const PGPASS_HINT = /:(?:\d{1,5}|\*):[^:\s]{1,64}:/;

/** Passwords in what names a user at a host. */
export function findInUrls(source: SourceText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  let wordEnd = -1;
  let lastAt = -1;
  for (const match of text.matchAll(AUTHORITY)) {
    const start = match.index + match[0].length;
    if (start > wordEnd) {
      wordEnd = nonBlankEnd(text, start);
      lastAt = text.slice(start, wordEnd).lastIndexOf('@') + start;
      if (lastAt < start) lastAt = -1;
    }
    if (lastAt <= start || !/[\w.[$%{-]/.test(text[lastAt + 1] ?? ' ')) continue;
    if (start < (found.at(-1)?.end ?? 0)) continue;
    const password = text.slice(start, lastAt);
    if (!isExempt(password, { quoted: true })) found.push({ rule: 'url_password', start, end: lastAt });
  }
  for (const match of text.matchAll(SCP)) {
    const end = match.index;
    if (looksSecret('likely', match[1]!, { quoted: false }))
      found.push({ rule: 'url_password', start: end - match[1]!.length, end });
  }
  if (!PGPASS_HINT.test(text)) return found;
  for (const match of text.matchAll(PGPASS)) {
    const end = match.index + match[0].length;
    if (looksSecret('likely', match[1]!, { quoted: false }))
      found.push({ rule: 'key_name', start: end - match[1]!.length, end });
  }
  return found;
}

const BLANK = /\s/g;

function nonBlankEnd(text: string, at: number): number {
  BLANK.lastIndex = at;
  return BLANK.exec(text)?.index ?? text.length;
}
