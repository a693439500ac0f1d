// Losing the server and finding it again: nothing is repeated, queued or left pending, and nothing is asked of a server
// that is not fit.
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { START_WAIT_MS } from '../../../src/state/redis/connection/server-connections.ts';
import { sessionKey } from '../../../src/state/redis/keys.ts';
import { openRedisState, type RedisEvent, Refusal } from '../../../src/state/redis/state.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { freePort, type RedisServer, startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import { commitOf, created, idIn, newRun, newSession, operation, step, stored } from '../fixtures.ts';
import { OPTIONS, openRedis } from './open.ts';

const UNAVAILABLE = { kind: 'state_unavailable', message: 'the state store is unreachable' };

/** What fails at once fails long before a time-out. The aim; the machine may be busy. */
const AT_ONCE_MS = 100;

/** Milliseconds that an operation took to fail as it should. */
async function msToFail(attempt: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await expect(attempt()).rejects.toMatchObject(UNAVAILABLE);
  return performance.now() - from;
}

describe('a server that comes and goes', () => {
  test('stopped, everything fails at once; started again on its port, everything works again', async () => {
    let server = await startRedis();
    const events: RedisEvent['kind'][] = [];
    const opened = await openRedis(server, { onEvent: ({ kind }) => events.push(kind) });
    const { state } = opened;
    opened.redis.on('error', () => {});
    const record = await created(state);
    const inFlight = [state.charge(step(record)), state.now(), state.readSession(record.session.sessionId)];
    await Promise.allSettled(inFlight);
    await server.stop();
    await eventually(() => msToFail(() => state.now()));
    const attempts = [
      () => state.charge(step(record)),
      () => state.readIdentity('trace'),
      () => state.readSession(record.session.sessionId),
      () => state.createSession({ ...record.session }, 10, undefined),
      () => state.pageSessions({ partition: 7, limit: 10 }),
      () => state.readLog(record.session.sessionId, { afterSequence: 0, limit: 1 }),
    ];
    for (const attempt of attempts) expect(await msToFail(attempt)).toBeLessThan(10 * AT_ONCE_MS);

    server = await startRedis({ port: server.port });
    await eventually(() => state.now());
    // The new server knows neither the session nor the scripts.
    expect(await state.charge(step(record))).toMatchObject({ kind: 'denied', reason: 'SESSION_UNKNOWN' });
    const again = await created(state);
    expect((await state.charge(step(again))).kind).toBe('charged');
    expect(events[0]).toBe('ready');
    expect(events.filter((kind) => kind === 'ready')).toHaveLength(2);
    // Once per cause, not once per attempt: the line was cut, then nobody listened.
    expect(events.filter((kind) => kind === 'lost').length).toBeLessThanOrEqual(2);
    await opened.close();
    await server.stop();
  });

  test('a start without a server succeeds after a bounded wait, and finds it later', async () => {
    const port = await freePort();
    const from = performance.now();
    const state = await openRedisState({ ...OPTIONS, url: `redis://someone:s3cret@127.0.0.1:${port}/0` });
    expect(performance.now() - from).toBeLessThan(10 * START_WAIT_MS);
    expect(await msToFail(() => state.now())).toBeLessThan(10 * AT_ONCE_MS);
    expect(state.info.description).toContain('not reached yet');
    expect(JSON.stringify(state.info)).not.toContain('s3cret');

    const acl = ['--user', 'someone', 'on', '>s3cret', '~*', '+@all'];
    const server = await startRedis({ port, args: acl });
    await eventually(() => state.now());
    expect(state.info.description).toMatch(new RegExp(`^Redis \\d+\\.\\d+\\.\\d+ at redis://127.0.0.1:${port}/0$`));
    expect(JSON.stringify(state.info)).not.toContain('s3cret');
    await state.close();
    await server.stop();
  });

  test('a silent server costs each operation its time-out, then nothing, and is found again', async () => {
    const server = await startRedis();
    const opened = await openRedis(server, { commandTimeoutMs: 200 });
    const record = await created(opened.state);
    process.kill(server.pid, 'SIGSTOP');
    expect(await msToFail(() => opened.state.charge(step(record)))).toBeLessThan(2_000);
    await eventually(async () => (await msToFail(() => opened.state.now())) < 20);
    process.kill(server.pid, 'SIGCONT');
    await eventually(() => opened.state.now());
    expect((await opened.state.charge(step(record))).kind).toBe('charged');
    await opened.close();
    await server.stop();
  });

  test('a line that is cut after execution is asked again under the same name: one effect, one answer', async () => {
    const server = await startRedis();
    const proxy = await startFaultProxy(server.port);
    const opened = await openRedis(server, { url: `redis://127.0.0.1:${proxy.port}` });
    const { state } = opened;
    const record = await created(state);
    for (let round = 1; round <= 6; round++) {
      const keyed = round % 2 === 0 ? { idempotencyKey: operation(`cut-${round}`) } : {};
      await state.charge(step(record, { calls: [] }));
      proxy.cutNextReply();
      expect((await state.charge(step(record, keyed))).kind).toBe('charged');
      expect((await stored(state, record)).counters.callsMade).toBe(round);
    }
    proxy.cutNextReply();
    expect((await state.closeSession(record.session.sessionId, undefined)).kind).toBe('closed');
    proxy.cutNextReply();
    expect((await state.createSession({ ...record.session, sessionId: idIn(3) }, 10, undefined)).kind).toBe('created');
    proxy.cutNextReply();
    expect(await state.commitRun(commitOf(newRun(opened.clock.now())))).toBe('committed');
    await opened.close();
    await proxy.stop();
    await server.stop();
  });

  test('where replicas must confirm, a caller is not held up beyond its deadline', async () => {
    const server = await startRedis();
    const confirm = { replicas: 1, timeoutMs: 20_000 };
    const state = await openRedisState({ ...OPTIONS, url: server.url, commandTimeoutMs: 100, confirm });
    server.pause();
    const from = performance.now();
    // It lies between the time-out of one command and that of the whole.
    const creation = state.within(from + 300).createSession(newSession(), 10, undefined);
    await expect(creation).rejects.toMatchObject({ kind: 'state_unavailable' });
    expect(performance.now() - from).toBeLessThan(3_000);
    await state.close();
    await server.stop();
  });
});

