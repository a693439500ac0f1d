// A server that comes back with less than it had: what it lost is found and brought back, whoever has changed the session
// in between, and whatever that change was. The loss is staged: the record is put back as it was, and the server is given
// another history, as a failover does both.
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { sessionKey } from '../../src/state/redis/keys.ts';
import { openRedisState } from '../../src/state/redis/state.ts';
import { created, step, stored } from '../contract/fixtures.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { startRedis } from '../support/redis-server.ts';
import { eventually } from '../support/times.ts';
import { OPTIONS } from './open.ts';

/** What somebody who knows of no loss does first. */
const CHANGES = {
  'nothing at all': { act: async () => {}, calls: 0, changes: 0 },
  'a charge': { act: ({ state, record }: Scene) => state.charge(step(record)), calls: 1, changes: 1 },
  'a close': {
    act: ({ state, record }: Scene) => state.closeSession(record.session.sessionId, undefined),
    calls: 0,
    changes: 1,
  },
} as const;

type Scene = Parameters<typeof stored> extends [infer S, infer R] ? { state: S; record: R } : never;

test.each(Object.entries(CHANGES))('a lost charge is brought back after %s', async (_, { act, calls, changes }) => {
  const server = await startRedis({ args: ['--enable-debug-command', 'local'] });
  const redis = new Redis(server.url);
  const proxy = await startFaultProxy(server.port);
  const witness = await openRedisState({ ...OPTIONS, url: `redis://127.0.0.1:${proxy.port}` });
  const other = await openRedisState({ ...OPTIONS, url: server.url });
  const record = await created(witness);
  const key = sessionKey(record.session.sessionId);
  await witness.charge(step(record));
  const before = await redis.dumpBuffer(key);
  await witness.charge(step(record));

  proxy.set({ refuse: true });
  await eventually(() => proxy.connections === 0);
  await redis.restore(key, 60_000, before!, 'REPLACE');
  await redis.call('DEBUG', 'CHANGE-REPL-ID');
  await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await eventually(async () => (await other.now()) > 0 && other.info.lineageChanges === 1);
  await act({ state: other, record });

  proxy.set({});
  await eventually(() => witness.now());
  const { counters } = await stored(other, record);
  expect(counters).toMatchObject({ callsMade: 2 + calls, sequence: 3 + changes });
  expect(witness.info).toMatchObject({ lostWrites: 1, lineageChanges: 1 });
  expect(other.info.lostWrites).toBe(0);
  await witness.close();
  await other.close();
  redis.disconnect();
  await proxy.stop();
  await server.stop();
});
