// The contract over a real redis-server.
import { afterAll, beforeAll } from 'vitest';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { openRedis } from './redis/open.ts';
import { contractSuite } from './suite.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

contractSuite('redis', () => openRedis(server));
