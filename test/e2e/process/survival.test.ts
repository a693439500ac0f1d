// What a server has acknowledged is there after it has gone, whether it was stopped or killed.
import { describe, expect, test } from 'vitest';
import type { Answer, Clients } from '../../support/clients.ts';
import { ENGINES } from '../../support/engines.ts';
import { PATIENCE } from '../../support/server.ts';
import { structOf } from '../../support/structs.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, redisOf, serverOf } from './servers.ts';

const KEY = { idempotency_key: 'k' };
const BATCH = { calls: [{ tool: 'a' }, { tool: 'b' }], ...KEY };
const EVENTS = [
  { step: { iter: 1, response: { text: 'hello', usage: { input_tokens: 7, output_tokens: 2 } } } },
  { tool_use: { name: 'read_file', args: '{}', result: 'ok' } },
];

interface Told {
  readonly call: Answer;
  readonly authorized: Answer;
  readonly consumed: Answer;
  readonly creation: object;
  readonly created: Answer;
  readonly start: object;
  readonly run: Answer;
  readonly append: object;
  readonly appended: Answer;
  readonly closedId: string;
  readonly finish: object;
  readonly finished: Answer;
}

/** Everything that a server can be told, with what it answered. */
async function tell({ decisions, sessions, agents, identities, runs }: Clients): Promise<Told> {
  const trace_id = 'the trace';
  await identities('BindIdentity', {
    trace_id,
    identity: { platform: 'discord', user_id: '5', guild_id: '9', user_aliases: ['github:x'] },
  });
  const creation = { agent_id: 'agent', owner: 'discord:5', all: {}, call_budget: 10, rate_limit: 9, ...KEY };
  const created = await sessions('CreateSession', creation);
  const { session_id } = created.session;
  const call = { trace_id, session_id, agent_id: 'agent', tool: 'read_file', ...KEY };
  const authorized = await decisions('Authorize', call);
  const { tool: _, ...who } = call;
  const consumed = await decisions('ConsumeBudget', { ...who, ...BATCH });

  const closed = await sessions('CreateSession', { agent_id: 'agent', tools: { names: [] } });
  await sessions('CloseSession', { session_id: closed.session.session_id, ...KEY });
  await agents('DeactivateAgent', { agent_id: 'banned' });

  const start = { trace_id, session_id, skill_id: 'skill', inputs: structOf({ a: [1, null, 'x'] }), ...KEY };
  const { run } = await runs('StartRun', start);
  const append = { run_id: run.run_id, events: EVENTS, ...KEY };
  const appended = await decisions('AppendAudit', append);
  const { run: done } = await runs('StartRun', { trace_id, skill_id: 'done' });
  const finish = { run_id: done.run_id, status: 'RUN_STATUS_ERROR', error: 'oh', ...KEY };
  const finished = await runs('FinishRun', finish);
  const closedId = closed.session.session_id;
  return { call, authorized, consumed, creation, created, start, run, append, appended, closedId, finish, finished };
}

async function expectTold(clients: Clients, told: Told): Promise<void> {
  const { decisions, sessions, agents, identities, runs, audit, stream } = clients;
  const { call, authorized, consumed, run } = told;
  const { session_id } = call;

  const identity = await identities('GetIdentity', { trace_id: call.trace_id });
  expect(identity.identity).toMatchObject({ principal: 'discord:5', guild_id: '9', user_aliases: ['github:x'] });
  expect((await sessions('GetSession', { session_id })).session).toMatchObject({
    calls_made: 3,
    calls_remaining: 7,
    window_calls: 3,
    owner: 'discord:5',
    status: 'SESSION_STATUS_ACTIVE',
    sequence: 3,
  });

  const { tool: _, ...who } = call;
  const replays = [
    { first: authorized, again: await decisions('Authorize', call) },
    { first: consumed, again: await decisions('ConsumeBudget', { ...who, ...BATCH }) },
  ];
  for (const { first, again } of replays) {
    expect(again.decision).toMatchObject({ replayed: true, decision_id: first.decision.decision_id });
    expect(again.usage).toEqual(first.usage);
  }
  const recreated = await sessions('CreateSession', told.creation);
  expect(recreated).toMatchObject({ replayed: true, session: { session_id } });
  expect((await runs('StartRun', told.start)).run.run_id).toBe(run.run_id);
  expect(await decisions('AppendAudit', told.append)).toEqual({ ...told.appended, replayed: true });
  expect(await runs('FinishRun', told.finish)).toEqual(told.finished);
  const closed = await sessions('CloseSession', { session_id: told.closedId, ...KEY });
  expect(closed.session.status).toBe('SESSION_STATUS_CLOSED');
  expect((await agents('GetAgent', { agent_id: 'agent' })).agent.live_sessions).toBe(1);
  expect((await agents('GetAgent', { agent_id: 'banned' })).agent.deactivated).toBe(true);
  await expect(sessions('CreateSession', { agent_id: 'banned', all: {} })).rejects.toMatchObject({ code: 9 });

  expect((await runs('GetRun', run)).run).toMatchObject({
    last_sequence: 3,
    tool_calls_count: 1,
    token_totals: { input_tokens: 7, output_tokens: 2 },
    inputs: structOf({ a: [1, null, 'x'] }),
  });
  const events = await stream('AuditService', 'ListRunEvents', { run_id: run.run_id });
  expect(events.map(({ event }) => `${event.sequence} ${event.type}`)).toEqual([
    '1 step',
    '2 tool_call',
    '3 tool_result',
  ]);
  const listed = await audit('ListRuns');
  expect(listed.runs.map(({ skill_id }: Answer) => skill_id)).toEqual(['done', 'skill']);
}

