// The contract over a Redis Cluster of three masters: agents, sessions, runs and identities lie on different servers.
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { openReady, PREFIX, SHIFT_LIFETIMES } from './redis/open.ts';
import { contractSuite, type Opened } from './suite.ts';

let cluster: RedisCluster;
let nodes: Redis[];
beforeAll(async () => {
  cluster = await startCluster({ masters: 3, replicas: 0 });
  nodes = cluster.nodes.map(({ port }) => new Redis({ port }));
});
afterAll(async () => {
  for (const node of nodes) node.disconnect();
  await cluster.stop();
});

contractSuite('redis cluster', async (): Promise<Opened> => {
  await Promise.all(nodes.map((node) => node.flushall()));
  let nowMs = Date.now();
  const now = () => nowMs;
  const state = await openReady({ url: cluster.url, now });
  return {
    state,
    clock: {
      now,
      async advance(ms) {
        nowMs += ms;
        await Promise.all(nodes.map((node) => node.eval(SHIFT_LIFETIMES, 0, ms)));
      },
    },
    close: () => state.close(),
    async plantIdentity(traceId, bytes, ttlMs) {
      const redis = new Redis.Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
      await redis.set(PREFIX + traceId, Buffer.from(bytes), 'PX', ttlMs);
      redis.disconnect();
    },
  };
});
