// A copy of each store, made and restored as docs/operations.md says: what was in it is there again, what came later is not.
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Answer, Clients } from '../../support/clients.ts';
import { startRedis } from '../../support/redis-server.ts';
import { callOf } from '../../support/scene.ts';
import { PATIENCE } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, serverOf } from './servers.ts';

async function madeOf({ sessions }: Clients, { session_id }: Answer): Promise<number> {
  return (await sessions('GetSession', { session_id })).session.calls_made;
}

test('Redis: a copy that is made while it runs is restored, and the servers that go on say so', async (t) => {
  const folder = folderOf(t);
  const redis = await startRedis({ folder, appendonly: 'everysec', args: ['--dbfilename', 'dump.rdb'] });
  t.onTestFinished(() => redis.stop());
  const server = await serverOf(t, { store: redis.url, env: PATIENCE });
  const { clients } = server;
  const call = await callOf(clients);
  await clients.decisions('Authorize', call);
  await redis.ask('SAVE');
  copyFileSync(join(folder, 'dump.rdb'), join(folder, 'copy.rdb'));
  await clients.decisions('Authorize', call);
  expect(await madeOf(clients, call)).toBe(2);
  await redis.kill();
  rmSync(join(folder, 'appendonlydir'), { recursive: true });
  copyFileSync(join(folder, 'copy.rdb'), join(folder, 'dump.rdb'));
  const restored = await startRedis({ folder, port: redis.port, args: ['--dbfilename', 'dump.rdb'] });
  t.onTestFinished(() => restored.stop());
  await restored.ask('CONFIG', 'SET', 'appendonly', 'yes');
  // This server saw the second charge, and puts the session right; what it cannot know of is what the warning is for.
  await eventually(async () => (await madeOf(clients, call)) === 2);
  const codes = await eventually(async () => {
    const { active_warnings: warnings = [] } = await clients.server('GetServerInfo');
    const found = warnings.map(({ code }: Answer) => code);
    return found.includes('STORE_ROLLED_BACK') ? found : undefined;
  });
  expect(codes).not.toContain('STORE_EMPTIED');
});

test('the embedded store: a copy that is made while it is stopped is restored', async (t) => {
  const folder = folderOf(t);
  const first = await serverOf(t, { folder });
  const call = await callOf(first.clients);
  await first.clients.decisions('Authorize', call);
  await first.stop();
  cpSync(join(folder, 'data'), join(folder, 'copy'), { recursive: true });
  const second = await serverOf(t, { folder });
  await second.clients.decisions('Authorize', call);
  expect(await madeOf(second.clients, call)).toBe(2);
  await second.stop();
  for (const file of ['data.mdb', 'lock.mdb']) rmSync(join(folder, 'data', file), { force: true });
  mkdirSync(join(folder, 'data'), { recursive: true });
  copyFileSync(join(folder, 'copy', 'data.mdb'), join(folder, 'data', 'data.mdb'));
  const third = await serverOf(t, { folder });
  expect(await madeOf(third.clients, call)).toBe(1);
});
