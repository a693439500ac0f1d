// A whole server while its Redis is refused, silent, slow to come back or emptied: every call ends soon and as
// UNAVAILABLE, nothing is allowed, and with Redis the decisions come back.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { folderOf } from '../e2e/process/servers.ts';
import { type Answer, type Clients, clientsOf } from '../support/clients.ts';
import { linesOf } from '../support/command.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { extent, recordFigure, spread } from '../support/figures.ts';
import { type RedisServer, type RedisServerOptions, startRedis } from '../support/redis-server.ts';
import { refusalOf } from '../support/refusals.ts';
import { bound, callOf, started } from '../support/scene.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { eventually } from '../support/times.ts';

const UNAVAILABLE = { code: 'UNAVAILABLE', reason: 'STATE_UNAVAILABLE', retryDelayMs: 100 };
const CALLERS = 500;
/** As the server is configured: an append waits for a silent store so long, where everything else does not. */
const APPEND_PATIENCE_MS = 3_000;
/** What a call may take that fails without asking the store, and one of a crowd that must wait for a time-out first. */
const AT_ONCE_MS = 10;
const CROWD_MS = 1_500;
const SILENCE_MS = extent({ cut: 2_000, whole: 10_000 });
const OUTAGES_MS = extent({ cut: [1_000], whole: [1_000, 10_000, 60_000] });
const MIB = 2 ** 20;

let redis: RedisServer;
let proxy: FaultProxy;
let server: RunningServer;
let clients: Clients;
/** An Authorize that is allowed for as long as the store answers. */
let call: Answer;
let run_id: string;

beforeAll(async () => {
  redis = await startRedis({ appendonly: 'always' });
  proxy = await startFaultProxy(redis.port);
  server = await startServer({ store: `redis://127.0.0.1:${proxy.port}` });
  clients = clientsOf(server);
});

beforeEach(async () => {
  // Whatever a test before it has left when it failed.
  proxy.set({});
  redis.resume();
  call = await eventually(() => callOf(clients));
  run_id = (await eventually(() => started(clients))).run_id;
  await allowed();
});

afterAll(async () => {
  clients?.close();
  await server?.stop();
  await proxy?.stop();
  await redis?.stop();
});

async function effectOf(answer: Promise<Answer>): Promise<string> {
  return (await answer).decision.effect;
}

/** Waits for the first decision that the store takes part in. */
async function allowed(): Promise<void> {
  const ask = async () => (await effectOf(clients.decisions('Authorize', call))) === 'EFFECT_ALLOW';
  await eventually(ask, { everyMs: 5 });
}

/** Of the session, at least one; waits until the store answers. */
function callsMade(): Promise<number> {
  return eventually(async () => (await clients.sessions('GetSession', call)).session.calls_made as number);
}

/** Every call that cannot be answered without the store, the decisions first. */
function calls(): [string, () => Promise<unknown>][] {
  const { decisions, sessions, runs, identities } = clients;
  const { session_id, agent_id, trace_id } = call;
  return [
    ['Authorize', () => decisions('Authorize', call)],
    ['Authorize with a key', () => decisions('Authorize', { ...call, idempotency_key: 'key' })],
    ['ConsumeBudget', () => decisions('ConsumeBudget', { session_id, agent_id, calls: [{ tool: 'read_file' }] })],
    ['ValidateScope', () => decisions('ValidateScope', { run_id, scope: 'skill' })],
    ['CheckSlash', () => decisions('CheckSlash', { trace_id, command: '/help' })],
    ['AppendAudit', () => decisions('AppendAudit', { run_id, events: [{ error: {} }] })],
    ['CreateSession', () => sessions('CreateSession', { agent_id, all: {} })],
    ['StartRun', () => runs('StartRun', { trace_id, skill_id: 'skill' })],
    ['BindIdentity', () => identities('BindIdentity', { trace_id: 'other', identity: { user_id: '5' } })],
  ];
}

/** Those that do not wait for a silent store, and those that do. */
const isHasty = ([name]: readonly [string, ...unknown[]]) => name !== 'AppendAudit';
const isPatient = (one: readonly [string, ...unknown[]]) => !isHasty(one);

/** Makes a call that must fail as unavailable. @returns how long that took, in ms */
async function msToRefuse(ask: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  expect(await refusalOf(ask())).toMatchObject(UNAVAILABLE);
  return performance.now() - from;
}

/** Each of the calls in turn, so many times. */
async function timesToRefuse(rounds: number, asked = calls()): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [, ask] of asked) times.push(await msToRefuse(ask));
  }
  return times;
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!;
}

/** Waits until a call costs next to nothing: the line has been given up. */
async function givenUp(): Promise<void> {
  await eventually(async () => (await msToRefuse(calls()[0]![1])) < 10 * AT_ONCE_MS);
}

