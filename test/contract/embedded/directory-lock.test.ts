import { closeSync, existsSync, ftruncateSync, openSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from '../../../src/state/embedded/file/directory-lock.ts';
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
    const refused = { name: 'StartupError', message: expect.stringContaining(`process ${process.pid}`) };
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

  const chmodded = async (mode: number) => {
    const made = join(directory, 'data');
    await mkdir(made);
    await chmod(made, mode);
    return made;
  };

  test.each([0o777, 0o1777, 0o775, 0o2770, 0o722])(
    'a directory of mode %o, which others may write to, is refused in one line',
    async (mode) => {
      const made = await chmodded(mode);
      const text = (mode & 0o7777).toString(8).padStart(4, '0');
      await expect(lockDirectory(made)).rejects.toThrow(
        `data directory ${made} cannot be used: other users may write to it (mode ${text}): chmod go-w ${made}`,
      );
      expect(existsSync(join(made, 'lock'))).toBe(false);
    },
  );

  test.each([0o700, 0o750, 0o755])('a directory of mode %o is taken', async (mode) => {
    (await lockDirectory(await chmodded(mode))).release();
  });

  test('a link that others may replace is refused, wherever it stands in the path', async () => {
    const shared = join(directory, 'shared');
    const real = join(directory, 'real');
    await mkdir(shared);
    await chmod(shared, 0o777);
    await mkdir(join(real, 'data'), { recursive: true });
    const link = join(shared, 'link');
    await symlink(real, link);
    const refused = `it is reached through the link ${link}, which other users may replace`;
    await expect(lockDirectory(link)).rejects.toThrow(refused);
    await expect(lockDirectory(join(link, 'data'))).rejects.toThrow(refused);
    const behind = join(directory, 'behind');
    await symlink(link, behind);
    await expect(lockDirectory(join(behind, 'data'))).rejects.toThrow(refused);
  });

  test('a link that nobody else may replace is followed', async () => {
    const real = await chmodded(0o700);
    const link = join(directory, 'link');
    await symlink(real, link);
    (await lockDirectory(link)).release();
    // As in a shared folder for temporary files: it is ours, and nobody else may rename it.
    const sticky = join(directory, 'tmp');
    await mkdir(sticky);
    await chmod(sticky, 0o1777);
    await symlink('../data', join(sticky, 'own'));
    (await lockDirectory(join(sticky, 'own'))).release();
  });

  test('a lock that is a link is not followed, and what it leads to stays as it is', async () => {
    const [made, prey] = [await chmodded(0o700), join(directory, 'prey')];
    await writeFile(prey, 'precious');
    await symlink(prey, join(made, 'lock'));
    await expect(lockDirectory(made)).rejects.toThrow(
      /^data directory \S+ cannot be used: its lock is not a regular file: .+$/,
    );
    expect(await readFile(prey, 'utf8')).toBe('precious');
    // The twin: without O_NOFOLLOW the file behind the link would have been opened, and emptied.
    const followed = openSync(join(made, 'lock'), 'a+');
    ftruncateSync(followed);
    closeSync(followed);
    expect(await readFile(prey, 'utf8')).toBe('');
  });

  test('a path that is no directory is refused in one line', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(lockDirectory(file)).rejects.toThrow(/^data directory \S+ cannot be used \((?:EEXIST|ENOTDIR)\): .+$/);
  });
});
