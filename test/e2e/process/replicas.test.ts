// Several processes on one Redis: a budget is one budget, and a key is one key, whoever is asked and whoever dies.
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import type { Answer } from '../../support/clients.ts';
import { bound, opened } from '../../support/scene.ts';
import { PATIENCE, type RunningServer } from '../../support/server.ts';
import { encodeWire, methodOf, sendBytes } from '../../support/wire.ts';
import { redisOf, serverOf, type Test } from './servers.ts';

const REPLICAS = 3;
const AUTHORIZE = methodOf('Authorize');

async function replicas(t: Test) {
  const redis = await redisOf(t);
  return Promise.all(Array.from({ length: REPLICAS }, () => serverOf(t, { store: redis.url, env: PATIENCE })));
}

/** A client with a connection of its own. */
function clientOf({ decision }: RunningServer): grpc.Client {
  return new grpc.Client(decision, grpc.credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
}

async function authorize(client: grpc.Client, request: Record<string, string>): Promise<Answer> {
  const [reply] = await sendBytes(client, AUTHORIZE, encodeWire(AUTHORIZE.request, request));
  return AUTHORIZE.response.toObject(AUTHORIZE.response.decode(reply!), { enums: String, longs: Number });
}

test('of 10,000 tries by 64 clients of 3 servers a budget of 1,000 allows exactly 1,000', async (t) => {
  const servers = await replicas(t);
  const [first] = servers;
  const trace_id = await bound(first!.clients);
  const { session_id, agent_id } = await opened(first!.clients, { call_budget: 1_000 });
  const request = { trace_id, session_id, agent_id, tool: 'x' };
  const answers = new Map<string, number>();
  let triesLeft = 10_000;
  await Promise.all(
    Array.from({ length: 64 }, async (_, number) => {
      const client = clientOf(servers[number % REPLICAS]!);
      while (triesLeft-- > 0) {
        const { decision } = await authorize(client, request);
        const said = `${decision.effect} ${decision.reason}`;
        answers.set(said, (answers.get(said) ?? 0) + 1);
      }
      client.close();
    }),
  );
  expect(Object.fromEntries(answers)).toEqual({
    'EFFECT_ALLOW REASON_ALLOWED': 1_000,
    'EFFECT_DENY REASON_BUDGET_EXHAUSTED': 9_000,
  });
  const { session } = await first!.clients.sessions('GetSession', { session_id });
  expect(session).toMatchObject({ calls_made: 1_000, calls_remaining: 0 });
});

test('one key a hundred times at once over 3 servers is one charge and a hundred equal answers', async (t) => {
  const servers = await replicas(t);
  const [first] = servers;
  const trace_id = await bound(first!.clients);
  const { session_id, agent_id } = await opened(first!.clients, { rate_limit: 50 });
  const clients = servers.map(clientOf);
  const request = { trace_id, session_id, agent_id, tool: 'x', idempotency_key: 'k' };
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, number) => authorize(clients[number % REPLICAS]!, request)),
  );
  expect(new Set(answers.map(({ decision }) => decision.effect))).toEqual(new Set(['EFFECT_ALLOW']));
  expect(new Set(answers.map(({ decision }) => decision.decision_id)).size).toBe(1);
  expect(new Set(answers.map(({ usage }) => JSON.stringify(usage))).size).toBe(1);
  expect(answers.filter(({ decision }) => !decision.replayed)).toHaveLength(1);
  const { session } = await first!.clients.sessions('GetSession', { session_id });
  expect(session).toMatchObject({ calls_made: 1, window_calls: 1, sequence: 2 });
  for (const client of clients) client.close();
});

