// A slow Redis: what a run did is still written down, while decisions fail after their own, shorter time; and whoever has
// waited long enough is told so.
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Clients, clientsOf } from '../support/clients.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { recordFigure, spread } from '../support/figures.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { refusalOf } from '../support/refusals.ts';
import { callOf, started } from '../support/scene.ts';
import { PATIENCE, type RunningServer, startServer } from '../support/server.ts';
import { eventually } from '../support/times.ts';

const UNAVAILABLE = { code: 'UNAVAILABLE', reason: 'STATE_UNAVAILABLE' };
/** From a command to its answer. */
const slow = (ms: number) => ({ delayMs: ms / 2 });
/** As the server is configured. */
const DECISION_MS = 250;
const EVENT = { custom: { type: 'note', payload: {} } };

let redis: RedisServer;
let proxy: FaultProxy;
let server: RunningServer;
let clients: Clients;
let call: Answer;
let run_id: string;

beforeAll(async () => {
  redis = await startRedis({ appendonly: 'everysec' });
  proxy = await startFaultProxy(redis.port);
  server = await startServer({ store: `redis://127.0.0.1:${proxy.port}` });
  clients = clientsOf(server);
});

beforeEach(async () => {
  proxy.set({});
  await eventually(() => callOf(clients));
  call = await callOf(clients);
  run_id = (await started(clients)).run_id;
  // So that the scripts are known.
  await append('first');
});

afterAll(async () => {
  clients?.close();
  await server?.stop();
  await proxy?.stop();
  await redis?.stop();
});

const append = (idempotency_key: string, options: object = {}) =>
  clients.decisions('AppendAudit', { run_id, idempotency_key, events: [EVENT] }, options);
const authorize = () => clients.decisions('Authorize', call);

/** What the store holds once it is quick again. */
async function lastSequence(): Promise<number> {
  proxy.set({});
  return eventually(async () => (await clients.runs('GetRun', { run_id })).run.last_sequence);
}

async function timed(attempt: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await attempt();
  return performance.now() - from;
}

describe('a store that takes a second for each answer', () => {
  test('keeps what appends tell it, and makes every decision UNAVAILABLE before it has answered', async () => {
    proxy.set(slow(1_000));
    // Listened to from the beginning: one fails while the decisions are still asked.
    const appends = Promise.allSettled(['a', 'b', 'c'].map((key) => append(key)));
    const decisions: number[] = [];
    for (let round = 0; round < 10; round++) {
      decisions.push(await timed(async () => expect(await refusalOf(authorize())).toMatchObject(UNAVAILABLE)));
    }
    const took = await appends;
    // One after the other, two answers of a second each: the third waits longer than an append does.
    expect(took.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    recordFigure('patience', {
      what: 'Redis takes a second for each answer: a decision until it fails as UNAVAILABLE, one at a time',
      result: `${spread(decisions)}, of ${decisions.length} calls; an append of the same time succeeds`,
    });
    expect(decisions.sort((a, b) => a - b)[decisions.length >> 1]).toBeLessThan(10 * DECISION_MS);
    expect(await lastSequence()).toBe(2);
    // The same keys again: what was told that it had failed is added now, once.
    for (const key of ['a', 'b', 'c', 'c']) await append(key);
    expect(await lastSequence()).toBe(4);
  });

  test('loses the append to a server with the patience of a decision', async () => {
    const env = { TOLLGATE_STORE_APPEND_TIMEOUT_MS: '250', TOLLGATE_STORE_FINISH_TIMEOUT_MS: '250' };
    const hasty = await startServer({ store: `redis://127.0.0.1:${proxy.port}`, env });
    const own = clientsOf(hasty);
    proxy.set(slow(1_000));
    const refusal = await refusalOf(own.decisions('AppendAudit', { run_id, events: [EVENT] }));
    own.close();
    expect(refusal).toMatchObject(UNAVAILABLE);
    expect(await lastSequence()).toBe(1);
    await hasty.stop();
  });
});

describe('a store that takes four seconds for each answer', () => {
  test('makes an append give up after 3 s, and a repeat of its key adds it once', async () => {
    proxy.set(slow(4_000));
    const tookMs = await timed(async () => expect(await refusalOf(append('key'))).toMatchObject(UNAVAILABLE));
    expect(tookMs).toBeGreaterThan(2_900);
    // One answer of the store comes too late, and no second one is waited for.
    expect(tookMs).toBeLessThan(8_000);
    await lastSequence();
    await append('key');
    expect((await append('key')).replayed).toBe(true);
    expect(await lastSequence()).toBe(2);
  });

  test('writes nothing for a caller that no longer waits', async () => {
    proxy.set(slow(4_000));
    const { code } = await append('key', { deadline: Date.now() + 300 }).catch((error) => error);
    // Client and server look at the same time.
    expect([status.DEADLINE_EXCEEDED, status.UNAVAILABLE]).toContain(code);
    // Until the store has answered it.
    await sleep(5_000);
    expect(await lastSequence()).toBe(1);
  });

  test('finishes a run although its caller has gone', async () => {
    // Another way to the same store, which is quick.
    const other = await startServer({ store: redis.url, env: PATIENCE });
    const own = clientsOf(other);
    proxy.set(slow(4_000));
    const finished = clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' }, { deadline: Date.now() + 1_000 });
    await expect(finished).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    const statusOf = async () => (await own.runs('GetRun', { run_id })).run.status;
    expect(await statusOf()).toBe('RUN_STATUS_RUNNING');
    await eventually(async () => (await statusOf()) === 'RUN_STATUS_OK');
    own.close();
    await other.stop();
  });
});
