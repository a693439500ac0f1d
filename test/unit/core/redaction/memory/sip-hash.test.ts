import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SipKey, sipHash } from '../../../../../src/core/redaction/memory/sip-hash.ts';

/** Bytes 0 to 15. */
const KEY: SipKey = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];
const MASK = (1n << 64n) - 1n;

const hex = (key: SipKey, text: string) => {
  const [low, high] = sipHash(key, text);
  return ((BigInt(high) << 32n) | BigInt(low)).toString(16).padStart(16, '0');
};

test.each([
  [0, '726fdb47dd0e0e31'],
  [2, '0d6c8009d9a94f5a'],
  [8, '93f5f5799a932462'],
])('of the first %i bytes is what its authors published', (length, expected) => {
  const bytes = Buffer.from(Array.from({ length }, (_, index) => index));
  expect(hex(KEY, bytes.toString('utf16le'))).toBe(expected);
});

test('is what the definition says, of any text under any key', () => {
  const word = fc.nat(0xffffffff);
  const units = fc.array(fc.nat(0xffff), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes));
  fc.assert(
    fc.property(fc.tuple(word, word, word, word), units, (key, text) => {
      expect(hex(key, text)).toBe(byDefinition(key, text));
    }),
  );
});

/** The same with numbers of 64 bits, step by step as the paper writes it. */
function byDefinition([a, b, c, d]: SipKey, text: string): string {
  const bytes = units(text);
  const [k0, k1] = [(BigInt(b) << 32n) | BigInt(a), (BigInt(d) << 32n) | BigInt(c)];
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = () => {
    v0 = (v0 + v1) & MASK;
    v1 = rotated(v1, 13n) ^ v0;
    v0 = rotated(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotated(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotated(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotated(v1, 17n) ^ v2;
    v2 = rotated(v2, 32n);
  };
  for (let at = 0; at <= bytes.length; at += 8) {
    let word = 0n;
    for (const [index, byte] of bytes.slice(at, at + 8).entries()) word |= BigInt(byte) << BigInt(8 * index);
    if (at + 8 > bytes.length) word |= BigInt(bytes.length & 0xff) << 56n;
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  v2 ^= 0xffn;
  for (let index = 0; index < 4; index++) round();
  return (v0 ^ v1 ^ v2 ^ v3).toString(16).padStart(16, '0');
}

function units(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)).flatMap((unit) => [
    unit & 0xff,
    unit >> 8,
  ]);
}

function rotated(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}
