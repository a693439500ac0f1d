// What is stored: every key is bound to end, and what is corrupt denies itself and nothing else.
import { encode } from '@msgpack/msgpack';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/core/limits.ts';
import { partitionOf } from '../../../src/core/partition.ts';
import { runKeys, sessionKey, sessionSlotKey } from '../../../src/state/redis/keys.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { EVER, settled } from '../decisions.ts';
import {
  calls,
  commitOf,
  created,
  finished,
  HOUR,
  newRun,
  newSession,
  operation,
  started,
  step,
  stored,
  storedRun,
} from '../fixtures.ts';
import { ALICE } from '../identities.ts';
import { RETENTION_MS } from '../suite.ts';
import { type OpenedRedis, openRedis, PREFIX } from './open.ts';

let server: RedisServer;
let opened: OpenedRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  opened = await openRedis(server);
});
afterEach(() => opened.close());

const APPEND = { ...operation('append', { rpc: 'AppendAudit' }), answer: '{}' };

/** Everything that this engine ever writes. */
async function writeEverything({ state, clock }: OpenedRedis): Promise<void> {
  const record = await created(state, { rateLimit: 10 });
  for (const key of ['a', 'b']) {
    expect((await state.charge(step(record, { idempotencyKey: operation(key) }))).kind).toBe('charged');
    await clock.advance(600_000);
  }
  await state.closeSession(record.session.sessionId, operation('close', { rpc: 'CloseSession' }));
  await state.createSession(newSession({ agentId: 'agent-2' }), 10, operation('create', { rpc: 'CreateSession' }));
  await state.deactivateAgent('agent-2');
  await state.createSession(newSession(), 10, undefined);
  await state.bindIdentity('trace', ALICE, 60_000);
  const start = { ...operation('start', { rpc: 'StartRun' }), answer: '{}' };
  const run = newRun(clock.now());
  await state.commitRun(commitOf(run, { idempotencyKey: start }));
  const { revision } = await storedRun(state, run.runId);
  const longer = { ...run, lastSequence: 1 };
  await state.commitRun(
    commitOf(longer, { expectedRevision: revision, records: [Buffer.from('x')], idempotencyKey: APPEND }),
  );
  await started(state, finished(newRun(clock.now(), { runId: record.session.sessionId }), clock.now()));
}

