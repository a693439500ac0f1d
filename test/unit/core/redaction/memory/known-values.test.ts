import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { knownValuesFinder } from '../../../../../src/core/redaction/memory/known-values.ts';
import { takeOut } from '../../../../../src/core/redaction/take-out.ts';
import { leastCpuMs } from '../cpu-time.ts';

const VALUE = 'q/w"e+r\\t y~ü9';
const leftOf = (text: string, values: readonly string[] = [VALUE]) =>
  takeOut({ text, redactions: [] }, knownValuesFinder(values)).text;

describe('a known value', () => {
  test.each([
    ['as it stands', (value: string) => value],
    ['in JSON', (value: string) => JSON.stringify({ a: [value] })],
    ['as a key of JSON', (value: string) => JSON.stringify({ [value]: 1 })],
    ['in JSON within JSON', (value: string) => JSON.stringify({ a: JSON.stringify({ value }) })],
    ['in JSON within a text', (value: string) => `sent ${JSON.stringify({ value })} twice`],
    ['in JSON within a text that is cut', (value: string) => `log="${JSON.stringify(JSON.stringify({ value }))}`],
    ['percent-encoded', (value: string) => `https://host/?q=${encodeURIComponent(value)}&x=1`],
    [
      'percent-encoded with small digits',
      (value: string) => encodeURIComponent(value).replaceAll(/%../g, (hex) => hex.toLowerCase()),
    ],
    ['as a form', (value: string) => new URLSearchParams({ value }).toString()],
    ['in base64', (value: string) => Buffer.from(value).toString('base64')],
    ['in base64url', (value: string) => Buffer.from(value).toString('base64url')],
    ['in base64 behind a byte', (value: string) => Buffer.from(`x${value}y`).toString('base64')],
    ['in base64 behind two bytes', (value: string) => Buffer.from(`xx${value}y`).toString('base64')],
    ['in a basic credential', (value: string) => `Basic ${Buffer.from(`user:${value}`).toString('base64')}`],
  ])('is taken out %s', (_, written) => {
    const text = written(VALUE);
    const left = leftOf(text);
    expect(left).toContain('[redacted: known_value]');
    for (const form of [VALUE, encodeURIComponent(VALUE), Buffer.from(VALUE).toString('base64').slice(4, -4)]) {
      expect(left).not.toContain(form);
    }
    // Where there is none of it, nothing goes.
    expect(leftOf(written('another text'))).toBe(written('another text'));
  });

  test('keeps JSON whole when it is a number', () => {
    expect(leftOf('{"a":1234567890}', ['1234567890'])).toBe('{"a":"[redacted: known_value]"}');
  });

  test('is found among others that begin, end or lie within it, or repeat it', () => {
    const values = ['aaaaaaaa', 'aaaaaaaab', 'baaaaaaaa', 'caaaaaaaabd'];
    expect(leftOf('aaaaaaaaaaaa', values)).toBe('[redacted: known_value]');
    expect(leftOf('xcaaaaaaaabdx', values)).toBe('x[redacted: known_value]x');
    expect(leftOf('aaaaaaa', values)).toBe('aaaaaaa');
  });

  test('is found wherever a plain search finds it', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 8, maxLength: 12 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 200 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 8 }), text, (values, given) => {
        const covered = new Set(
          knownValuesFinder(values)(given).flatMap(({ start, end }) =>
            Array.from({ length: end - start }, (_, index) => start + index),
          ),
        );
        for (const value of values) {
          for (let at = given.indexOf(value); at >= 0; at = given.indexOf(value, at + 1)) {
            for (let place = at; place < at + value.length; place++) expect(covered.has(place)).toBe(true);
          }
        }
        if (!values.some((value) => given.includes(value))) expect(covered.size).toBe(0);
      }),
    );
  });

  test('of a thousand costs what one costs: time grows with the text alone', () => {
    const text = 'a'.repeat(60_000);
    const timeOf = (values: readonly string[]) => {
      const find = knownValuesFinder(values);
      return leastCpuMs(() => find(text));
    };
    const all = Array.from({ length: 1_000 }, (_, index) => `${'a'.repeat(40)}${index}`);
    expect(timeOf(all)).toBeLessThan(10 * Math.max(timeOf(['aaaaaaaab']), 20));
  });
});
