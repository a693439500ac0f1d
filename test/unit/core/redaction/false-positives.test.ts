// Ordinary text stays as it is: below one line in a hundred may lose something.
import { expect, test } from 'vitest';
import { corpus, LINES } from '../../../../scripts/redaction/corpus.mjs';
import { falsePositives, rates } from '../../../../scripts/redaction/false-positives.mjs';
import { redact } from '../../../../src/core/redaction/redact.ts';

const PERCENT_MAX = 1;

test('of ten thousand ordinary lines fewer than one in a hundred are changed', () => {
  const lines = corpus();
  const misses = falsePositives(lines, redact);
  console.log(rates(lines, misses));
  expect(lines).toHaveLength(LINES);
  const shown = misses.map(({ text, left }) => `- ${text}\n+ ${left}`).join('\n');
  expect((100 * misses.length) / lines.length, shown).toBeLessThan(PERCENT_MAX);
});

test('the lines are the same whenever they are assembled, and speak of secrets', () => {
  const lines = corpus();
  expect(corpus()).toEqual(lines);
  const byHand = lines.filter(({ kind }) => kind === 'by hand');
  expect(byHand.length).toBeGreaterThan(400);
  expect(byHand.filter(({ text }) => /pass|token|secret|key|auth|cookie/i.test(text)).length).toBeGreaterThan(300);
});

test('a line that is changed counts: the twin', () => {
  const lines = [{ kind: 'prose' as const, text: 'password=hunter2' }];
  expect(falsePositives(lines, redact)).toEqual([{ ...lines[0], left: 'password=[redacted: key_name]' }]);
});
