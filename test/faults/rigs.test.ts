// The fault suites believe their rigs, so these are tested first: each fault does what it says, to a real server.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startFakeRedis } from '../support/fake-redis.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { seeded } from '../support/random.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { startSentinelSet } from '../support/redis-sentinel.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type SteppingProxy, startSteppingProxy } from '../support/stepping-proxy.ts';
import { eventually } from '../support/times.ts';

const clients: Redis[] = [];

/** A client that says nothing on its own, tries nothing twice and does not come back. */
function connect(port: number): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

let server: RedisServer;
let direct: Redis;

beforeAll(async () => {
  server = await startRedis();
  direct = new Redis(server.url);
});

beforeEach(() => direct.flushall());

afterAll(async () => {
  direct.disconnect();
  await server.stop();
});

describe('a proxy with faults', () => {
  let proxy: FaultProxy;

  beforeEach(async () => {
    proxy = await startFaultProxy(server.port, { random: seeded(1) });
  });

  afterEach(() => proxy.stop());

  test('without any it passes everything, and counts connections', async () => {
    const client = connect(proxy.port);
    const long = 'x'.repeat(1_000_000);
    await client.set('long', long);
    expect(await client.get('long')).toBe(long);
    expect([proxy.connections, proxy.totalConnections]).toEqual([1, 1]);
    client.disconnect();
    await eventually(() => proxy.connections === 0);
    await eventually(
      async () =>
        String(await direct.client('LIST'))
          .trim()
          .split('\n').length === 1,
    );
  });

  test('a request dropped before is not executed, and the line is cut', async () => {
    proxy.set({ dropBeforeShare: 1 });
    await expect(connect(proxy.port).incr('n')).rejects.toThrow();
    expect(await direct.get('n')).toBeNull();
    expect(proxy.counts).toEqual({ droppedBefore: 1, droppedAfter: 0, killed: 0, halved: 0 });
  });

  test('a request whose reply is dropped was executed, and the line is cut', async () => {
    proxy.set({ dropAfterShare: 1 });
    await expect(connect(proxy.port).incr('n')).rejects.toThrow();
    expect(await direct.get('n')).toBe('1');
    expect(proxy.counts).toEqual({ droppedBefore: 0, droppedAfter: 1, killed: 0, halved: 0 });
  });

  test('the first chunks are spared for as long as there is grace, with each connection anew', async () => {
    proxy.set({ dropBeforeShare: 1, graceChunks: 2 });
    for (const expected of ['2', '4']) {
      const client = connect(proxy.port);
      await client.incr('n');
      await client.incr('n');
      await expect(client.incr('n')).rejects.toThrow();
      expect(await direct.get('n')).toBe(expected);
    }
    expect(proxy.totalConnections).toBe(2);
  });

  test('a killed line is reset', async () => {
    const client = connect(proxy.port);
    await client.ping();
    const failed = new Promise((resolve) => client.on('error', resolve));
    proxy.set({ killShare: 1 });
    await expect(client.incr('n')).rejects.toThrow();
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
    expect(proxy.counts.killed).toBe(1);
  });

  test('of a halved reply the client gets the first half, then the end of the line', async () => {
    await direct.set('text', '0123456789');
    const client = connect(proxy.port);
    await client.ping();
    let received = '';
    client.stream.on('data', (chunk) => (received += chunk));
    proxy.set({ halveShare: 1 });
    await expect(client.get('text')).rejects.toThrow();
    expect(received).toBe('$10\r\n012');
    expect(proxy.counts.halved).toBe(1);
  });

  test('a share is a share, and the same seed draws it alike', async () => {
    const run = async (seed: number) => {
      const shared = await startFaultProxy(server.port, { random: seeded(seed) });
      shared.set({ dropBeforeShare: 0.1, dropAfterShare: 0.2 });
      const outcomes: boolean[] = [];
      for (let left = 200; left > 0; left -= 1) {
        outcomes.push(
          await connect(shared.port)
            .incr('n')
            .then(Boolean, () => false),
        );
      }
      await shared.stop();
      return { outcomes, counts: shared.counts };
    };
    const first = await run(7);
    expect(first.counts.droppedBefore).toBeGreaterThan(5);
    expect(first.counts.droppedAfter).toBeGreaterThan(15);
    expect(first.counts.droppedBefore + first.counts.droppedAfter).toBeLessThan(110);
    expect(first.outcomes.filter((isDone) => !isDone)).toHaveLength(
      first.counts.droppedBefore + first.counts.droppedAfter,
    );
    expect(Number(await direct.get('n'))).toBe(200 - first.counts.droppedBefore);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  test('a delay holds both ways, keeps the order, and does not add up', async () => {
    const client = connect(proxy.port);
    await client.ping();
    proxy.set({ delayMs: [20, 60] });
    const from = performance.now();
    const pending = Array.from({ length: 30 }, async () => {
      const n = await client.incr('n');
      return { n, ms: performance.now() - from };
    });
    const done = await Promise.all(pending);
    expect(done.map(({ n }) => n)).toEqual(done.map((_, index) => index + 1));
    expect(done[0]!.ms).toBeGreaterThan(38);
    // Ten times what the slowest may take there and back; added up it would be more.
    expect(done.at(-1)!.ms).toBeLessThan(1_200);
  });

  test('a black hole takes everything and gives nothing; when it closes, the lines that it robbed are cut', async () => {
    const [robbed, idle] = [connect(proxy.port), connect(proxy.port)];
    await Promise.all([robbed.ping(), idle.ping()]);
    proxy.set({ blackHole: true });
    const outcome = robbed.incr('n').catch(() => 'cut');
    const late = connect(proxy.port)
      .ping()
      .catch(() => 'cut');
    await eventually(() => proxy.connections === 3);
    expect(await Promise.race([outcome, late, sleep(150, 'silence')])).toBe('silence');
    proxy.set({});
    expect(await Promise.all([outcome, late])).toEqual(['cut', 'cut']);
    expect(await direct.get('n')).toBeNull();
    expect(await idle.ping()).toBe('PONG');
  });

  test('while it refuses, old lines are cut and new ones do not last', async () => {
    const client = connect(proxy.port);
    await client.ping();
    proxy.set({ refuse: true });
    await expect(client.ping()).rejects.toThrow();
    await expect(connect(proxy.port).ping()).rejects.toThrow();
    expect([proxy.connections, proxy.totalConnections]).toEqual([0, 2]);
    proxy.set({});
    expect(await connect(proxy.port).ping()).toBe('PONG');
  });

  test('the next reply can be cut once, and all lines at will', async () => {
    const [one, other] = [connect(proxy.port), connect(proxy.port)];
    await Promise.all([one.ping(), other.ping()]);
    proxy.cutNextReply();
    await expect(one.incr('n')).rejects.toThrow();
    await expect(other.ping()).rejects.toThrow();
    expect(await direct.get('n')).toBe('1');
    const third = connect(proxy.port);
    expect(await third.ping()).toBe('PONG');
    proxy.killAll();
    await expect(third.ping()).rejects.toThrow();
  });
});

describe('a proxy that steps', () => {
  let proxy: SteppingProxy;

  beforeEach(async () => {
    proxy = await startSteppingProxy(server.port);
  });

  afterEach(() => proxy.stop());

  test('a request waits for its release, those of several clients in the order of the test', async () => {
    const second = await startSteppingProxy(server.port);
    const [one, other] = [connect(proxy.port), connect(second.port)];
    const written = Promise.all([one.append('text', 'a'), other.append('text', 'b')]);
    await Promise.all([proxy.arrival(), second.arrival()]);
    expect(await direct.get('text')).toBeNull();
    second.release();
    await eventually(() => direct.get('text'));
    expect([proxy.waiting(), second.waiting()]).toEqual([true, false]);
    proxy.release();
    await written;
    expect(await direct.get('text')).toBe('ba');
    expect(() => proxy.release()).toThrow('no request is held');
    await second.stop();
  });

  test('it can let everything through, and hold again', async () => {
    const client = connect(proxy.port);
    const early = client.incr('n');
    await proxy.arrival();
    proxy.passThrough(true);
    expect(await early).toBe(1);
    expect(await client.incr('n')).toBe(2);
    proxy.passThrough(false);
    const late = client.incr('n');
    await proxy.arrival();
    expect(await direct.get('n')).toBe('2');
    proxy.release();
    expect(await late).toBe(3);
  });

  test('what is dropped never arrives; what its client gave up still does', async () => {
    const dropped = connect(proxy.port).append('text', 'dropped');
    await proxy.arrival();
    proxy.dropHeld();
    await expect(dropped).rejects.toThrow();
    const client = connect(proxy.port);
    client.append('text', 'late').catch(() => {});
    await proxy.arrival();
    client.disconnect();
    await sleep(20);
    expect(await direct.get('text')).toBeNull();
    proxy.release();
    expect(await eventually(() => direct.get('text'))).toBe('late');
  });
});

describe('a fake server', () => {
  test('a client is content with its built-in answers', async () => {
    const fake = await startFakeRedis();
    const client = new Redis({ host: '127.0.0.1', port: fake.port, db: 3, retryStrategy: () => null });
    clients.push(client);
    expect(await client.ping()).toBe('PONG');
    expect(await client.info()).toContain('\r\nrole:master\r\n');
    expect(await client.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
    expect(await client.get('a')).toBeNull();
    expect(await client.set('a', '\u00e9')).toBe('OK');
    expect(Number((await client.time())[0])).toBeGreaterThan(1_700_000_000);
    await expect(client.evalsha('0'.repeat(40), 0)).rejects.toThrow('NOSCRIPT');
    await expect(client.lpush('a', 'b')).rejects.toThrow("ERR unknown command 'LPUSH'");
    expect(fake.commands).toContainEqual(['SELECT', '3']);
    expect(fake.commands).toContainEqual(['SET', 'a', '\u00c3\u00a9']);
    await fake.stop();
  });

  test('each kind of answer arrives as what it is', async () => {
    const answers = {
      error: { error: 'OOM no memory' },
      simple: { simple: 'QUEUED' },
      number: 7,
      bulk: 'two\r\nlines',
      nested: ['a', [1, null], []],
    };
    const fake = await startFakeRedis({
      answer: ([name, key]) => (name === 'GET' ? answers[key as keyof typeof answers] : undefined),
    });
    const client = connect(fake.port);
    await expect(client.get('error')).rejects.toThrow('OOM no memory');
    expect(await client.get('simple')).toBe('QUEUED');
    expect(await client.get('number')).toBe(7);
    expect(await client.get('bulk')).toBe('two\r\nlines');
    expect(await client.get('nested')).toEqual(['a', [1, null], []]);
    await fake.stop();
  });

  test('it can be silent, speak nonsense and hang up', async () => {
    const fake = await startFakeRedis({
      answer: ([name]) => (({ GET: { silent: true }, INCR: { raw: '?!\r\n' }, DEL: { hangUp: true } }) as const)[name!],
    });
    const silent = connect(fake.port).get('a');
    expect(await Promise.race([silent.catch(() => 'cut'), sleep(100, 'silence')])).toBe('silence');
    await expect(connect(fake.port).incr('a')).rejects.toThrow();
    const left = connect(fake.port);
    const [ping, del] = await Promise.allSettled([left.ping(), left.del('a')]);
    expect([ping.status, del.status]).toEqual(['fulfilled', 'rejected']);
    await fake.stop();
  });

  test('commands are understood however they are cut into chunks', async () => {
    const fake = await startFakeRedis();
    const proxy = await startFaultProxy(fake.port);
    const client = connect(proxy.port);
    await client.ping();
    for (const byte of '*2\r\n$4\r\nping\r\n$3\r\n\r\n*\r\n*1\r\n$4\r\nPI') {
      client.stream.write(byte);
      await sleep(1);
    }
    client.stream.write('NG\r\n*1\r\n$4\r\ntime\r\n');
    await eventually(() => fake.commands.length === 4);
    expect(fake.commands).toEqual([['PING'], ['PING', '\r\n*'], ['PING'], ['TIME']]);
    await proxy.stop();
    await fake.stop();
  });
});

test('a server that is killed finds its data again; one that is paused answers late', async () => {
  const own = await startRedis({ appendonly: 'always' });
  const { pid } = own;
  await own.ask('SET', 'a', 'b');
  await own.kill();
  await expect(own.ask('PING')).rejects.toThrow();
  await own.restart();
  expect(await own.ask('GET', 'a')).toBe('b');
  expect(own.pid).not.toBe(pid);
  own.pause();
  const late = own.ask('PING');
  expect(await Promise.race([late, sleep(100, 'silence')])).toBe('silence');
  own.resume();
  expect(await late).toBe('PONG');
  await own.stop();
});

test('sentinels replace a master on command, and one that was killed; back again, it follows', async () => {
  const set = await startSentinelSet();
  const first = await set.master();
  expect(first).toBe(set.nodes[0]!.port);
  await set.nodes[0]!.ask('SET', 'a', 'b');
  await set.failover();
  await set.untilHealthy();
  const second = await set.master();
  expect(second).not.toBe(first);

  const lost = set.nodes.find(({ port }) => port === second)!;
  await lost.kill();
  await eventually(async () => (await set.master()) !== second);
  await lost.restart();
  await set.untilHealthy();
  expect(await lost.ask('GET', 'a')).toBe('b');
  expect(await set.master()).not.toBe(second);
  expect(set.url).toMatch(/^redis\+sentinel:\/\/127\.0\.0\.1:\d+,127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/tollgate$/);
  await set.stop();
});

describe('a cluster', () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startCluster();
  });

  afterAll(() => cluster.stop());

  test('moves a slot with its keys, and says ASK and TRYAGAIN on the way', async () => {
    const keys = ['{tag}1', '{tag}2', '{tag}3'] as const;
    const slot = Number(await cluster.nodes[0]!.ask('CLUSTER', 'KEYSLOT', '{tag}'));
    const from = await cluster.ownerOf(slot);
    for (const key of keys) await from.ask('SET', key, 'value');
    const to = (await cluster.masters()).find(({ node }) => node !== from)!.node;
    const heard: string[] = [];
    const hear = (asked: Promise<unknown>) => asked.then(String, (error: Error) => error.message.split(' ')[0]!);
    await cluster.moveSlot(slot, to.port, {
      keysAtOnce: 1,
      between: async (step) => {
        heard.push(step, await hear(from.ask('MGET', ...keys)), await hear(from.ask('GET', '{tag}other')));
      },
    });
    const some = ['moved some', 'TRYAGAIN', 'ASK'];
    const all = ['moved some', 'ASK', 'ASK'];
    expect(heard).toEqual(['opened', 'value,value,value', 'ASK', ...some, ...some, ...all, 'moved all', 'ASK', 'ASK']);
    expect(await cluster.ownerOf(slot)).toBe(to);
    expect(await to.ask('MGET', ...keys)).toEqual(['value', 'value', 'value']);
    expect(await hear(from.ask('GET', keys[0]))).toBe('MOVED');
    await cluster.untilHealthy();
  });

  test('replaces a master on command, and one that was killed; back again, it follows', async () => {
    const shard = (await cluster.masters())[0]!;
    await cluster.failover(shard.replicas[0]!.port);
    await cluster.untilHealthy();
    const [slot] = shard.slots[0]!;
    expect(await cluster.ownerOf(slot)).toBe(shard.replicas[0]);

    await shard.replicas[0]!.kill();
    await eventually(async () => (await cluster.ownerOf(slot)) === shard.node);
    await shard.replicas[0]!.restart();
    await cluster.untilHealthy();
    expect(await cluster.ownerOf(slot)).toBe(shard.node);
  });
});
