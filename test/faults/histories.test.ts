// Real histories: three servers on one Redis, each behind a line that breaks, and clients that repeat their keys on
// whichever server comes next. Every history must be one that a correct counter could have produced.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clients, clientsOf } from '../support/clients.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { extent, recordFigure } from '../support/figures.ts';
import { seeded } from '../support/random.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type Attempt, faultOf, type History } from './history-checker.ts';
import { MISTAKES } from './history-mistakes.ts';

const SERVERS = 3;
const WORKERS = 12;
const OPERATIONS = 400;
const HISTORIES = extent({ cut: 10, whole: 250 });
const FAULTS = {
  dropBeforeShare: 0.02,
  dropAfterShare: 0.06,
  killShare: 0.01,
  delayMs: [0, 2] as const,
  graceChunks: 20,
};

let redis: RedisServer;
let proxies: FaultProxy[];
let servers: RunningServer[];
let clients: Clients[];

beforeAll(async () => {
  redis = await startRedis();
  proxies = await Promise.all(
    Array.from({ length: SERVERS }, (_, index) => startFaultProxy(redis.port, { random: seeded(index + 1) })),
  );
  const env = {
    TOLLGATE_STORE_COMMAND_TIMEOUT_MS: '1000',
    TOLLGATE_SESSIONS_MAX_LIVE_PER_AGENT: '1000',
  };
  servers = await Promise.all(proxies.map(({ port }) => startServer({ store: `redis://127.0.0.1:${port}`, env })));
  clients = servers.map((server) => clientsOf(server));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await Promise.all(servers.map((server) => server.kill()));
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await redis.stop();
});

interface Scene {
  readonly budget: number;
  readonly session: { readonly session_id: string; readonly agent_id: string };
  readonly attempts: Attempt[];
  readonly random: () => number;
}

async function record(seed: number): Promise<History> {
  const random = seeded(seed);
  // About half of them run out.
  const budget = 200 + Math.floor(random() * 1_200);
  for (const proxy of proxies) proxy.set({});
  const session = await openSession(seed, budget);
  for (const proxy of proxies) proxy.set(FAULTS);
  const scene: Scene = { budget, session, attempts: [], random };
  let left = OPERATIONS;
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      while (left-- > 0) await (random() < 0.15 ? readOnce(scene) : chargeOnce(scene, `${seed}-${left}`));
    }),
  );
  return { budget, attempts: scene.attempts };
}

async function openSession(seed: number, budget: number): Promise<Scene['session']> {
  const request = { agent_id: `agent-${seed}`, all: {}, call_budget: budget, idempotency_key: 'open' };
  for (;;) {
    try {
      const { session } = await clients[0]!.sessions('CreateSession', request);
      return { session_id: session.session_id, agent_id: request.agent_id };
    } catch {
      // The line may still be down from the history before.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** One key, tried on one server after the other until it is answered or given up. */
async function chargeOnce({ session, attempts, random }: Scene, key: string): Promise<void> {
  const calls = 1 + Math.floor(random() * 4);
  const request = { ...session, calls: Array.from({ length: calls }, () => ({ tool: 'x' })), idempotency_key: key };
  for (let tries = 1 + Math.floor(random() * 5); tries > 0; tries--) {
    const invokedMs = performance.now();
    const outcome = await anyServer(random)
      .decisions('ConsumeBudget', request)
      .then(({ decision, usage }): Attempt['outcome'] => {
        const seen = { callsMade: usage.calls_made, sequence: usage.sequence };
        if (decision.effect === 'EFFECT_ALLOW') return { kind: decision.replayed ? 'replayed' : 'charged', ...seen };
        expect(decision.reason).toBe('REASON_BUDGET_EXHAUSTED');
        return { kind: 'denied', ...seen };
      })
      .catch((error): Attempt['outcome'] => {
        expect(error).toMatchObject({ code: 14 });
        return { kind: 'unknown' };
      });
    attempts.push({ kind: 'charge', key, calls, invokedMs, returnedMs: performance.now(), outcome });
    if (outcome.kind !== 'unknown') return;
  }
}

async function readOnce({ session, attempts, random }: Scene): Promise<void> {
  const invokedMs = performance.now();
  const found = await anyServer(random)
    .sessions('GetSession', { session_id: session.session_id })
    .catch(() => undefined);
  if (!found) return;
  const { calls_made: callsMade, sequence } = found.session;
  const outcome = { kind: 'read' as const, callsMade, sequence };
  attempts.push({ kind: 'read', calls: 0, invokedMs, returnedMs: performance.now(), outcome });
}

function anyServer(random: () => number): Clients {
  return clients[Math.floor(random() * SERVERS)]!;
}

test('every history is one of a correct counter, and each planted mistake is found in it', {
  timeout: 900_000,
}, async () => {
  const tally = { attempts: 0, unknown: 0, replayed: 0, exhausted: 0, planted: 0 };
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = await record(seed);
    expect(faultOf(history), `history ${seed}`).toBeUndefined();
    for (const mistake of Object.values(MISTAKES)) {
      const slipped = mistake(history);
      expect(slipped).toBeDefined();
      expect(faultOf(slipped!)).toBeDefined();
      tally.planted++;
    }
    const count = (kind: string) => history.attempts.filter(({ outcome }) => outcome.kind === kind).length;
    tally.attempts += history.attempts.length;
    tally.unknown += count('unknown');
    tally.replayed += count('replayed');
    if (count('denied') > 0) tally.exhausted++;
  }
  const counts = proxies.map((proxy) => proxy.counts);
  const cuts = counts.reduce(
    (sum, { droppedBefore, droppedAfter, killed }) => sum + droppedBefore + droppedAfter + killed,
    0,
  );
  expect(cuts).toBeGreaterThan(HISTORIES);
  expect(tally.unknown).toBeGreaterThan(0);
  expect(tally.exhausted).toBeGreaterThan(0);
  recordFigure('histories', {
    what: `Recorded histories of ${OPERATIONS} operations, 3 servers, lines that break`,
    result:
      `${HISTORIES} of ${HISTORIES} linearizable (${tally.attempts} attempts, ${cuts} lines cut, ${tally.unknown} attempts without an answer, ` +
      `${tally.replayed} replays, ${tally.exhausted} budgets exhausted); ${tally.planted} of ${tally.planted} planted mistakes found`,
  });
});
