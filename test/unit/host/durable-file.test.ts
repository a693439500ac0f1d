import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  appendDurably,
  createPrivateFile,
  replaceFile,
  replacePrivateFileFrom,
} from '../../../src/host/durable-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-durable-'));
  file = join(folder, 'file');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = () => readFileSync(file, 'utf8');
const modeOf = () => statSync(file).mode & 0o777;

test('a private file is created once, for its owner alone', () => {
  createPrivateFile(file, () => 'one');
  createPrivateFile(file, () => 'two');
  expect([text(), modeOf(), readdirSync(folder)]).toEqual(['one', 0o600, ['file']]);
});

test('a private file whose content cannot be made leaves nothing', () => {
  const fail = () => {
    throw new Error('no content');
  };
  expect(() => createPrivateFile(file, fail)).toThrow('no content');
  expect(readdirSync(folder)).toEqual([]);
});

test('a replaced file holds the new text and nothing lies beside it', () => {
  replaceFile(file, 'one');
  replaceFile(file, 'two');
  expect([text(), readdirSync(folder)]).toEqual(['two', ['file']]);
});

test('text that ends in an error leaves the old file', async () => {
  writeFileSync(file, 'old');
  async function* broken() {
    yield 'half';
    throw new Error('cut');
  }
  await expect(replacePrivateFileFrom(file, broken())).rejects.toThrow('cut');
  expect([text(), readdirSync(folder)]).toEqual(['old', ['file']]);
  async function* whole() {
    yield 'new ';
    yield 'text';
  }
  await replacePrivateFileFrom(file, whole());
  expect([text(), modeOf()]).toEqual(['new text', 0o600]);
});

test('an append keeps what was there', () => {
  appendDurably(file, 'one\n');
  appendDurably(file, 'two\n');
  expect(text()).toBe('one\ntwo\n');
});