describe('lifetimes', () => {
  test('every key ends by itself, except an agent’s deactivation and the format', async () => {
    await writeEverything(opened);
    const keys = await opened.redis.keys('*');
    const endless = [];
    for (const key of keys) if ((await opened.redis.pttl(key)) < 0) endless.push(key);
    expect(endless.sort()).toEqual(['tollgate:format', 'tollgate:{agent:agent-2}:deactivated']);
    const expected = ['ops:0', 'ops:1', ':ends', ':log', ':touched', ':finished', PREFIX];
    expect(expected.filter((part) => !keys.some((key) => key.includes(part)))).toEqual([]);
    // Keys that callers choose are in no name.
    for (const owner of ['agent', 'caller']) {
      expect(keys.filter((key) => new RegExp(`^tollgate:\\{${owner}:.*\\}:op:`).test(key))).toHaveLength(1);
    }
    expect(keys.filter((key) => /:op:(create|start)/.test(key))).toEqual([]);
  });

  test('nothing ends before it is forgotten, and an index outlives its members', async () => {
    const { state, redis } = opened;
    const record = await created(state, { timeLimitMs: HOUR });
    const key = sessionKey(record.session.sessionId);
    expect(await redis.pttl(key)).toBeGreaterThan(HOUR + RETENTION_MS);
    const ends = `tollgate:{${record.session.sessionId.slice(-2)}}:sessions:ends`;
    expect(await redis.pttl(ends)).toBeGreaterThan(24 * HOUR + RETENTION_MS);
    await state.closeSession(record.session.sessionId, undefined);
    const left = await redis.pttl(key);
    expect(left).toBeGreaterThan(RETENTION_MS);
    expect(left).toBeLessThan(HOUR);
  });

  test('a slot of remembered keys lives for its two generations, even if the server’s clock falls behind', async () => {
    const { state, clock, redis } = opened;
    const record = await created(state);
    await clock.advance(HOUR);
    await state.charge(step(record));
    await clock.advance(-HOUR);
    await state.charge(step(record, { idempotencyKey: operation('late') }));
    const { counters } = await stored(state, record);
    const slot = sessionSlotKey(sessionKey(record.session.sessionId), (counters.operations.generation % 2) as 0 | 1);
    expect(await redis.pttl(slot)).toBeGreaterThan(HOUR + 600_000);
  });

  test('a run that remembers as many keys as it may takes another once the oldest are forgotten', async () => {
    const { state, clock, redis } = opened;
    const { run } = await started(state, newRun(clock.now()));
    const key = runKeys(run.runId).run;
    const commit = (name: string) =>
      storedRun(state, run.runId).then(({ revision }) =>
        state.commitRun(commitOf(run, { expectedRevision: revision, idempotencyKey: { ...APPEND, key: name } })),
      );
    expect(await commit('a')).toBe('committed');
    const counts = await redis.hgetBuffer(key, 'k');
    counts!.writeUInt32BE(LIMITS.operationsMax, 4);
    await redis.hset(key, 'k', counts!);
    expect(await commit('b')).toBe('too_many_keys');
    expect(await commit('a')).toBe('moved');
    await clock.advance(2 * LIMITS.operationGenerationMs);
    expect(await commit('b')).toBe('committed');
  });

  test('a run whose remembered keys are gone answers no repeat, and takes no key', async () => {
    const { state, clock, redis } = opened;
    const { run } = await started(state, newRun(clock.now()));
    await state.commitRun(commitOf(run, { expectedRevision: 1, idempotencyKey: APPEND }));
    await redis.unlink(...runKeys(run.runId).slots);
    await expect(state.readRun(run.runId, APPEND)).rejects.toMatchObject({ kind: 'internal' });
    const again = commitOf(run, { expectedRevision: 2, idempotencyKey: APPEND });
    await expect(state.commitRun(again)).rejects.toMatchObject({ kind: 'internal' });
    expect((await storedRun(state, run.runId)).revision).toBe(2);
  });

  test('index entries whose keys have expired are swept, and are not counted', async () => {
    const { state, clock, redis } = opened;
    const lost = await created(state, { timeLimitMs: 1_000 });
    for (let count = 0; count < 5; count++) await created(state, { timeLimitMs: 1_000 });
    const run = newRun(clock.now());
    await started(state, run);
    await redis.del(sessionKey(lost.session.sessionId), `tollgate:{09}:run:${run.runId}`);
    await clock.advance(2_000);
    expect(await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 2 })).toBe(2);
    expect(await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 10 })).toBe(3);
    expect(await redis.zcard('tollgate:{07}:sessions')).toBe(0);
    expect(await redis.zcard('tollgate:{07}:sessions:ends')).toBe(0);
    expect((await state.pageRuns({ partition: 9, index: 'started', descending: true, limit: 10 })).runs).toEqual([]);
    await redis.persist('tollgate:{09}:runs');
    await clock.advance(31 * 24 * HOUR);
    await state.removeEndedSessions({ partition: 9, endedForMs: 0, limit: 10 });
    expect(await redis.exists('tollgate:{09}:runs')).toBe(0);
  });
});