test('a budget is spent exactly although a server is killed amid the calls and each is repeated until it is answered', async (t) => {
  const servers = await replicas(t);
  const [first, , doomed] = servers;
  const trace_id = await bound(first!.clients);
  const { session_id, agent_id } = await opened(first!.clients, { call_budget: 500 });
  const answered = new Map<string, string>();
  let next = 0;
  let repeats = 0;
  const clients = servers.map(clientOf);
  const work = Promise.all(
    Array.from({ length: 48 }, async (_, worker) => {
      while (next < 2_000) {
        const idempotency_key = `key ${next++}`;
        for (let attempt = 0; !answered.has(idempotency_key); attempt++) {
          const client = clients[(worker + attempt) % REPLICAS]!;
          const request = { trace_id, session_id, agent_id, tool: 'x', idempotency_key };
          const answer = await authorize(client, request).catch(() => undefined);
          if (answer) answered.set(idempotency_key, answer.decision.effect);
          else repeats++;
        }
      }
    }),
  );
  await sleep(60);
  await doomed!.kill();
  await work;
  expect(repeats).toBeGreaterThan(0);
  const allowed = [...answered.values()].filter((effect) => effect === 'EFFECT_ALLOW');
  expect(answered.size).toBe(2_000);
  expect(allowed).toHaveLength(500);
  expect((await first!.clients.sessions('GetSession', { session_id })).session.calls_made).toBe(500);
  for (const client of clients) client.close();
});

test('a session is created ten times for an agent, however many servers are asked at once', async (t) => {
  const servers = await replicas(t);
  const attempts = Array.from({ length: 45 }, (_, number) =>
    servers[number % REPLICAS]!.clients.sessions('CreateSession', { agent_id: 'agent', all: {} }).then(
      () => 'created',
      ({ code }: grpc.ServiceError) => grpc.status[code],
    ),
  );
  const outcomes = await Promise.all(attempts);
  expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(10);
  expect(new Set(outcomes)).toEqual(new Set(['created', 'RESOURCE_EXHAUSTED']));
});

test('one key of CreateSession, StartRun and FinishRun over 3 servers at once has one effect', async (t) => {
  const servers = await replicas(t);
  const [first] = servers;
  const trace_id = await bound(first!.clients);
  const everywhere = (ask: (server: (typeof servers)[number]) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 30 }, (_, number) => ask(servers[number % REPLICAS]!)));
  const creation = { agent_id: 'agent', all: {}, idempotency_key: 'k' };
  const created = await everywhere(({ clients }) => clients.sessions('CreateSession', creation));
  expect(new Set(created.map(({ session }) => session.session_id)).size).toBe(1);
  expect(created.filter(({ replayed }) => !replayed)).toHaveLength(1);

  const start = { trace_id, skill_id: 'skill', idempotency_key: 'k' };
  const runs = await everywhere(({ clients }) => clients.runs('StartRun', start));
  expect(new Set(runs.map(({ run }) => run.run_id)).size).toBe(1);
  expect((await first!.clients.audit('ListRuns', {})).runs).toHaveLength(1);

  const finish = { run_id: runs[0].run.run_id, status: 'RUN_STATUS_OK', idempotency_key: 'k' };
  const finished = await everywhere(({ clients }) => clients.runs('FinishRun', finish));
  expect(new Set(finished.map(({ run }) => JSON.stringify(run.finished_at))).size).toBe(1);
});

test('a run is appended to by all servers at once without a gap, a double or a loss', async (t) => {
  const servers = await replicas(t);
  const [first] = servers;
  const trace_id = await bound(first!.clients);
  const { run } = await first!.clients.runs('StartRun', { trace_id, skill_id: 's' });
  const appends = 60;
  await Promise.all(
    Array.from({ length: appends }, async (_, number) => {
      const append = {
        run_id: run.run_id,
        events: [{ step: { iter: number, response: { usage: { input_tokens: 1 } } } }],
        idempotency_key: `key ${number}`,
      };
      // Sent to two servers at once, as a client does that lost its patience.
      await Promise.all(
        [0, 1].map((shift) => servers[(number + shift) % REPLICAS]!.clients.decisions('AppendAudit', append)),
      );
    }),
  );
  const events = await first!.clients.stream('AuditService', 'ListRunEvents', { run_id: run.run_id });
  expect(events.map(({ event }) => event.sequence)).toEqual(Array.from({ length: appends }, (_, index) => index + 1));
  const stored = (await first!.clients.runs('GetRun', run)).run;
  expect(stored).toMatchObject({ last_sequence: appends, token_totals: { input_tokens: appends } });
});
