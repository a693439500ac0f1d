import { describe, expect, test } from 'vitest';
import { scannerOf } from '../../../src/core/redaction/scanner.ts';
import { compileRules, patternProblem } from '../../../src/redaction/operator-rules.ts';

const MEMORY_KEY = '0'.repeat(32);
const DATA = {
  patterns: [{ name: 'acme_key', pattern: '(?i)acme-[0-9a-f]{8}' }],
  knownValues: ['correct horse'],
  memoryKey: MEMORY_KEY,
};

describe('what an operator adds', () => {
  const { text, name } = scannerOf(compileRules(DATA));

  test('is taken out of texts and names, beside what the built-in rules find', () => {
    const given = `ACME-0011aabb, correct horse and AKIA${'A'.repeat(16)}`;
    const left = '[redacted: acme_key], [redacted: known_value] and [redacted: aws_access_key]';
    expect(text(given).text).toBe(left);
    expect(name(given).text).toBe(left);
    expect(text(given).redactions.map(({ rule, bytes }) => [rule, bytes])).toEqual([
      ['acme_key', 13],
      ['known_value', 13],
      ['aws_access_key', 20],
    ]);
  });

  test('goes before a built-in rule that would take a part of it', () => {
    const { text: scan } = scannerOf(compileRules({ ...DATA, knownValues: ['Tr0ub4dor&3-battery'] }));
    expect(scan('https://host/?password=Tr0ub4dor&3-battery').text).not.toContain('battery');
  });

  test('is plain data: a copy made for a thread finds the same', () => {
    const copy = scannerOf(compileRules(structuredClone(DATA)));
    expect(copy.text('acme-0011aabb').text).toBe('[redacted: acme_key]');
  });
});

describe('a pattern', () => {
  test.each([
    ['[a-', 'is no RE2 pattern: missing closing ]: `[a-`'],
    ['(?<=x)y', 'is no RE2 pattern: invalid named capture: `(?<=x)y`'],
    ['(a)\\1', 'is no RE2 pattern: invalid escape sequence: `\\1`'],
    ['a*', 'fits the empty text, so it would be found everywhere'],
    ['[a-z]{1,1000}[0-9]{1,1000}', 'is too large once its repetitions are written out'],
    ['x{2000}', 'is no RE2 pattern: invalid repeat count: `{2000}`'],
  ])('%s is refused', (pattern, problem) => {
    expect(patternProblem(pattern)).toBe(problem);
  });

  test('must not hang the server: a backtracking engine would on these', () => {
    const find = compileRules({
      patterns: [
        { name: 'nested', pattern: '(?:a+)+$' },
        { name: 'ambiguous', pattern: '(?:a|a|aa)+b' },
        { name: 'far', pattern: 'a.*z|q' },
      ],
      knownValues: [],
      memoryKey: MEMORY_KEY,
    }).find;
    const begin = performance.now();
    for (const text of ['a'.repeat(60_000), `${'a'.repeat(60_000)}!`, 'qa'.repeat(30_000)]) find(text);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  test('that fits very often takes the rest of the text as one', () => {
    const { text } = scannerOf(
      compileRules({ patterns: [{ name: 'own', pattern: 'q' }], knownValues: [], memoryKey: MEMORY_KEY }),
    );
    const { text: left, redactions } = text('q '.repeat(500));
    expect(left).not.toContain('q ');
    expect(redactions).toHaveLength(101);
  });

  test('that fits nothing in places is found where it fits something', () => {
    const { find } = compileRules({
      patterns: [{ name: 'own', pattern: '\\bq?' }],
      knownValues: [],
      memoryKey: MEMORY_KEY,
    });
    expect(find('ab q')).toEqual([{ rule: 'own', start: 3, end: 4 }]);
  });
});