describe('a store that refuses connections', () => {
  test('makes every call UNAVAILABLE at once, with a delay to come again', async () => {
    for (const [name, ask] of calls()) await expect(ask(), name).resolves.toBeDefined();
    proxy.set({ refuse: true });
    await givenUp();
    const times = await timesToRefuse(extent({ cut: 10, whole: 100 }));
    recordFigure('outage-refused', {
      what: 'Redis refuses connections: a call until it fails as UNAVAILABLE, one at a time',
      result: `${spread(times)}, of ${times.length} calls`,
    });
    expect(medianOf(times)).toBeLessThan(10 * AT_ONCE_MS);
    proxy.set({});
    await allowed();
  });
});

interface Silence {
  readonly begin: () => void;
  readonly end: () => void;
}

const SILENCES: Readonly<Record<string, Silence>> = {
  'behind a line that swallows everything': {
    begin: () => proxy.set({ blackHole: true }),
    end: () => proxy.set({}),
  },
  'stopped in its tracks': { begin: () => redis.pause(), end: () => redis.resume() },
};

describe('a store that is silent', () => {
  test.each(Object.entries(SILENCES))(`%s, holds up no call, not with ${CALLERS} at once`, async (name, silence) => {
    const before = residentBytes();
    silence.begin();
    const asked = await Promise.all(calls().map(async ([name, ask]) => [name, await msToRefuse(ask)] as const));
    const all = await crowded(SILENCE_MS);
    const timesOf = (kind: typeof isHasty, answered: typeof all) => answered.filter(kind).map(([, tookMs]) => tookMs);
    const [first, crowd] = [timesOf(isHasty, asked), timesOf(isHasty, all)];
    const patient = timesOf(isPatient, [...asked, ...all]);
    const grown = residentBytes() - before;
    await givenUp();
    const later = await timesToRefuse(extent({ cut: 3, whole: 20 }), calls().filter(isHasty));
    silence.end();
    recordFigure(`outage-silent-${name.includes('line') ? 'line' : 'server'}`, {
      what: `Redis ${name}: a call until it fails as UNAVAILABLE; ${CALLERS} callers for ${SILENCE_MS / 1000} s`,
      result:
        `the first ones ${spread(first)}; ${crowd.length} calls of the crowd ${spread(crowd)}; ` +
        `one at a time once the line is given up ${spread(later)}; ` +
        `appends, which have ${APPEND_PATIENCE_MS / 1000} s of patience, ${spread(patient)}; ` +
        `the server grew by ${Math.round(grown / MIB)} MiB`,
    });
    expect(Math.max(...first)).toBeLessThan(3_000);
    expect(Math.max(...crowd)).toBeLessThan(10 * CROWD_MS);
    expect(medianOf(later)).toBeLessThan(10 * AT_ONCE_MS);
    expect(Math.max(...patient)).toBeLessThan(APPEND_PATIENCE_MS + 10 * CROWD_MS);
    expect(grown).toBeLessThan(256 * MIB);
    await allowed();
  });

  test.each(Object.entries(SILENCES))('%s, is waited for no longer than the caller does', async (_name, silence) => {
    const { decisions } = clients;
    const before = await callsMade();
    silence.begin();
    const attempts = ['a', 'b', undefined, undefined].map((idempotency_key) => ({ ...call, idempotency_key }));
    const times = await Promise.all(
      attempts.map(async (request) => {
        const from = performance.now();
        const error = await decisions('Authorize', request, { deadline: Date.now() + 50 }).catch((error) => error);
        expect(['DEADLINE_EXCEEDED', 'UNAVAILABLE']).toContain(codeName(error));
        return performance.now() - from;
      }),
    );
    expect(medianOf(times)).toBeLessThan(extent({ cut: 1_000, whole: 100 }));
    silence.end();
    await callsMade();
    // What was on its way may be executed yet, once; the keys' repeats settle whether it was.
    for (const request of attempts.slice(0, 2)) await eventually(() => decisions('Authorize', request));
    expect((await callsMade()) - before).toBeGreaterThanOrEqual(2);
    expect((await callsMade()) - before).toBeLessThanOrEqual(4);
  });
});

function codeName(error: { code?: number }): string {
  return { 4: 'DEADLINE_EXCEEDED', 14: 'UNAVAILABLE' }[error.code ?? 0] ?? `${error}`;
}

/**
 * So many callers at once, and for a while again a second after each answer: a crowd, but no more than a machine can
 * answer that runs the callers too. @returns each call, and how long it took, in ms
 */
async function crowded(forMs: number): Promise<(readonly [string, number])[]> {
  const times: [string, number][] = [];
  const until = performance.now() + forMs;
  const asks = calls();
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let turn = caller; performance.now() < until; turn++) {
        const from = performance.now();
        const [name, ask] = asks[turn % asks.length]!;
        const error = await ask().then(String, (error) => error);
        expect(codeName(error)).toBe('UNAVAILABLE');
        times.push([name, performance.now() - from]);
        await sleep(1_000);
      }
    }),
  );
  return times;
}

