import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from '../../src/state/embedded/directory-lock.ts';
import { type BuiltEngine, buildEngine, type Child } from './children.ts';

describe('the lock of a data directory', () => {
  let engine: BuiltEngine;
  let directory: string;
  const temporary: string[] = [];
  const children: Child[] = [];

  beforeAll(() => {
    engine = buildEngine();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-lock-'));
    temporary.push(directory);
  });
  afterAll(async () => {
    for (const child of children) await child.kill();
    engine.remove();
    for (const each of temporary) await rm(each, { recursive: true });
  });

  async function owner(): Promise<Child> {
    const child = engine.start('lock-child.mjs', directory);
    children.push(child);
    await child.said(1);
    return child;
  }

  test('a second process is refused in one line that names the first', async () => {
    const first = await owner();
    const second = await owner();
    expect(first.lines).toEqual(['locked']);
    expect(second.lines).toEqual([`data directory ${directory} is in use by process ${first.pid}`]);
  });

  test('a process that is stopped keeps its lock', async () => {
    const first = await owner();
    await first.stop();
    await expect(lockDirectory(directory)).rejects.toThrow(`is in use by process ${first.pid}`);
  });

  test('a process that was killed has let go', async () => {
    const first = await owner();
    await first.kill();
    const lock = await lockDirectory(directory);
    lock.release();
  });

  test('one process cannot take a directory twice, and can again once it has let go', async () => {
    const lock = await lockDirectory(directory);
    const refused = { kind: 'state_unavailable', message: expect.stringContaining(`process ${process.pid}`) };
    await expect(lockDirectory(directory)).rejects.toMatchObject(refused);
    lock.release();
    lock.release();
    (await lockDirectory(directory)).release();
  });

  test('a missing directory is made for its owner alone', async () => {
    const made = join(directory, 'deep/data');
    const lock = await lockDirectory(made);
    expect((await stat(made)).mode & 0o777).toBe(0o700);
    lock.release();
  });

  test('a path that is no directory is refused in one line', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(lockDirectory(file)).rejects.toThrow(/^data directory \S+ cannot be used \(EEXIST\): .+$/);
  });
});