describe.each(ENGINES)('the %s engine', (engine) => {
  const ends = [
    { title: 'stopped', end: 'stop' as const },
    { title: 'killed with -9', end: 'kill' as const },
  ];
  test.for(ends)(
    'keeps everything that was acknowledged when the server is $title, and goes on from there',
    async ({ end }, t) => {
      const store = engine === 'Redis' ? { store: (await redisOf(t)).url, env: PATIENCE } : {};
      const folder = folderOf(t);
      const first = await serverOf(t, { ...store, folder });
      const told = await tell(first.clients);
      await first[end]();

      const second = await serverOf(t, { ...store, folder });
      await expectTold(second.clients, told);
      const { decision, usage } = await second.clients.decisions('Authorize', {
        ...told.call,
        idempotency_key: 'other',
      });
      expect(decision).toMatchObject({ effect: 'EFFECT_ALLOW', replayed: false });
      expect(usage).toMatchObject({ calls_made: 4, sequence: 4 });
      await second.clients.decisions('AppendAudit', {
        run_id: told.run.run_id,
        events: [{ error: { message: 'late' } }],
      });
      expect((await second.clients.runs('GetRun', told.run)).run.last_sequence).toBe(4);
    },
  );

  test('loses no acknowledged charge when the server is killed in the middle of many, and counts none twice', async (t) => {
    const store = engine === 'Redis' ? { store: (await redisOf(t)).url, env: PATIENCE } : {};
    const folder = folderOf(t);
    const first = await serverOf(t, { ...store, folder });
    const { sessions } = first.clients;
    const { session } = await sessions('CreateSession', { agent_id: 'agent', all: {}, call_budget: 100_000 });
    const ask = (clients: Clients, key: string) =>
      clients.decisions('ConsumeBudget', {
        session_id: session.session_id,
        agent_id: 'agent',
        calls: [{ tool: 'x' }],
        idempotency_key: key,
      });
    const sent: string[] = [];
    const acknowledged = new Map<string, string>();
    let isOver = false;
    const workers = Array.from({ length: 8 }, async (_, worker) => {
      for (let number = 0; !isOver; number++) {
        const key = `${worker}-${number}`;
        sent.push(key);
        const answer = await ask(first.clients, key).catch(() => undefined);
        if (!answer) return;
        acknowledged.set(key, answer.decision.decision_id);
      }
    });
    await eventually(() => acknowledged.size >= 40);
    await first.kill();
    isOver = true;
    await Promise.all(workers);

    const second = await serverOf(t, { ...store, folder });
    const made = async () =>
      (await second.clients.sessions('GetSession', { session_id: session.session_id })).session.calls_made;
    expect(await made()).toBeGreaterThanOrEqual(acknowledged.size);
    expect(await made()).toBeLessThanOrEqual(sent.length);
    // Every one again, as a client would that does not know: each counts once.
    for (let from = 0; from < sent.length; from += 64) {
      await Promise.all(
        sent.slice(from, from + 64).map(async (key) => {
          const { decision } = await ask(second.clients, key);
          expect(decision.effect).toBe('EFFECT_ALLOW');
          if (acknowledged.has(key)) expect(decision.decision_id).toBe(acknowledged.get(key));
        }),
      );
    }
    expect(await made()).toBe(sent.length);
  });
});