describe('corrupt records', () => {
  const facts = [1, 'agent-1', '', 60_000, 10, 0, 60_000, 1, true, [], 'id', [], ''];
  const counters = (now: number) => [now, 0, 0, now, 0, 1, now, Math.floor(now / 600_000), 0, 0];

  /** Field f or m of a session's record, made wrong. */
  const CORRUPTIONS: Record<string, (now: number) => { f?: unknown; m?: unknown }> = {
    'counters that are no msgpack': () => ({ m: Buffer.from([0xc1, 0xff]) }),
    'counters that are cut': (now) => ({ m: Buffer.from(encode(counters(now))).subarray(0, -1) }),
    'counters with bytes behind them': (now) => ({ m: Buffer.concat([encode(counters(now)), Buffer.from([0])]) }),
    'counters that are a map': () => ({ m: encode({ 1: 2 }) }),
    'counters too few': (now) => ({ m: encode(counters(now).slice(1)) }),
    'a negative count': (now) => ({ m: encode(counters(now).with(2, -1_000)) }),
    'a fraction': (now) => ({ m: encode(counters(now).with(2, 0.5)) }),
    'not a number': (now) => ({ m: encode(counters(now).with(2, Number.NaN)) }),
    'a text for a number': (now) => ({ m: encode([...counters(now).slice(0, 9), '0']) }),
    'facts of another format': () => ({ f: encode(facts.with(0, 2)) }),
    'facts without a budget': () => ({ f: encode(facts.with(4, 'many')) }),
    'facts with tools that are no list': () => ({ f: encode(facts.with(9, 'all').with(8, 1)) }),
    'no counters at all': () => ({ m: undefined }),
  };

  test.each(Object.entries(CORRUPTIONS))('%s: the charge fails, and no other of its batch', async (_, corrupt) => {
    const { state, clock, redis } = opened;
    const records = [await created(state), await created(state), await created(state)];
    const key = sessionKey(records[1]!.session.sessionId);
    for (const [field, value] of Object.entries(corrupt(clock.now()))) {
      if (value === undefined) await redis.hdel(key, field);
      else await redis.hset(key, field, Buffer.from(value as Uint8Array));
    }
    const before = await redis.hgetallBuffer(key);
    const answers = await Promise.allSettled(records.map((record) => state.charge(step(record))));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { kind: 'internal', message: 'internal error' } });
    expect(await redis.hgetallBuffer(key)).toEqual(before);
    await expect(state.closeSession(records[1]!.session.sessionId, undefined)).rejects.toMatchObject({
      kind: 'internal',
    });
    // A record that permits nothing as it is must not keep its agent's other sessions open.
    expect(await state.deactivateAgent('agent-1')).toMatchObject({ sessionsClosed: 2 });
  });

  test('a key of another type fails its own operation only, before anything is written', async () => {
    const { state, redis } = opened;
    const [healthy, wrongSession, wrongSlot] = [await created(state), await created(state), await created(state)];
    await redis.set(sessionKey(wrongSession.session.sessionId), 'x');
    await state.charge(step(wrongSlot, { idempotencyKey: operation('first') }));
    const { operations } = (await stored(state, wrongSlot)).counters;
    await redis.set(sessionSlotKey(sessionKey(wrongSlot.session.sessionId), (operations.generation % 2) as 0 | 1), 'x');
    const before = await stored(state, wrongSlot);
    await redis.hset(`${PREFIX}trace`, 'a', 'b');
    const identity = { traceId: 'trace', bytes: Buffer.from('x') };
    const answers = await Promise.allSettled([
      state.charge(step(wrongSession)),
      state.charge(step(wrongSlot, { idempotencyKey: operation('second') })),
      state.charge(step(healthy, { identity })),
      state.charge(step(healthy, { idempotencyKey: operation('third') })),
    ]);
    expect(answers.map((answer) => (answer.status === 'rejected' ? answer.reason.kind : answer.value.kind))).toEqual([
      'internal',
      'internal',
      'identity_changed',
      'charged',
    ]);
    expect(await stored(state, wrongSlot)).toEqual(before);
    const [malformed, other] = await Promise.all([state.readIdentity('trace'), state.readIdentity('other')]);
    expect(malformed.stored).toMatchObject({ identity: undefined });
    expect(other.stored).toBeUndefined();
    expect(await state.bindIdentity('trace', ALICE, 60_000)).toEqual({ kind: 'conflict' });
    expect(await redis.hgetall(`${PREFIX}trace`)).toEqual({ a: 'b' });
  });

  test('a run that cannot be read, and a log that is not as long as its run says, are our failure', async () => {
    const { state, clock, redis } = opened;
    const run = newRun(clock.now());
    const { revision } = await started(state, run);
    await redis.rpush(`tollgate:{${run.runId.slice(-2)}}:run:${run.runId}:log`, 'stray');
    const commit = commitOf({ ...run, lastSequence: 1 }, { expectedRevision: revision, records: [Buffer.from('x')] });
    await expect(state.commitRun(commit)).rejects.toMatchObject({ kind: 'internal' });
    expect((await storedRun(state, run.runId)).revision).toBe(revision);
    await redis.hset(`tollgate:{${run.runId.slice(-2)}}:run:${run.runId}`, 'r', '{');
    await expect(state.readRun(run.runId)).rejects.toMatchObject({ kind: 'internal' });
  });
});

