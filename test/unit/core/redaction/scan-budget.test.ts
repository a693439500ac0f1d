import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../../../src/core/redaction/redact.ts';
import { COST, grant, scanBudget } from '../../../../src/core/redaction/scan-budget.ts';
import { shapeEvents } from '../../../../src/core/run/audit.ts';
import { policyOf } from '../policies.ts';
import { aRun } from '../runs.ts';
import { leastCpuMs } from './cpu-time.ts';

const LENGTH = 65_536;
const PLAIN = 'The fox asks for a token, the dog keeps the key: both rest (for now). '.repeat(2_000).slice(0, LENGTH);

/** @param worth  what the budget holds, in work; without it what a request grants */
function workOf(text: string, worth?: number): { work: number; rules: string[] } {
  const budget = scanBudget();
  grant(budget, text.length);
  if (worth !== undefined) budget.workLeft = worth;
  const before = budget.workLeft;
  const { redactions } = redact(text, false, budget);
  return { work: before - budget.workLeft, rules: redactions.map(({ rule }) => rule) };
}

/** Each puts a text one level deeper. */
const WRAPS: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify(text),
  (text) => JSON.stringify({ a: text }),
  (text) => `x ${JSON.stringify([text])} y`,
  (text) => text.replaceAll('%', '%25'),
  (text) => encodeURIComponent(text),
  (text) => text.replaceAll('&', '&amp;'),
  (text) => text.replaceAll('"', '\\"'),
  (text) => text.replaceAll(/["\\{]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  (text) => `{"password":${text}`,
];
const PIECES = [
  '%',
  '%25',
  '%2525',
  '[',
  '{',
  '"',
  '\\',
  '\\u0025',
  '\\"',
  '{"a":',
  '["',
  'key=',
  'password=',
  'pin=null,',
  'token: ',
  '&a=',
  '@',
  ':',
  '://',
  'a:b@',
  '=',
  "'",
  '`',
  '<',
  '<key>',
  ' ',
  '\t',
  '\n',
  '|',
  ',',
  ';',
  '(',
  '--key ',
  'key: |\n ',
  '&#37;',
  '=3D',
  'x',
  'key,a\n',
  'curl -u ',
  'echo ',
  '-',
];

const hostile = fc
  .record({
    parts: fc.array(fc.tuple(fc.constantFrom(...PIECES), fc.integer({ min: 1, max: 4_000 })), {
      minLength: 1,
      maxLength: 4,
    }),
    wraps: fc.array(fc.constantFrom(...WRAPS), { maxLength: 12 }),
  })
  .map(({ parts, wraps }) => {
    const unit = parts.map(([part, times]) => part.repeat(times)).join('');
    const text = unit.repeat(Math.ceil(LENGTH / 8 / unit.length)).slice(0, LENGTH);
    return wraps.reduce((inner, wrap) => (inner.length > LENGTH ? inner : wrap(inner)), text).slice(0, LENGTH);
  });

describe('the work over a text', () => {
  const plain = workOf(PLAIN);
  const plainMs = leastCpuMs(() => redact(PLAIN));
  /** Three times the work, at ten times the time for a unit of it. */
  const enoughMs = 10 * 3 * Math.max(plainMs, 10);
  const floor = scanBudget().workLeft;

  test('of plain words is one walk and one scan', () => {
    expect(plain.work).toBe((COST.walk + COST.scan) * LENGTH);
    expect(plain.rules).toEqual([]);
  });

  test('is at most three times that of plain text, whatever is nested in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { work } = workOf(text);
        expect(work).toBeLessThanOrEqual((3 * plain.work * text.length) / LENGTH + floor);
        const tookMs = leastCpuMs(() => redact(text), { enoughMs });
        expect(tookMs, JSON.stringify(text.slice(0, 80))).toBeLessThan(enoughMs);
      }),
      { numRuns: 60 },
    );
  });

  test('is bounded by the budget alone: without it, nesting multiplies it', () => {
    const nested = Array.from({ length: 12 }).reduce<string>(
      (inner) => `x ${JSON.stringify([inner])}`,
      'a b c d '.repeat(8_192),
    );
    expect(workOf(nested, 1e12).work).toBeGreaterThan(8 * plain.work);
    const bounded = workOf(nested);
    expect(bounded.work).toBeLessThanOrEqual((3 * plain.work * nested.length) / LENGTH + floor);
    expect(bounded.rules).toContain('scan_budget');
  });

  test('a percent sign encoded a thousand times is decoded once', () => {
    const text = `%${'25'.repeat(1_000)}${'['.repeat(64_000)}`;
    expect(leastCpuMs(() => redact(text), { enoughMs })).toBeLessThan(enoughMs);
    expect(redact(`%${'25'.repeat(1_000)}70assword=Xk29fjQpLm47vTzR`).text).not.toContain('Xk29');
  });

  test('encodings that never come to an end are not stored', () => {
    const deep = Array.from({ length: 9 }).reduce<string>(
      (inner) => inner.replaceAll('%', '&#37;').replaceAll('&', '%26'),
      'a%41',
    );
    expect(redact(deep)).toMatchObject({ text: '[redacted: scan_budget]', redactions: [{ rule: 'scan_budget' }] });
  });
});

describe('a request', () => {
  const nested = Array.from({ length: 12 }).reduce<string>(
    (inner) => `x ${JSON.stringify([inner])}`,
    'a b c d '.repeat(4_000),
  );

  test('stores the length of what its budget did not last for, and the rest as it is', () => {
    const event = (result: string) => ({ kind: 'tool_use', name: 'read', id: 'c', args: '{}', result }) as const;
    const deep = Array.from({ length: 10 }).reduce<string>(
      (inner) => inner.replaceAll('%', '&#37;').replaceAll('&', '%26'),
      'a%41',
    );
    const { records } = shapeEvents(aRun(), [event(deep), event('done')], policyOf({}), 1_700_000_000_000);
    const data = records.map((record) => JSON.parse(record.data));
    expect(data[1]).toMatchObject({ result_redacted: true, result_len: deep.length });
    expect(data[1].result).toBeUndefined();
    expect(records[1]!.redactions).toMatchObject([{ rule: 'scan_budget', pointer: '/result' }]);
    expect(data[3]).toMatchObject({ result: 'done' });
  });

  test('of many nested bodies takes about as long as one of plain ones', () => {
    const event = (message: string) => ({ kind: 'error', message }) as const;
    const bodies = (text: string) => Array.from({ length: 4 }, () => event(text.slice(0, LENGTH)));
    const timeOf = (text: string, enoughMs?: number) =>
      leastCpuMs(() => shapeEvents(aRun(), bodies(text), policyOf({}), 1_700_000_000_000), { enoughMs });
    const enoughMs = 30 * Math.max(40, timeOf(PLAIN));
    expect(timeOf(nested, enoughMs)).toBeLessThan(enoughMs);
    expect(timeOf(`%${'25'.repeat(1_000)}${'['.repeat(64_000)}`, enoughMs)).toBeLessThan(enoughMs);
  });
});
