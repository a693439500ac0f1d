import { expect, test } from 'vitest';
import { newToken, tokenHash, tokenKind } from '../../../src/config/files/token.ts';
import { hashOf } from '../../support/callers.ts';

test('a token has a prefix, 32 random bytes and a checksum', () => {
  const tokens = Array.from({ length: 100 }, newToken);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) {
    expect(token).toMatch(/^tg_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/);
    expect(Buffer.from(token.slice(3, 46), 'base64url')).toHaveLength(32);
    expect(tokenKind(token)).toBe('token');
    expect(tokenHash(token)).toBe(hashOf(token));
  }
});

test('the checksum is the CRC-32 of the random part in base 62', () => {
  // Computed with Python's binascii.crc32.
  expect(tokenKind(`tg_${'A'.repeat(43)}0DofJ8`)).toBe('token');
});

test('every change of one character, and every two neighbours in the wrong order, are a mistake', () => {
  const token = newToken();
  for (let at = 3; at < token.length; at++) {
    for (const other of ['A', 'z', '_', '0']) {
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      if (changed !== token) expect(tokenKind(changed), `${at} ${other}`).toBe('mistyped');
    }
    const swapped = token.slice(0, at) + (token[at + 1] ?? '') + token[at] + token.slice(at + 2);
    if (swapped !== token) expect(tokenKind(swapped), `${at} swapped`).toBe('mistyped');
  }
  expect(tokenKind(token.slice(0, -1))).toBe('mistyped');
  expect(tokenKind(`${token}0`)).toBe('mistyped');
});

test('other texts, those of older tokens among them, are none of its business', () => {
  for (const text of ['', 'x', 'sha256:00', newToken().slice(3, 46)]) expect(tokenKind(text)).toBe('other');
});
