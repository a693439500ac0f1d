// The files of redaction: what is refused at start in one line, what is taken over later, and that no value is told.
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StartupError } from '../../../src/host/startup-error.ts';
import { readKnownValues } from '../../../src/redaction/known-values-file.ts';
import { openMemoryKey } from '../../../src/redaction/memory-key.ts';
import { type RedactionReload, RedactionSource } from '../../../src/redaction/redaction-source.ts';
import { eventually } from '../../support/times.ts';
import { testFolder } from '../config/folder.ts';

function privateFile(content: string | Buffer, mode = 0o600): string {
  const file = join(testFolder({}, onTestFinished), 'values');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

const problemOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    return (error as StartupError).message;
  }
  return 'none';
};

describe('known values', () => {
  test('are the lines of their file, each once, exactly as they stand', () => {
    const file = privateFile('correct horse\r\n\n  blanks count  \ncorrect horse\nüüüü');
    expect(readKnownValues(file)).toEqual(['correct horse', '  blanks count  ', 'üüüü']);
  });

  test.each([
    ['a short value', 'long enough\nhunter2\n', 0o600, 'line 2: a value must have at least 8 bytes'],
    ['a file that others may read', 'long enough', 0o644, 'others may read or write it: chmod 600'],
    ['a file that its group may read', 'long enough', 0o640, 'others may read or write it: chmod 600'],
    ['an empty file', '\n\n', 0o600, 'holds no value'],
    ['a file of another encoding', Buffer.from([0xff, 0xfe, 0x41, 0x41]), 0o600, 'must be UTF-8'],
    ['a large file', `${'x'.repeat(65_537)}`, 0o600, 'must have at most 65536 bytes'],
    [
      'too many values',
      Array.from({ length: 1_001 }, (_, index) => `value-${1_000 + index}`).join('\n'),
      0o600,
      'holds more than 1000 values',
    ],
  ])('%s is refused in one line', (_, content, mode, problem) => {
    const file = privateFile(content, mode);
    const told = problemOf(() => readKnownValues(file));
    expect(told).toBe(`redaction.known_values_file ${file}: ${problem}`);
    expect(told).not.toMatch(/hunter2|long enough/);
  });

  test('a missing file, and a folder, are refused', () => {
    const folder = testFolder({}, onTestFinished);
    expect(problemOf(() => readKnownValues(join(folder, 'nowhere')))).toContain('cannot be read (ENOENT)');
    chmodSync(folder, 0o700);
    expect(problemOf(() => readKnownValues(folder))).toContain('cannot be read (EISDIR)');
  });

  test('are taken over when the file changes, and the last good ones stay when it cannot be used', async () => {
    const file = privateFile('first-value\n');
    const reloads: RedactionReload[] = [];
    const keyFile = join(testFolder({}, onTestFinished), 'redaction.key');
    const source = new RedactionSource({ patterns: [], knownValuesFile: file, keyFile, mayCreateKey: true }, (reload) =>
      reloads.push(reload),
    );
    onTestFinished(() => source.close());
    source.follow();
    const finds = (text: string) => source.rules.find(text).length > 0;
    const put = (content: string, mode = 0o600) => {
      writeFileSync(`${file}.new`, content);
      chmodSync(`${file}.new`, mode);
      renameSync(`${file}.new`, file);
    };
    expect([finds('first-value'), finds('second-value')]).toEqual([true, false]);
    put('second-value\n');
    await eventually(() => reloads.length === 1);
    expect(reloads).toEqual([{ values: 1 }]);
    expect([finds('first-value'), finds('second-value')]).toEqual([false, true]);
    expect(source.data).toMatchObject({ knownValues: ['second-value'] });
    put('third-value\n', 0o644);
    await eventually(() => reloads.length === 2);
    expect(reloads[1]).toMatchObject({ problem: { message: expect.stringContaining('chmod 600') } });
    expect(finds('second-value')).toBe(true);
  });
});

describe('the key of what secret tools returned', () => {
  test('is made once, for this user alone, and stays', () => {
    const file = join(testFolder({}, onTestFinished), 'redaction.key');
    const key = openMemoryKey({ file, mayCreate: true });
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(openMemoryKey({ file, mayCreate: true })).toBe(key);
    expect(readFileSync(file, 'utf8')).toBe(`${key}\n`);
  });

  test('that is named is not made, and one that cannot be used is refused without being told', () => {
    const nowhere = join(testFolder({}, onTestFinished), 'redaction.key');
    expect(problemOf(() => openMemoryKey({ file: nowhere, mayCreate: false }))).toContain('ENOENT');
    expect(existsSync(nowhere)).toBe(false);
    const readable = privateFile(`${'0a'.repeat(16)}\n`, 0o644);
    expect(problemOf(() => openMemoryKey({ file: readable, mayCreate: true }))).toContain('chmod 600');
    const short = privateFile('0a0a0a0a');
    const told = problemOf(() => openMemoryKey({ file: short, mayCreate: true }));
    expect(told).toContain('must be 32 lower-case hex digits');
    expect(told).not.toContain('0a0a');
  });
});
