// Private keys in blocks of lines, and as JSON.
import type { Found } from './credential-scan.ts';

const KEY_BEGIN = /----[- ]BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?[- ]----/g;
const KEY_END = /----[- ]END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?[- ]----/g;

/** From the first line of a key to its last; a key that was cut off goes to the end of the text. */
export function findPrivateKeys(text: string): Found[] {
  const found: Found[] = [];
  if (!text.includes('PRIVATE KEY')) return found;
  for (const begin of text.matchAll(KEY_BEGIN)) {
    if (begin.index < (found.at(-1)?.end ?? 0)) continue;
    KEY_END.lastIndex = begin.index + begin[0].length;
    const close = KEY_END.exec(text);
    found.push({ rule: 'private_key', start: begin.index, end: close ? close.index + close[0].length : text.length });
  }
  return found;
}

const BRACES = /[{}]/g;
const QUOTE = '\\\\{0,15}["\']';
const KEY_TYPE = new RegExp(`${QUOTE}kty${QUOTE}\\s{0,8}:`);
/** The private members of RFC 7518, section 6. */
const PRIVATE_MEMBER = new RegExp(`${QUOTE}(?:d|k|p|q|dp|dq|qi)${QUOTE}\\s{0,8}:\\s{0,8}${QUOTE}[A-Za-z0-9_-]{16}`);

/** Keys that are told by the members or the length of a piece of JSON. */
export function findJsonKeys(text: string): Found[] {
  return [...findJwks(text), ...findByteArrays(text)];
}

/** The 64 bytes that Solana's tools write an Ed25519 key as. */
const BYTES = /\[\s{0,8}(?:[0-9]{1,3}\s{0,8},\s{0,8}){63}[0-9]{1,3}\s{0,8}\]/g;

function findByteArrays(text: string): Found[] {
  return Array.from(text.matchAll(BYTES), ({ index, 0: bytes }) => ({
    rule: 'solana_key',
    start: index,
    end: index + bytes.length,
  }));
}

/** JSON Web Keys with a private part, from brace to brace. */
function findJwks(text: string): Found[] {
  const found: Found[] = [];
  if (!text.includes('kty')) return found;
  let start = -1;
  for (const { index, 0: brace } of text.matchAll(BRACES)) {
    if (start >= 0 && isPrivateJwk(text.slice(start, index))) found.push({ rule: 'jwk', start, end: index + 1 });
    start = brace === '{' ? index : -1;
  }
  if (start >= 0 && isPrivateJwk(text.slice(start))) found.push({ rule: 'jwk', start, end: text.length });
  return found;
}

function isPrivateJwk(members: string): boolean {
  return KEY_TYPE.test(members) && PRIVATE_MEMBER.test(members);
}
