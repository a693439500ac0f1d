import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutUtf8, isBlank, isWhiteSpace, startOf, trimBlank, utf8Length } from '../../../src/core/text.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const blankish = fc.string({ unit: fc.constantFrom(' ', '\t', '\u0085', '\ufeff', '\u3000', 'a', '\u180e') });

describe('blanks', () => {
  test('are exactly the characters that Unicode calls White_Space', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const isBlankUnit = /\p{White_Space}/u.test(String.fromCharCode(unit));
      if (isWhiteSpace(unit) !== isBlankUnit) expect.fail(`U+${unit.toString(16)} is told wrongly`);
    }
  });

  test('U+0085 is trimmed and U+FEFF is not, unlike trim()', () => {
    expect(trimBlank('\u0085 x \u0085')).toBe('x');
    expect(trimBlank('\ufeffx\ufeff')).toBe('\ufeffx\ufeff');
    expect(isBlank('\u0085\u2029')).toBe(true);
    expect(isBlank('\ufeff')).toBe(false);
    expect(isBlank('')).toBe(true);
  });

  test('trimming is what the Unicode property says, for every text', () => {
    fc.assert(
      fc.property(blankish, (text) => {
        expect(trimBlank(text)).toBe(text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ''));
        expect(isBlank(text)).toBe(trimBlank(text) === '');
        expect(text.slice(startOf(text))).toBe(text.replace(/^\p{White_Space}+/u, ''));
      }),
    );
  });
});

describe('length and cut', () => {
  test('the length is that of the encoded bytes, lone surrogates too', () => {
    expect(utf8Length('hé€😀')).toBe(10);
    expect(utf8Length('\ud83d')).toBe(3);
    const units = fc.string({ unit: fc.constantFrom('a', 'é', '\ud83d', '\ude00', '€') });
    fc.assert(
      fc.property(fc.oneof(anyText, units), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  test('a text of exactly the maximum is left alone', () => {
    expect(cutUtf8('abc', 3)).toEqual({ text: 'abc', cut: false });
    expect(cutUtf8('é€', 5)).toEqual({ text: 'é€', cut: false });
    expect(cutUtf8('', 0)).toEqual({ text: '', cut: false });
  });

  test('a cut moves back to a whole code point and counts what it left out', () => {
    expect(cutUtf8('abcd', 3)).toEqual({ text: 'abc…[+1 bytes]', cut: true });
    expect(cutUtf8('a€€', 3)).toEqual({ text: 'a…[+6 bytes]', cut: true });
    expect(cutUtf8('a😀b', 4)).toEqual({ text: 'a…[+5 bytes]', cut: true });
    expect(cutUtf8('😀', 3)).toEqual({ text: '…[+4 bytes]', cut: true });
  });

  test('what is kept fits, begins the text, and no further code point would have fitted', () => {
    fc.assert(
      fc.property(anyText, fc.nat(80), (text, bytesMax) => {
        const { text: shown, cut } = cutUtf8(text, bytesMax);
        expect(cut).toBe(Buffer.byteLength(text) > bytesMax);
        if (!cut) {
          expect(shown).toBe(text);
          return;
        }
        const [, kept = '', leftOut] = /^(.*)…\[\+(\d+) bytes\]$/su.exec(shown) ?? [];
        const next = [...text.slice(kept.length)][0] ?? '';
        expect(text.startsWith(kept)).toBe(true);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(bytesMax);
        expect(Buffer.byteLength(kept + next)).toBeGreaterThan(bytesMax);
        expect(Number(leftOut)).toBe(Buffer.byteLength(text) - Buffer.byteLength(kept));
      }),
    );
  });
});
