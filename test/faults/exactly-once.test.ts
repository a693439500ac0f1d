// Charges over a line that loses every tenth reply: each one takes effect once, however often it has to be asked for.
// The twin is the same driver as it comes out of its box, which sends again what was executed.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionRecord } from '../../src/core/session/session.ts';
import type { State } from '../../src/state/port/state.ts';
import { ServerConnection } from '../../src/state/redis/connection/server-connection.ts';
import { created, operation, step, stored } from '../contract/fixtures.ts';
import { OPTIONS, openReady } from '../contract/redis/open.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { extent, recordFigure } from '../support/figures.ts';
import { seeded } from '../support/random.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { eventually } from '../support/times.ts';

const CHARGES = extent({ cut: 1_500, whole: 10_000 });
const COUNTS = extent({ cut: 1_500, whole: 10_000 });
const WORKERS = 32;
/** On a busy machine replies come many in a chunk, and few chunks are lost. */
const CUTS_MIN = 5;
/** The grace lets most connections come to work. */
const FAULTS = { dropAfterShare: 0.1, killShare: 0.01, graceChunks: 4 };
const SCRIPT = "return redis.call('INCR', KEYS[1])";
const TIMEOUT = { timeout: 600_000 };

let server: RedisServer;
let proxy: FaultProxy;
let direct: Redis;

beforeEach(async () => {
  server = await startRedis();
  proxy = await startFaultProxy(server.port, { random: seeded(1) });
  direct = new Redis(server.url);
});

afterEach(async () => {
  direct.disconnect();
  await proxy.stop();
  await server.stop();
});

const through = () => `redis://127.0.0.1:${proxy.port}`;

/**
 * Deals so many numbers out to workers, each of which goes on to its next when it is done with one; and as many again until
 * the line was cut often enough to show something. @returns how many
 */
async function work(count: number, act: (number: number) => Promise<unknown>): Promise<number> {
  let [next, limit] = [0, 0];
  const worker = async () => {
    while (next < limit) {
      await act(next++);
      // Not all of them in one step, or there are few chunks to lose.
      await sleep(Math.random() * 10);
    }
  };
  do {
    limit += count;
    await Promise.all(Array.from({ length: WORKERS }, worker));
  } while (linesCut() <= CUTS_MIN);
  return limit;
}

async function withSession(use: (state: State, record: SessionRecord) => Promise<void>): Promise<void> {
  const state = await openReady({ url: through() });
  const record = await created(state, { callBudget: 1_000_000 });
  proxy.set(FAULTS);
  await use(state, record);
  await state.close();
}

function linesCut(): number {
  return proxy.counts.droppedAfter + proxy.counts.killed;
}

test('of charges with a key, each takes effect exactly once', TIMEOUT, async () => {
  await withSession(async (state, record) => {
    let askedAgain = 0;
    const chargeOf = (number: number) =>
      step(record, { idempotencyKey: operation(`key-${number}`, { fingerprint: hex(number) }) });
    const charges = await work(CHARGES, async (number) => {
      for (;;) {
        // As a caller that repeats its request: the key is the same, the decision is not.
        const answer = await state.charge(chargeOf(number)).catch((error) => error);
        if (answer.kind === 'charged' || answer.kind === 'replayed') return;
        expect(answer.kind).toBe('state_unavailable');
        askedAgain++;
        await sleep(5);
      }
    });
    const cut = linesCut();
    proxy.set({});
    await eventually(() => state.now());
    expect(await effects(state, record)).toEqual({ callsMade: charges, charges });
    await work(charges, async (number) => expect((await state.charge(chargeOf(number))).kind).toBe('replayed'));
    expect(await effects(state, record)).toEqual({ callsMade: charges, charges });
    recordFigure('exactly-once', {
      what: `Charges with a key by ${WORKERS} workers over a line that loses 10 % of the replies and resets 1 % of the time`,
      result: `${charges} of ${charges} took effect exactly once; the line was cut ${cut} times, ${askedAgain} charges were asked for again by their callers`,
    });
  });
});

test('without a key none that is acknowledged is lost or made twice', TIMEOUT, async () => {
  await withSession(async (state, record) => {
    const acknowledged: number[] = [];
    let givenUp = 0;
    const asked = await work(CHARGES, async () => {
      const answer = await state.charge(step(record)).catch((error) => error);
      if (answer.kind === 'charged') acknowledged.push(answer.counters.sequence);
      else {
        expect(answer.kind).toBe('state_unavailable');
        givenUp++;
        await eventually(() => state.now());
      }
    });
    const cut = linesCut();
    proxy.set({});
    await eventually(() => state.now());
    const { callsMade, charges } = await effects(state, record);
    expect(charges).toBe(callsMade);
    expect(callsMade).toBeGreaterThanOrEqual(acknowledged.length);
    expect(callsMade).toBeLessThanOrEqual(acknowledged.length + givenUp);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    recordFigure('exactly-once-no-key', {
      what: `Charges without a key by ${WORKERS} workers over the same line`,
      result: `${acknowledged.length} of ${asked} acknowledged, ${givenUp} UNAVAILABLE, of which ${callsMade - acknowledged.length} took effect; none twice; the line was cut ${cut} times`,
    });
  });
});

test('the driver with its own defaults counts more than it was asked to, over the same line', TIMEOUT, async () => {
  const redis = new Redis(through());
  redis.on('error', () => {});
  await redis.ping();
  proxy.set(FAULTS);
  const asked = await work(COUNTS, () => redis.eval(SCRIPT, 1, 'count').catch(() => {}));
  redis.disconnect();
  const made = Number(await direct.get('count'));
  expect(made).toBeGreaterThan(asked);
  recordFigure('exactly-once-twin', {
    what: 'The same line under the driver with its defaults, which send again what is unanswered: a counter',
    result: `asked to count to ${asked}, it counted to ${made}`,
  });
});

test('the driver as a link sets it up counts no more often than it is asked to', TIMEOUT, async () => {
  const link = new ServerConnection({
    address: { host: '127.0.0.1', port: proxy.port },
    rules: { mode: 'standalone', database: 0, require: { noeviction: false, durability: 'memory' }, replicas: 0 },
    commandTimeoutMs: OPTIONS.commandTimeoutMs,
    onChange: () => {},
  });
  link.start();
  await eventually(() => link.isReady);
  proxy.set(FAULTS);
  let [asked, acknowledged] = [0, 0];
  await work(COUNTS, async () => {
    await eventually(() => link.isReady, { everyMs: 2 });
    asked++;
    await link
      .send((redis) => redis.eval(SCRIPT, 1, 'count'))
      .then(
        () => acknowledged++,
        () => {},
      );
  });
  await link.close();
  const made = Number(await direct.get('count'));
  expect(made).toBeLessThanOrEqual(asked);
  expect(made).toBeGreaterThanOrEqual(acknowledged);
});

function hex(number: number): string {
  return number.toString(16).padStart(16, '0');
}

async function effects(state: State, record: SessionRecord): Promise<{ callsMade: number; charges: number }> {
  const { callsMade, sequence } = (await stored(state, record)).counters;
  return { callsMade, charges: sequence - record.counters.sequence };
}