describe('an operation that is asked patiently', () => {
  test('waits for a slow server, while the others fail after their time and hold it up no more', async () => {
    const server = await startRedis();
    const proxy = await startFaultProxy(server.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const opened = await openRedis(server, { url, commandTimeoutMs: 100, writeTimeoutMs: 5_000 });
    const { state } = opened;
    const run = newRun(opened.clock.now());
    proxy.set({ delayMs: 200 });
    const patient = state.withTimeout(performance.now() + 5_000);
    const hasty = Array.from({ length: 5 }, () => msToFail(() => state.readRun(run.runId)));
    expect(await patient.commitRun(commitOf(run))).toBe('committed');
    expect(Math.max(...(await Promise.all(hasty)))).toBeLessThan(1_000);
    expect((await patient.readRun(run.runId)).stored?.run).toEqual(run);
    expect(await msToFail(() => state.withTimeout(performance.now() + 200).readRun(run.runId))).toBeLessThan(2_000);
    proxy.set({});
    await eventually(() => state.now());
    await opened.close();
    await proxy.stop();
    await server.stop();
  });

  test('does not wait for a line that is dead once another one to the same server answers', async () => {
    const server = await startRedis();
    const proxy = await startFaultProxy(server.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const opened = await openRedis(server, { url, commandTimeoutMs: 200, writeTimeoutMs: 60_000 });
    const { state } = opened;
    const run = newRun(opened.clock.now());
    proxy.freezeAll();
    const committed = state.withTimeout(performance.now() + 60_000).commitRun(commitOf(run));
    for (let round = 0; round < 3; round++) await expect(state.now()).rejects.toMatchObject(UNAVAILABLE);
    await eventually(() => state.now());
    const from = performance.now();
    expect(await committed).toBe('committed');
    expect(performance.now() - from).toBeLessThan(5_000);
    await opened.close();
    await proxy.stop();
    await server.stop();
  });

  test('fails at once when there is no connection', async () => {
    const server = await startRedis();
    const opened = await openRedis(server, { writeTimeoutMs: 60_000 });
    opened.redis.on('error', () => {});
    await server.stop();
    const patient = opened.state.withTimeout(performance.now() + 60_000);
    await eventually(async () => (await msToFail(() => patient.readRun(idIn(1)))) < AT_ONCE_MS);
    await opened.close();
  });
});

describe('a server that is there', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test('forgets its scripts without a loss', async () => {
    const opened = await openRedis(server);
    const record = await created(opened.state);
    await opened.redis.script('FLUSH');
    expect((await opened.state.charge(step(record))).kind).toBe('charged');
    await opened.redis.script('FLUSH');
    const charges = Array.from({ length: 70 }, () => opened.state.charge(step(record, { calls: [] })));
    expect((await Promise.all(charges)).every(({ kind }) => kind === 'nothing_to_charge')).toBe(true);
    await opened.close();
  });

  test('claims its database for one format, and refuses data of another with the way out', async () => {
    const opened = await openRedis(server);
    expect(await opened.redis.get('tollgate:format')).toBe('3');
    await opened.state.close();
    await opened.redis.set('tollgate:format', '1');
    const refused = openRedisState({ ...OPTIONS, url: server.url });
    await expect(refused).rejects.toBeInstanceOf(Refusal);
    await expect(refused).rejects.toThrow(/format 1.*another database.*remove every key tollgate:\*/);
    const other = await openRedisState({ ...OPTIONS, url: server.url.replace('/0', '/5') });
    expect(await other.now()).toBeGreaterThan(0);
    await other.close();
    await opened.close();
  });

  test('is refused when it has no such database, rather than used in another one', async () => {
    await expect(openRedisState({ ...OPTIONS, url: server.url.replace('/0', '/99') })).rejects.toThrow(
      /no database 99/,
    );
  });

  test('fails operations as unavailable while it takes no writes, and works again after that', async () => {
    const opened = await openRedis(server);
    const { state, redis } = opened;
    const record = await created(state);
    await redis.config('SET', 'min-replicas-to-write', '1');
    await expect(state.charge(step(record))).rejects.toMatchObject(UNAVAILABLE);
    await redis.config('SET', 'min-replicas-to-write', '0');
    expect((await state.charge(step(record))).kind).toBe('charged');

    await redis.replicaof('127.0.0.1', '1');
    await expect(state.charge(step(record))).rejects.toMatchObject(UNAVAILABLE);
    await eventually(() => msToFail(() => state.now()));
    await redis.replicaof('NO', 'ONE');
    await eventually(async () => (await state.charge(step(record))).kind === 'charged');
    await opened.close();
  });

  test('stops agents and sessions even when its memory is full', async () => {
    const opened = await openRedis(server);
    const { state, redis } = opened;
    const [closing, live] = [await created(state), await created(state)];
    await redis.config('SET', 'maxmemory', '1');
    try {
      await expect(state.charge(step(live))).rejects.toMatchObject({ kind: 'state_unavailable', subject: 'space' });
      // The health probe notices it, and that it is over.
      await eventually(async () => (await state.now()) > 0 && state.info.isFull);
      expect(state.info.warnings.map(({ code }) => code)).toContain('STORE_FULL');
      expect((await state.closeSession(closing.session.sessionId, undefined)).kind).toBe('closed');
      expect(await state.deactivateAgent('agent-1')).toMatchObject({ sessionsClosed: 1 });
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
    expect(await state.charge(step(live))).toMatchObject({ reason: 'SESSION_CLOSED' });
    await eventually(async () => (await state.now()) > 0 && !state.info.isFull);
    await opened.close();
  });

  test('says how durable it is, and what to change', async () => {
    const memory = await openRedis(server);
    expect(memory.state.info).toMatchObject({ engine: 'redis', durability: 'memory' });
    expect(memory.state.info.warnings).toHaveLength(1);
    await memory.close();
    for (const [appendonly, durability] of [
      ['everysec', 'aof_everysec'],
      ['always', 'aof_always'],
      ['no', 'memory'],
    ] as const) {
      const own = await startRedis({ appendonly, args: ['--maxmemory-policy', 'allkeys-lru'] });
      const opened = await openRedis(own);
      expect(opened.state.info.durability).toBe(durability);
      expect(opened.state.info.warnings).toContainEqual({
        code: 'STORE_EVICTS',
        message: expect.stringContaining('allkeys-lru'),
      });
      await opened.close();
      await own.stop();
    }
  });

  test('that forbids INFO and CONFIG is used, and said to be unknown', async () => {
    const args = ['--user', 'poor', 'on', '>pw', '~*', '+@all', '-info', '-config'];
    const own = await startRedis({ args });
    const opened = await openRedis(own, { url: own.url.replace('//', '//poor:pw@') });
    expect(opened.state.info).toMatchObject({
      durability: 'memory',
      warnings: [{ code: 'STORE_UNKNOWN', message: expect.stringContaining('INFO') }],
    });
    await created(opened.state);
    await opened.close();
    await own.stop();
  });

  test('that refuses our login is unavailable, and neither password nor records get into what is logged', async () => {
    const own = await startRedis({ args: ['--requirepass', 'right'] });
    const events: RedisEvent[] = [];
    const onEvent = (event: RedisEvent) => events.push(event);
    const state = await openRedisState({ ...OPTIONS, url: own.url.replace('//', '//:wr0ng@'), onEvent });
    const failure = await state.now().catch((error) => error);
    expect(failure).toMatchObject(UNAVAILABLE);
    expect(inspect(events, { depth: 9 })).toContain('WRONGPASS');
    expect(inspect([events, failure, state.info], { depth: 9 })).not.toContain('wr0ng');
    await state.close();
    await own.stop();

    const opened = await openRedis(server);
    const record = await created(opened.state);
    await opened.redis.set(sessionKey(record.session.sessionId), 'x');
    const internal = await opened.state.closeSession(record.session.sessionId, operation('k')).catch((error) => error);
    expect(internal).toMatchObject({ kind: 'internal' });
    expect(inspect(internal, { depth: 9 })).not.toContain(record.session.sessionId);
    await opened.close();
  });

  test('an identity prefix that could name our keys is refused', async () => {
    const options = { ...OPTIONS, url: server.url, identityKeyPrefix: 'tollgate:' };
    await expect(openRedisState(options)).rejects.toThrow(/prefix/);
  });
});