function residentBytes(): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

const OUTAGES: Readonly<Record<string, { begin: () => unknown; end: () => unknown }>> = {
  'killed and started again': { begin: () => redis.kill(), end: () => redis.restart() },
  'stopped in its tracks and resumed': SILENCES['stopped in its tracks']!,
  'behind a line that swallowed everything': SILENCES['behind a line that swallows everything']!,
};

describe('after an outage', () => {
  test('decisions come back with the store, and with what it held', { timeout: 600_000 }, async () => {
    const results: string[] = [];
    for (const outageMs of OUTAGES_MS) {
      for (const [name, { begin, end }] of Object.entries(OUTAGES)) {
        const made = await callsMade();
        const from = performance.now();
        await begin();
        // Somebody always asks.
        while (performance.now() - from < outageMs) {
          const error = await clients.decisions('Authorize', call).catch((error) => error);
          if (performance.now() - from > 1_000) expect(codeName(error)).toBe('UNAVAILABLE');
          await sleep(50);
        }
        await end();
        const ready = performance.now();
        await allowed();
        const tookMs = performance.now() - ready;
        results.push(`${name} after ${outageMs / 1000} s: ${tookMs.toFixed(0)} ms`);
        expect(tookMs).toBeLessThan(10_000);
        expect(await callsMade()).toBeGreaterThan(made);
      }
    }
    recordFigure('recovery', {
      what: 'Redis is back after an outage: from then to the first decision',
      result: results.join('; '),
    });
  });
});

describe('a store that was emptied', () => {
  test('denies the sessions that it no longer knows, and arms none of them again', async () => {
    const { session_id, agent_id, trace_id } = call;
    await redis.ask('FLUSHALL');
    const identity = { platform: 'discord', user_id: '5' };
    await eventually(() => clients.identities('BindIdentity', { trace_id, identity }));
    for (let round = 0; round < 50; round++) {
      const consumed = { session_id, agent_id, calls: [{ tool: 'read_file' }] };
      for (const answer of [
        await eventually(() => clients.decisions('Authorize', call)),
        await eventually(() => clients.decisions('ConsumeBudget', consumed)),
      ]) {
        expect(answer.decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_SESSION_UNKNOWN' });
      }
      if (round === 25) proxy.killAll();
      if (round === 25) await eventually(() => clients.sessions('ListSessions'));
    }
  });
});

describe('a store that is not what it should be', () => {
  type Use = (running: RunningServer, own: Clients) => Promise<void>;
  async function withServer(
    { isStoreAway = false, ...options }: RedisServerOptions & { readonly isStoreAway?: boolean },
    use: Use,
  ) {
    const store = await startRedis(options);
    const running = await startServer({ store: store.url, isStoreAway });
    const own = clientsOf(running);
    await use(running, own).finally(async () => {
      own.close();
      await running.stop();
      await store.stop();
    });
  }

  const warnedOf = async (running: RunningServer, own: Clients, words: RegExp) => {
    await eventually(async () => words.test((await own.server('GetServerInfo')).warnings.join('\n')));
    await eventually(() => running.log.some((line) => words.test(line)));
  };

  test('a replica, is named, and nothing is allowed', async () => {
    await withServer(
      { isStoreAway: true, args: ['--replicaof', '127.0.0.1', `${redis.port}`] },
      async (running, own) => {
        await warnedOf(running, own, /this server is a replica/);
        expect(await refusalOf(own.decisions('Authorize', call))).toMatchObject(UNAVAILABLE);
        expect(await refusalOf(own.sessions('CreateSession', { agent_id: 'a', all: {} }))).toMatchObject(UNAVAILABLE);
      },
    );
  });

  test('one that evicts keys, or keeps nothing, is named and used', async () => {
    await withServer({ args: ['--maxmemory-policy', 'allkeys-lru'] }, async (running, own) => {
      await warnedOf(running, own, /maxmemory-policy allkeys-lru/);
      await warnedOf(running, own, /append-only file/);
      expect(await eventually(() => bound(own))).toBeDefined();
    });
  });

  test.each([
    ['NOEVICTION', 'true', /maxmemory-policy allkeys-lru.*store\.require\.noeviction/],
    ['DURABILITY', 'aof_always', /durability memory.*store\.require\.durability.*aof_always/],
  ])('with TOLLGATE_STORE_REQUIRE_%s it is refused in one line', async (name, value, words) => {
    const store = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    const refused = startServer({
      store: store.url,
      folder: folderOf({ onTestFinished }),
      env: { [`TOLLGATE_STORE_REQUIRE_${name}`]: value },
    });
    const { message } = await refused.then(
      () => expect.fail('it has started'),
      (error) => error,
    );
    await store.stop();
    expect(linesOf(message.replace(/^the server exited with [1-9]\d*: /, ''))).toEqual([expect.stringMatching(words)]);
  });
});
