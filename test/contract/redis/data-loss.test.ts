// A Redis that comes back empty, or with an older state, or is emptied while it runs: it says so within a moment, whatever
// else is asked of it. Without the marker the same servers look like any other.
import { afterEach, expect, test } from 'vitest';
import type { State } from '../../../src/state/port/state.ts';
import type { RedisEvent } from '../../../src/state/redis/state.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import { created, step } from '../fixtures.ts';
import { openReady } from './open.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serverWith(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  ends.push(() => server.stop());
  return server;
}

async function replicaOn(server: RedisServer): Promise<{ state: State; losses: string[] }> {
  const losses: string[] = [];
  const onEvent = (event: RedisEvent) => {
    if (event.kind === 'data_lost') losses.push(event.loss);
  };
  const state = await openReady({ url: server.url, onEvent });
  ends.push(() => state.close());
  await observed(state);
  return { state, losses };
}

/** The health probe asks all the time. */
async function observed(state: State): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 260));
  await state.now();
}

const codesOf = (state: State) => state.info.warnings.map(({ code }) => code);

test('FLUSHALL is noticed by each replica, and the format is claimed anew', async () => {
  const server = await serverWith();
  const replicas = [await replicaOn(server), await replicaOn(server)];
  const record = await created(replicas[0]!.state);
  await server.ask('FLUSHALL');
  for (const { state, losses } of replicas) {
    await eventually(async () => (await state.now()) > 0 && losses.length > 0, { everyMs: 100 });
    expect(losses).toEqual(['emptied']);
    expect(codesOf(state)).toContain('STORE_EMPTIED');
  }
  expect(await server.ask('GET', 'tollgate:format')).not.toBeNull();
  expect(await replicas[0]!.state.charge(step(record))).toMatchObject({ reason: 'SESSION_UNKNOWN' });
  await observed(replicas[0]!.state);
  expect(replicas[0]!.losses).toHaveLength(1);
});

test('a server that is restarted without its data is noticed', async () => {
  const server = await serverWith();
  const { state, losses } = await replicaOn(server);
  await server.restart();
  await eventually(async () => (await state.now()) > 0 && losses.length > 0, { everyMs: 100 });
  expect(losses).toEqual(['emptied']);
});

test('a server that comes back with an older copy is noticed, also by a replica that came after the copy was made', async () => {
  const server = await serverWith();
  const first = await replicaOn(server);
  await server.ask('SAVE');
  await observed(first.state);
  const second = await replicaOn(server);
  // Killed, it starts with what it has saved.
  await server.restart();
  for (const { state, losses } of [first, second]) {
    await eventually(async () => (await state.now()) > 0 && losses.length > 0, { everyMs: 100 });
    expect(losses).toEqual(['rolled_back']);
    expect(codesOf(state)).toContain('STORE_ROLLED_BACK');
  }
});

test('a server that keeps everything over a restart is no news, and neither is a quiet one', async () => {
  const server = await serverWith({ appendonly: 'always' });
  const { state, losses } = await replicaOn(server);
  await server.restart();
  await eventually(() => state.now());
  for (let round = 0; round < 3; round++) await observed(state);
  expect(losses).toEqual([]);
  expect(codesOf(state)).not.toContain('STORE_EMPTIED');
});

test('without the marker and the count an emptied server looks like any other', async () => {
  const server = await serverWith();
  const { state, losses } = await replicaOn(server);
  const keys = (await server.ask('KEYS', 'tollgate:{00}:marker*')) as string[];
  const kept = await Promise.all(keys.map(async (key) => [key, await server.ask('GET', key)] as const));
  await server.ask('FLUSHALL');
  for (const [key, value] of kept) await server.ask('SET', key, String(value));
  await observed(state);
  expect(kept).toHaveLength(2);
  expect(losses).toEqual([]);
});

test('a full server is said to be full, and a change of its eviction is noticed', async () => {
  const server = await serverWith();
  const { state } = await replicaOn(server);
  const record = await created(state);
  await server.ask('CONFIG', 'SET', 'maxmemory', '1');
  await expect(state.charge(step(record))).rejects.toMatchObject({ kind: 'state_unavailable', subject: 'space' });
  await eventually(async () => (await state.now()) > 0 && state.info.isFull, { everyMs: 100 });
  expect(codesOf(state)).toContain('STORE_FULL');
  await server.ask('CONFIG', 'SET', 'maxmemory', '0');
  await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  await eventually(async () => (await state.now()) > 0 && !state.info.isFull, { everyMs: 100 });
  await eventually(() => codesOf(state).includes('STORE_EVICTS'));
});
