// Bearer tokens of Tollgate: `tg_`, 32 random bytes in base64url, and a checksum of six characters. By prefix and checksum a
// scanner for secrets knows one for certain, and a mistyped one can be told.
//
// A caller may hold any other text as its token: only its hash counts.
import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'tg_';
const RANDOM_BYTES = 32;
const TOKEN = /^tg_([A-Za-z0-9_-]{43})([0-9A-Za-z]{6})$/;

/** Makes a token. Nothing but its holder has it: keep its {@link tokenHash}. */
export function newToken(): string {
  const random = randomBytes(RANDOM_BYTES).toString('base64url');
  return `${PREFIX}${random}${checksum(random)}`;
}

/** The hash of a token, as the callers file holds it. */
export function tokenHash(token: string): string {
  return `sha256:${tokenDigest(token).toString('hex')}`;
}

/** WHY NOT a slow hash: a token is 32 random bytes, and no dictionary holds those. Tokens that people think up are not for this. */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** What a text is that stands where a token or its hash is expected: nothing of ours, a token, or one with a mistake in it. */
export function tokenKind(text: string): 'other' | 'token' | 'mistyped' {
  if (!text.startsWith(PREFIX)) return 'other';
  const [, random, given] = TOKEN.exec(text) ?? [];
  return random !== undefined && checksum(random) === given ? 'token' : 'mistyped';
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 in base 62, the most significant digit first: the form that other issuers of tokens use. */
function checksum(text: string): string {
  let rest = crc32(Buffer.from(text));
  let digits = '';
  for (let place = 0; place < 6; place++) {
    digits = DIGITS.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** WHY NOT that of node:zlib: it is not in every Node 20. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
