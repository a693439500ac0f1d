import { expect, test } from 'vitest';
import { problemText } from '../../../src/cli/problem-text.ts';
import { StartupError } from '../../../src/host/startup-error.ts';

test('each problem is one line, whatever a value holds', () => {
  expect(problemText(new StartupError(['a', 'b']))).toBe('tollgate: a\ntollgate: b');
  expect(problemText(new StartupError('two\nlines'))).toBe('tollgate: two\\u000alines');
});

test('a bug shows its stack', () => {
  const bug = new TypeError('no such thing');
  expect(problemText(bug)).toBe(`tollgate: ${bug.stack}`);
});
