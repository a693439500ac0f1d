// Words in base64 that say a user and a password, or an assignment of one, and keys that stand without their first line.
import type { Found } from '../credentials/credentials.ts';
import { certaintyOf } from './key-names.ts';
import { looksRandom } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';

/** No shorter word is decoded. */
const LENGTH_MIN = 20;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The value of each character in base64, in both alphabets; 64 for any other. */
const SIXES = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === 45) return 62;
  if (code === 95) return 63;
  const six = ALPHABET.indexOf(String.fromCharCode(code));
  return six < 0 ? 64 : six;
});

const PAIR = /^([A-Za-z][\w.@+-]{1,63}):([^\s:]{8,})$/;
const ASSIGNED = /([A-Za-z][\w.-]{2,63})["']?[ \t]{0,4}[:=][ \t]{0,4}["']?\S{4,}/g;
/** An issuer's prefix with a letter before it, which hides it from the forms: `xghp_…`. */
const GLUED = /^[A-Za-z]{2,16}_([A-Za-z0-9]{30,255})$/;
/** What is decoded of a word. */
const SAMPLE_LENGTH = 1_024;
/** The first bytes of a key in DER, PKCS#1, PKCS#8 or SEC 1, in base64. */
const KEY_BODY =
  /(?<![A-Za-z0-9+/])M(?:II[BCEJ][A-Za-z0-9+/]{2}IBA[A-D]|IG[HJTU]AgEAM|C4CAQAw)[A-Za-z0-9+/=\s\\]{16,}/g;
const KEY_BLOCK = /-{2,5}[ +]?BEGIN[ +][A-Z0-9 +]{0,40}(?:PRIVATE|SECRET)[ +]KEY/g;
const KEY_BLOCK_END = /-{2,5}[ +]?END[ +][A-Z0-9 +]{0,40}KEY(?:[ +]BLOCK)?[ +]?-{0,5}/g;

/** Secrets that only decoding shows, and the bodies of keys. */
export function findEncodedWords(source: SourceText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  for (const { start: at, word } of longWords(text)) {
    const glued = GLUED.exec(word);
    if (glued && looksRandom(glued[1]!)) {
      found.push({ rule: 'prefixed_token', start: at, end: at + word.length });
      continue;
    }
    // A slash belongs to base64, and to the path of a URL.
    for (const start of new Set([0, word.lastIndexOf('/') + 1])) {
      const decoded = decodedWord(word.slice(start, start + SAMPLE_LENGTH));
      if (decoded === undefined || decoded.length < 12 || !saysSecret(decoded)) continue;
      found.push({ rule: 'base64_secret', start: at + start, end: at + word.length });
      break;
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

/** Looks at every twentieth character: a long word has one there. */
function longWords(text: string): { start: number; word: string }[] {
  const words: { start: number; word: string }[] = [];
  for (let at = LENGTH_MIN - 1; at < text.length; at += LENGTH_MIN) {
    if (!isSix(text, at)) continue;
    let start = at;
    while (at - start < LENGTH_MIN && isSix(text, start - 1)) start--;
    let end = at + 1;
    while (isSix(text, end)) end++;
    if (end - start >= LENGTH_MIN) {
      while (text[end] === '=') end++;
      words.push({ start, word: text.slice(start, end) });
    }
    // The next step lands one character behind what was looked at, and then as far on as a word is long.
    at = end;
  }
  return words;
}

function isSix(text: string, at: number): boolean {
  return (SIXES[text.charCodeAt(at)] ?? 64) < 64;
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
