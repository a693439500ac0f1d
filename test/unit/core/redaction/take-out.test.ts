import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Finder, takeOut } from '../../../../src/core/redaction/take-out.ts';
import { leastCpuMs } from './cpu-time.ts';

const find: Finder = (text) =>
  Array.from(text.matchAll(/s3cr3t|4711/g), ({ index, 0: match }) => ({
    rule: 'own',
    start: index,
    end: index + match.length,
  }));
const without = (text: string) => takeOut({ text, redactions: [] }, find);

describe('what a finder finds', () => {
  test.each([
    ['in a plain text', 'a s3cr3t b', 'a [redacted: own] b', [{ pointer: '', bytes: 6 }]],
    ['in a text of JSON', '{"a":["x s3cr3t"]}', '{"a":["x [redacted: own]"]}', [{ pointer: '/a/0', bytes: 6 }]],
    ['in JSON however it is escaped', '{"a":"s\\u0033cr3t"}', '{"a":"[redacted: own]"}', [{ pointer: '/a', bytes: 6 }]],
    ['in a key', '{"s3cr3t":1}', '{"[redacted: own]":1}', [{ pointer: '', bytes: 6 }]],
    [
      'in a number, and what was JSON stays JSON',
      '{"pin":4711}',
      '{"pin":"[redacted: own]"}',
      [{ pointer: '/pin', bytes: 4 }],
    ],
    [
      'in JSON within JSON',
      '{"a":"{\\"b\\":4711}"}',
      '{"a":"{\\"b\\":\\"[redacted: own]\\"}"}',
      [{ pointer: '/a/b', bytes: 4 }],
    ],
    [
      'in JSON within a text',
      'got {"a":"s\\u0033cr3t"} s3cr3t',
      'got {"a":"[redacted: own]"} [redacted: own]',
      [
        { pointer: '/a', bytes: 6 },
        { pointer: '', bytes: 6 },
      ],
    ],
  ])('%s', (_, text, left, redactions) => {
    const redacted = without(text);
    expect(redacted.text).toBe(left);
    expect(redacted.redactions).toEqual(redactions.map((one) => ({ ...one, rule: 'own' })));
  });

  test('is nowhere afterwards, and JSON is JSON', () => {
    const leaf = fc.oneof(fc.constantFrom('s3cr3t', 'x', '4711 s3cr3t', '"s3cr3t\\'), fc.constant(4711), fc.string());
    fc.assert(
      fc.property(fc.jsonValue(), leaf, fc.nat(3), (value, secret, depth) => {
        let text = JSON.stringify({ value, secret });
        for (let level = 0; level < depth; level++) text = JSON.stringify({ text });
        const left = without(text).text;
        expect(left).not.toMatch(/s3cr3t|4711/);
        JSON.parse(left);
      }),
    );
  });

  test('is left in a mark of what was taken out before, and only there', () => {
    const redactions = [{ pointer: '', rule: 's3cr3t_rule', bytes: 1 }];
    expect(takeOut({ text: '[redacted: s3cr3t_rule] s3cr3t', redactions }, find).text).toBe(
      '[redacted: s3cr3t_rule] [redacted: own]',
    );
    expect(without('[redacted: s3cr3t_rule]').text).toBe('[redacted: [redacted: own]_rule]');
  });

  test('is found in time that grows with the text alone', () => {
    const enoughMs =
      10 *
      Math.max(
        100,
        leastCpuMs(() => without('lorem ipsum '.repeat(5_000))),
      );
    for (const text of [
      '['.repeat(60_000),
      '{"a":'.repeat(12_000),
      '"\\"'.repeat(20_000),
      '[redacted: x]'.repeat(4_600),
    ]) {
      expect(leastCpuMs(() => without(text), { enoughMs })).toBeLessThan(enoughMs);
    }
  });
});
