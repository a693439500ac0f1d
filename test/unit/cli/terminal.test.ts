// What a caller named never reaches a terminal as anything but text.
import { describe, expect, test } from 'vitest';
import { painterFor, safe, safeJson } from '../../../src/cli/terminal.ts';

const HOSTILE = {
  'an escape sequence': '\u001b[2Ja',
  'a one-byte control sequence introducer': '\u009b31ma',
  'a line break': 'a\r\nb',
  'a bell and a backspace': '\u0007\u0008a',
  'text that runs the other way': '\u202egnp.exe',
  'an isolate': '\u2066a\u2069',
  'an invisible space': 'a\u200bb',
  'a separator of lines': 'a\u2028b',
  'a tag character': 'a\u{e0041}',
  'half a character': 'a\ud83d',
};
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe.each(Object.entries(HOSTILE))('%s', (_name, text) => {
  test('is shown escaped', () => {
    expect(text).toMatch(UNSAFE);
    expect(safe(text)).not.toMatch(UNSAFE);
    expect(JSON.parse(`"${safe(text)}"`)).toBe(text);
  });

  test('is the same text in JSON', () => {
    expect(safeJson({ text })).not.toMatch(UNSAFE);
    expect(JSON.parse(safeJson({ text }))).toEqual({ text });
  });
});

test('ordinary text of any script stays as it is', () => {
  for (const text of ['read_file', 'Größe', '日本語', '😀', 'a\\b "c"']) expect(safe(text)).toBe(text);
});

describe('colours', () => {
  const ESCAPE = '\u001b[31m';

  test('are for a terminal only', () => {
    expect(painterFor({ isTTY: true }, undefined)('no', 'red')).toContain(ESCAPE);
    expect(painterFor({}, undefined)('no', 'red')).toBe('no');
    expect(painterFor({ isTTY: false }, undefined)('no', 'red')).toBe('no');
  });

  test('are left out where NO_COLOR says anything', () => {
    expect(painterFor({ isTTY: true }, '1')('no', 'red')).toBe('no');
    expect(painterFor({ isTTY: true }, '')('no', 'red')).toContain(ESCAPE);
  });
});
