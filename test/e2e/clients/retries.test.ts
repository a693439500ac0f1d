// The service config of docs/clients.md, read out of the page and played with the libraries of three languages.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Clients, clientsOf } from '../../support/clients.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { ALL_CLIENTS, openChannel } from '../../support/foreign-clients.ts';
import { freePort } from '../../support/free-port.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { callOf } from '../../support/scene.ts';
import { PATIENCE, type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { MONITORED, monitoringOf, scrape } from '../observability/scrape.ts';

const text = /<!-- service config -->\n```json\n(.*?)```/s.exec(readFileSync('docs/clients.md', 'utf8'))![1]!;
const config = JSON.parse(text);
const AUTHORIZE = 'PolicyDecisionService/Authorize';
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

const folder = mkdtempSync(join(tmpdir(), 'tollgate-retries-'));
const serviceConfig = join(folder, 'service-config.json');
writeFileSync(serviceConfig, text);

let redis: RedisServer;
/** Between the server and Redis. */
let proxy: FaultProxy;
let server: RunningServer;
let clients: Clients;

beforeAll(async () => {
  redis = await startRedis();
  proxy = await startFaultProxy(redis.port);
  server = await startServer({ store: `redis://127.0.0.1:${proxy.port}`, env: MONITORED });
  clients = clientsOf(server);
});
afterAll(async () => {
  clients?.close();
  await server?.stop();
  await proxy?.stop();
  await redis?.stop();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  proxy.set({});
  await eventually(() => callOf(clients));
});

/** How many attempts the server has had to refuse because of its store. The log folds them in an outage, its metrics do not. */
const failures = async () =>
  (await scrape(monitoringOf(server))).value('tollgate_rpcs_total', {
    rpc: 'Authorize',
    reason: 'STATE_UNAVAILABLE',
  });

/** Lets Redis be back as soon as the first attempt has failed. */
async function recoverAfterFailure(before: number): Promise<void> {
  await eventually(async () => (await failures()) > before, { everyMs: 5 });
  proxy.set({});
}

const callsMade = async (session_id: string) =>
  (await clients.sessions('GetSession', { session_id })).session.calls_made as number;

describe.each(ALL_CLIENTS)('a client in $language', (client) => {
  let missing: string | undefined;
  beforeAll(async () => {
    missing = await client.prepare();
    if (missing) console.warn(`skipped: ${missing}`);
  }, 300_000);
  beforeEach((context) => context.skip(missing !== undefined, missing));

  test('is answered when Redis comes back between its attempts, and charged once', async () => {
    // All attempts together take less than a second, in which a busy machine may not find Redis again: hence several tries.
    await eventually(async () => {
      const request = await callOf(clients, { idempotency_key: 'k' });
      const before = await failures();
      proxy.set({ refuse: true });
      const question = { addresses: [server.decision], method: AUTHORIZE, request, serviceConfig };
      const [{ answer, status }] = await Promise.all([client.ask(question), recoverAfterFailure(before)]);
      expect(status).toBeUndefined();
      expect(answer.decision.effect).toBe('EFFECT_ALLOW');
      expect(answer.usage.calls_made).toBe(1);
      expect(await callsMade(request.session_id)).toBe(1);
      expect((await failures()) - before).toBeLessThan(config.methodConfig[0].retryPolicy.maxAttempts);
      return true;
    });
  });

  test('does without the first of two replicas when that is gone', async () => {
    const request = await callOf(clients, { idempotency_key: 'k' });
    const addresses = [`127.0.0.1:${await freePort()}`, server.decision];
    const { answer } = await client.ask({ addresses, method: AUTHORIZE, request, serviceConfig });
    expect(answer.decision.effect).toBe('EFFECT_ALLOW');
  });
});

test('without the config the same call fails at once, and is not made a second time', async () => {
  const request = await eventually(() => callOf(clients, { idempotency_key: 'k' }));
  const before = await failures();
  proxy.set({ refuse: true });
  const { status } = await ALL_CLIENTS[0]!.ask({ addresses: [server.decision], method: AUTHORIZE, request });
  expect(status?.code).toBe(UNAVAILABLE);
  await eventually(async () => (await failures()) > before);
  expect((await failures()) - before).toBe(1);
});

test('a charge whose replies were all lost is charged once, and its retry gets the first answer', async () => {
  // Once in a while the server's own look at the store comes first and takes the fault upon itself, hence several tries.
  let replays = 0;
  for (let tries = 0; tries < 5 && replays === 0; tries++) {
    const request = await eventually(() => callOf(clients));
    // So that the server knows the identity by now, and all that is lost is the charge's reply.
    await clients.decisions('Authorize', request);
    const channel = openChannel({ addresses: [server.decision], serviceConfig });
    const lost = proxy.counts.droppedAfter;
    const before = await failures();
    proxy.set({ dropAfterShare: 1 });
    const recovery = eventually(() => proxy.counts.droppedAfter > lost, { everyMs: 1 }).then(() =>
      recoverAfterFailure(before),
    );
    const call = channel.call(AUTHORIZE, { ...request, idempotency_key: 'k' });
    const [{ answer }] = await Promise.all([call, recovery]);
    channel.close();
    // Its attempts ended before Redis was found again.
    if (!answer) continue;
    expect(answer.decision.effect).toBe('EFFECT_ALLOW');
    expect(await callsMade(request.session_id)).toBe(2);
    if (answer.decision.replayed) replays += 1;
  }
  expect(replays).toBe(1);
});

test('every replica is asked in turn', async () => {
  const args = ['--log-level', 'debug'];
  const replicas = await Promise.all([0, 1].map(() => startServer({ store: redis.url, env: PATIENCE, args })));
  const channel = openChannel({ addresses: replicas.map(({ decision }) => decision), serviceConfig });
  const asked = () => replicas.map(({ log }) => log.filter((line) => line.includes('"Authorize"')).length);
  try {
    for (let call = 0; call < 6; call++) {
      const { answer } = await channel.call(AUTHORIZE, await callOf(clients, { idempotency_key: `${call}` }));
      expect(answer.decision.effect).toBe('EFFECT_ALLOW');
    }
    await eventually(() => asked().reduce((sum, count) => sum + count) === 6);
    expect(Math.min(...asked())).toBeGreaterThan(0);
  } finally {
    channel.close();
    for (const replica of replicas) await replica.stop();
  }
});

test('a call that sets no deadline has the config’s, in every language', async () => {
  const stuck = await startServer({ store: redis.url });
  const request = await callOf(clients, { idempotency_key: 'k' });
  const timeoutMs = 2_000;
  const shorter = join(folder, 'shorter.json');
  writeFileSync(shorter, text.replace(/"timeout": "\d+s"/, `"timeout": "${timeoutMs / 1000}s"`));
  stuck.process.kill('SIGSTOP');
  try {
    const asked = ALL_CLIENTS.map(async (client) => {
      if (await client.prepare()) return;
      const startedAt = performance.now();
      const question = { addresses: [stuck.decision], method: AUTHORIZE, request, serviceConfig: shorter, timeoutS: 0 };
      const { status } = await client.ask(question);
      const tookMs = Math.round(performance.now() - startedAt);
      console.log(
        `${client.language}: an answer that never comes is given up after ${tookMs} ms, with the program's start`,
      );
      expect(status?.code).toBe(DEADLINE_EXCEEDED);
      // Python's library does not wait as long as a config says.
      if (client.language !== 'Python') expect(tookMs).toBeGreaterThan(timeoutMs * 0.9);
      expect(tookMs).toBeLessThan(timeoutMs * 10);
    });
    await Promise.all(asked);
  } finally {
    stuck.process.kill('SIGCONT');
    await stuck.stop();
  }
});
