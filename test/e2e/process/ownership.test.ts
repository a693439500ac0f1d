// One process owns a data directory, and one a socket: a second is refused while the first lives, and not after.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { linesOf, tollgate } from '../../support/command.ts';
import { folderOf, redisOf, serverOf } from './servers.ts';

const ANYWHERE = ['--listen', '127.0.0.1:0'];

describe.concurrent('a data directory of the embedded engine', () => {
  const second = (folder: string) =>
    tollgate(['serve', '--data-dir', join(folder, 'data'), ...ANYWHERE, '--management', '127.0.0.1:0'], {
      cwd: folder,
    });

  test('is refused to a second server in one clear line, and the first goes on', async (t) => {
    const folder = folderOf(t);
    const first = await serverOf(t, { folder });
    const { code, stdout, stderr } = await second(folder);
    expect(linesOf(stderr)).toEqual([
      `tollgate: data directory ${join(folder, 'data')} is in use by process ${first.pid}`,
    ]);
    expect(code).toBe(1);
    expect(stdout).not.toContain('serving');
    expect((await first.clients.sessions('CreateSession', { agent_id: 'a', all: {} })).session.agent_id).toBe('a');
  });

  test('is refused while the first is stopped with SIGSTOP, and stays whole', async (t) => {
    const folder = folderOf(t);
    const first = await serverOf(t, { folder });
    const { session } = await first.clients.sessions('CreateSession', { agent_id: 'a', all: {} });
    process.kill(first.pid, 'SIGSTOP');
    try {
      const { code, stderr } = await second(folder);
      expect(linesOf(stderr)).toHaveLength(1);
      expect(stderr).toContain('is in use by');
      expect(code).toBe(1);
    } finally {
      process.kill(first.pid, 'SIGCONT');
    }
    const { session_id } = session;
    expect((await first.clients.sessions('GetSession', { session_id })).session.session_id).toBe(session_id);
  });

  test('is free again after kill -9, with the socket that was left behind', async (t) => {
    const folder = folderOf(t);
    const first = await serverOf(t, { folder });
    const { session } = await first.clients.sessions('CreateSession', { agent_id: 'a', all: {} });
    await first.kill();
    expect(existsSync(join(folder, 'data', 'management.sock'))).toBe(true);
    const next = await serverOf(t, { folder });
    const { session_id } = session;
    expect((await next.clients.sessions('GetSession', { session_id })).session.session_id).toBe(session_id);
  });
});

test('two servers on one Redis do not share a data directory either', async (t) => {
  const redis = await redisOf(t);
  const folder = folderOf(t);
  const first = await serverOf(t, { folder, store: redis.url });
  const { code, stderr } = await tollgate(
    ['serve', '--data-dir', join(folder, 'data'), ...ANYWHERE, '--store', redis.url],
    { cwd: folder },
  );
  expect(linesOf(stderr)).toEqual([expect.stringContaining(`is in use by process ${first.pid}`)]);
  expect(code).toBe(1);
  expect((await first.clients.server('GetServerInfo')).engine).toBe('redis');
});

describe.concurrent('a socket', () => {
  test('that answers is not taken over, and its owner goes on', async (t) => {
    const redis = await redisOf(t);
    const folder = folderOf(t);
    const first = await serverOf(t, { folder, store: redis.url });
    const socket = join(folder, 'data', 'management.sock');
    const again = () =>
      tollgate(
        [
          'serve',
          '--data-dir',
          join(folder, 'other'),
          ...ANYWHERE,
          '--management',
          `unix:${socket}`,
          '--store',
          redis.url,
        ],
        { cwd: folder },
      );
    const { code, stderr } = await again();
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toContain('is in use by another process');
    expect(code).toBe(1);
    expect((await first.clients.server('GetServerInfo')).engine).toBe('redis');

    process.kill(first.pid, 'SIGSTOP');
    try {
      expect((await again()).stderr).toContain('is in use by another process');
    } finally {
      process.kill(first.pid, 'SIGCONT');
    }
    expect((await first.clients.server('GetServerInfo')).engine).toBe('redis');
  });

  test('of a stranger is not taken over either', async (t) => {
    const folder = folderOf(t);
    const path = join(folder, 'stranger.sock');
    const stranger = createServer().listen(path);
    t.onTestFinished(() => void stranger.close());
    await sleep(50);
    for (const flag of ['--management', '--listen']) {
      const { code, stderr } = await tollgate(['serve', ...ANYWHERE, flag, `unix:${path}`], { cwd: folder });
      expect(linesOf(stderr)).toHaveLength(1);
      expect(stderr).toContain('is in use by another process');
      expect(code).toBe(1);
    }
    expect(existsSync(path)).toBe(true);
  });

  test('path that holds something else is left alone', async (t) => {
    const folder = folderOf(t);
    const [file, directory] = [join(folder, 'file'), join(folder, 'directory')];
    writeFileSync(file, 'precious');
    mkdirSync(directory);
    for (const path of [file, directory]) {
      const { code, stderr } = await tollgate(['serve', ...ANYWHERE, '--management', `unix:${path}`], { cwd: folder });
      expect(linesOf(stderr)).toHaveLength(1);
      expect(stderr).toContain('is not a socket');
      expect(code).toBe(1);
      expect(existsSync(path)).toBe(true);
    }
  });
});
