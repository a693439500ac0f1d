// Servers and folders of one test, ended and removed when it is over. They are handed the test's own context, because
// tests that run side by side have no other way to know whose they are.
import type { TestContext } from 'vitest';
import { type Clients, clientsOf } from '../../support/clients.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../support/server.ts';
import { testFolder } from '../../unit/config/folder.ts';

export type Test = Pick<TestContext, 'onTestFinished'>;

export function folderOf({ onTestFinished }: Test, files: Readonly<Record<string, string>> = {}): string {
  return testFolder(files, onTestFinished);
}

export async function serverOf(t: Test, options: ServerOptions = {}): Promise<RunningServer & { clients: Clients }> {
  const server = await startServer({ folder: folderOf(t), ...options });
  const clients = clientsOf(server);
  t.onTestFinished(async () => {
    clients.close();
    // A stopped process hears nothing but this.
    await server.kill();
  });
  return { ...server, clients };
}

export async function redisOf({ onTestFinished }: Test): Promise<RedisServer> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis;
}
