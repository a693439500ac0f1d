// Words in base64 that say a user and a password, or an assignment of one, and keys that stand without their first line.
import type { Found } from '../credentials.ts';
import { certaintyOf } from '../key-names.ts';
import type { SourceText } from '../source-text.ts';

const WORD = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{20,}={0,2}|(?<=[/,:=])[A-Za-z0-9+_-]{20,}={0,2}/g;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIXES = new Uint8Array(128).fill(64);
for (let at = 0; at < 64; at++) SIXES[ALPHABET.charCodeAt(at)] = at;
SIXES[45] = 62;
SIXES[95] = 63;

const PAIR = /^([A-Za-z][\w.@+-]{1,63}):([^\s:]{8,})$/;
const ASSIGNED = /([A-Za-z][\w.-]{2,63})["']?[ \t]{0,4}[:=][ \t]{0,4}["']?\S{4,}/g;
/** What is decoded of a word. */
const SAMPLE_LENGTH = 1_024;
/** The first bytes of a key in DER, PKCS#1, PKCS#8 or SEC 1, in base64. */
const KEY_BODY = /(?<![A-Za-z0-9+/])M(?:II[BCEJ][A-Za-z0-9+/]{2}IBA[A-D]|IG[HJTU]AgEAM|C4CAQAw)[A-Za-z0-9+/=\s\\]{16,}/g;
const KEY_BLOCK = /-{2,5}[ +]?BEGIN[ +][A-Z0-9 +]{0,40}(?:PRIVATE|SECRET)[ +]KEY/g;
const KEY_BLOCK_END = /-{2,5}[ +]?END[ +][A-Z0-9 +]{0,40}KEY(?:[ +]BLOCK)?[ +]?-{0,5}/g;

/** Secrets that only decoding shows, and the bodies of keys. */
export function findEncodedWords(source: SourceText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  for (const match of text.matchAll(WORD)) {
    const word = match[0].slice(0, SAMPLE_LENGTH);
    const decoded = decodedWord(word);
    if (decoded !== undefined && saysSecret(decoded)) {
      found.push({ rule: 'base64_secret', start: match.index, end: match.index + match[0].length });
    }
  }
  for (const match of text.matchAll(KEY_BODY)) {
    found.push({ rule: 'private_key', start: match.index, end: match.index + match[0].length });
  }
  KEY_BLOCK.lastIndex = 0;
  for (let begin = KEY_BLOCK.exec(text); begin; begin = KEY_BLOCK.exec(text)) {
    KEY_BLOCK_END.lastIndex = KEY_BLOCK.lastIndex;
    const close = KEY_BLOCK_END.exec(text);
    const end = close ? close.index + close[0].length : text.length;
    found.push({ rule: 'private_key', start: begin.index, end });
    KEY_BLOCK.lastIndex = end;
  }
  return found;
}

function saysSecret(decoded: string): boolean {
  if (PAIR.test(decoded)) return true;
  for (const [, name] of decoded.matchAll(ASSIGNED)) if (certaintyOf(name!) === 'sure') return true;
  return false;
}

/** @returns undefined unless it is printable ASCII */
function decodedWord(word: string): string | undefined {
  let decoded = '';
  let bits = 0;
  let count = 0;
  for (let at = 0; at < word.length; at++) {
    const six = SIXES[word.charCodeAt(at)] ?? 64;
    if (six === 64) break;
    bits = ((bits << 6) | six) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const byte = (bits >> count) & 0xff;
    if ((byte < 0x20 && byte !== 0x0a && byte !== 0x0d) || byte > 0x7e) return undefined;
    decoded += String.fromCharCode(byte);
  }
  return decoded;
}