describe('remembered keys', () => {
  test('are at most as many as core says, over both generations', async () => {
    const { state, clock, redis } = opened;
    const record = await created(state, { callBudget: 1_000 });
    const key = sessionKey(record.session.sessionId);
    const now = clock.now();
    const full = [now, 0, 0, now, 0, 1, now, Math.floor(now / 600_000), 40_000, 60_000];
    await redis.hset(key, 'm', Buffer.from(encode(full)));
    for (const slot of [0, 1] as const) await redis.hset(sessionSlotKey(key, slot), 'another', '');
    expect((await state.charge(step(record, { idempotencyKey: operation('a') }))).kind).toBe('too_many_keys');
    expect((await state.charge(step(record))).kind).toBe('charged');
    await redis.hset(key, 'm', Buffer.from(encode(full.with(8, 39_999))));
    expect((await state.charge(step(record, { idempotencyKey: operation('a') }))).kind).toBe('charged');
    expect((await state.charge(step(record, { idempotencyKey: operation('b') }))).kind).toBe('too_many_keys');
    expect((await state.charge(step(record, { idempotencyKey: operation('a') }))).kind).toBe('replayed');
  });

  test('that the store has dropped are not charged again: there is no answer', async () => {
    const { state, redis } = opened;
    const record = await created(state);
    const key = sessionKey(record.session.sessionId);
    await state.charge(step(record, { idempotencyKey: operation('a') }));
    await redis.del(sessionSlotKey(key, 0), sessionSlotKey(key, 1));
    const again = state.charge(step(record, { idempotencyKey: operation('a') }));
    await expect(again).rejects.toMatchObject({ kind: 'internal' });
    expect((await stored(state, record)).counters.callsMade).toBe(1);
  });

  test('of a slot that has gone stale are dropped, not read', async () => {
    const { state, clock } = opened;
    const record = await created(state);
    await state.charge(step(record, { idempotencyKey: operation('old'), calls: calls(1) }));
    await clock.advance(20 * 60_000);
    expect((await state.charge(step(record, { idempotencyKey: operation('new') }))).kind).toBe('charged');
    expect((await state.charge(step(record, { idempotencyKey: operation('old') }))).kind).toBe('charged');
    expect((await state.charge(step(record, { idempotencyKey: operation('old') }))).kind).toBe('replayed');
    expect(partitionOf(record.session.sessionId)).toBe(7);
  });
});

describe('decisions', () => {
  const change = (clock: { now: () => number }, at = clock.now()) =>
    settled({ now: () => at }, 'ALLOWED', { effect: 'ALLOW', context: { rpc: 'DeactivateAgent' } });

  test('that have happened are recorded in a full server, too, and denials are refused there', async () => {
    const { state, clock, redis } = opened;
    const record = await created(state);
    const stopped = change(clock);
    await redis.config('SET', 'maxmemory', '1');
    try {
      await expect(state.charge(step(record))).rejects.toMatchObject({ kind: 'state_unavailable' });
      const denial = state.recordDecision(settled(clock, 'TOOL_UNKNOWN'));
      await expect(denial).rejects.toMatchObject({ kind: 'state_unavailable' });
      expect(await state.deactivateAgent('agent-1')).toMatchObject({ sessionsClosed: 1 });
      await state.recordDecision(stopped);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
    expect(await state.readDecision(stopped.decisionId)).toMatchObject({ rpc: 'DeactivateAgent' });
  });

  test('of a process whose clock is far ahead hide nobody else’s', async () => {
    const { state, clock } = opened;
    const [now, ahead] = [change(clock), change(clock, clock.now() + 400 * 24 * HOUR)];
    await state.recordDecision(now);
    await state.recordDecision(ahead);
    const listed = await state.pageDecisions({ of: { partition: 7 }, ...EVER });
    expect(listed.map(({ decisionId }) => decisionId)).toEqual([ahead.decisionId, now.decisionId]);
  });
});
