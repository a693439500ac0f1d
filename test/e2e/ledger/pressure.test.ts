// One run's ledger under many writers, over one server and over several: numbered without a gap, nothing twice, each
// writer's events in its own order, whatever is sent again.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Clients, clientsOf } from '../../support/clients.ts';
import { ENGINES } from '../../support/engines.ts';
import { extent } from '../../support/figures.ts';
import { seeded } from '../../support/random.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { callOf, started } from '../../support/scene.ts';
import { PATIENCE, type RunningServer, startServer } from '../../support/server.ts';

const WRITERS = 6;
const EVENTS = extent({ cut: 150, whole: 2_000 });
const CALL_MAX = 100;
const TOKENS = { input_tokens: 3, output_tokens: 2, thinking_tokens: 1, cache_read_tokens: 4 };
/** Servers over one store; the embedded one has a single owner. */
const SERVERS = { embedded: 1, Redis: 3 } as const;

/** Each becomes one record, and its id can be found in it. */
function eventOf(id: string, kind: number): object {
  if (kind === 0) return { custom: { type: 'mark', payload: { fields: { id: { stringValue: id } } } } };
  if (kind === 1) return { error: { message: id } };
  return { step: { response: { text: id, usage: TOKENS } } };
}

function idOf({ type, payload: { fields } }: Answer): string {
  return { mark: fields.id, error: fields.message, step: fields.text }[type as 'mark'].stringValue;
}

describe.each(ENGINES)('a run with many writers, %s engine', (engine) => {
  let redis: RedisServer | undefined;
  const servers: RunningServer[] = [];
  const clients: Clients[] = [];

  beforeAll(async () => {
    redis = engine === 'Redis' ? await startRedis() : undefined;
    for (let index = 0; index < SERVERS[engine]; index++) {
      servers.push(await startServer({ ...(redis && { store: redis.url, env: PATIENCE }) }));
      clients.push(clientsOf(servers.at(-1)!));
    }
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    for (const server of servers) await server.stop();
    await redis?.stop();
  });

  const logOf = async (run_id: string): Promise<Answer[]> =>
    (await clients[0]!.stream('AuditService', 'ListRunEvents', { run_id })).map(({ event }) => event);
  const runOf = async (run_id: string) => (await clients[0]!.runs('GetRun', { run_id })).run;

  test('holds every event once, numbered without a gap, each writer’s in order and each call’s together', {
    timeout: 300_000,
  }, async () => {
    const { run_id } = await started(clients[0]!);
    const random = seeded(7);
    const calls: string[][] = [];
    let tokens = 0;
    const write = async (writer: number) => {
      for (let next = 0; next < EVENTS; ) {
        const count = Math.min(1 + Math.floor(random() * CALL_MAX), EVENTS - next);
        const ids = Array.from({ length: count }, (_, index) => `${writer}-${next + index}`);
        const kinds = ids.map(() => Math.floor(random() * 3));
        const request = {
          run_id,
          events: ids.map((id, index) => eventOf(id, kinds[index]!)),
          idempotency_key: `${writer}-${next}`,
        };
        tokens += kinds.filter((kind) => kind === 2).length;
        // Some are sent twice at once, to two servers where there are as many, and some again later.
        const twice = random() < 0.3;
        const asked = [writer, ...(twice ? [writer + 1] : [])].map((index) => clients[index % clients.length]!);
        const answers = await Promise.all(asked.map((client) => client.decisions('AppendAudit', request)));
        expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
        for (const { first_sequence, last_sequence } of answers) {
          expect(last_sequence - first_sequence + 1).toBe(count);
          expect(first_sequence).toBe(answers[0].first_sequence);
        }
        if (random() < 0.2) {
          const again = await clients[(writer + 2) % clients.length]!.decisions('AppendAudit', request);
          expect(again).toMatchObject({ replayed: true, first_sequence: answers[0].first_sequence });
        }
        calls.push(ids);
        next += count;
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));

    const log = await logOf(run_id);
    expect(log.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: WRITERS * EVENTS }, (_, index) => index + 1),
    );
    const ids = log.map(idOf);
    expect(new Set(ids).size).toBe(WRITERS * EVENTS);
    for (let writer = 0; writer < WRITERS; writer++) {
      const own = ids.filter((id) => id.startsWith(`${writer}-`));
      expect(own).toEqual(Array.from({ length: EVENTS }, (_, index) => `${writer}-${index}`));
    }
    for (const call of calls) {
      const from = ids.indexOf(call[0]!);
      expect(ids.slice(from, from + call.length)).toEqual(call);
    }
    const times = log.map(({ stored_at }) => stored_at.seconds * 1_000 + (stored_at.nanos ?? 0) / 1e6);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(await runOf(run_id)).toMatchObject({
      last_sequence: WRITERS * EVENTS,
      token_totals: Object.fromEntries(Object.entries(TOKENS).map(([name, each]) => [name, each * tokens])),
    });
  });

  test('adds nothing for a key that is used again, its tokens and calls included; without a key it does', async () => {
    const { run_id } = await started(clients[0]!);
    const events = [
      { step: { response: { text: 'once', usage: TOKENS } } },
      { tool_use: { name: 'read_file', id: '1' } },
    ];
    const request = { run_id, events, idempotency_key: randomUUID() };
    const first = await clients[0]!.decisions('AppendAudit', request);
    const again = await Promise.all(
      Array.from({ length: 20 }, (_, index) => clients[index % clients.length]!.decisions('AppendAudit', request)),
    );
    for (const answer of again) expect(answer).toEqual({ ...first, replayed: true });
    const once = await runOf(run_id);
    expect(once).toMatchObject({ last_sequence: 3, tool_calls_count: 1, token_totals: TOKENS });
    // The twin: what the key protects from.
    await clients[0]!.decisions('AppendAudit', { run_id, events });
    expect(await runOf(run_id)).toMatchObject({
      last_sequence: 6,
      tool_calls_count: 2,
      token_totals: { input_tokens: 6, output_tokens: 4, thinking_tokens: 2, cache_read_tokens: 8 },
    });
  });

  test('knows a request again whose maps a client has written in another order', async () => {
    const [a, b] = [{ stringValue: 'x' }, { structValue: { fields: { c: { numberValue: 1 }, d: { nullValue: 0 } } } }];
    const [one, other] = [{ fields: { a, b } }, { fields: { b, a } }];
    const { trace_id } = await callOf(clients[0]!);
    const start = { trace_id, skill_id: 'skill', idempotency_key: randomUUID() };
    const { run } = await clients[0]!.runs('StartRun', { ...start, inputs: one });
    expect((await clients[0]!.runs('StartRun', { ...start, inputs: other })).run.run_id).toBe(run.run_id);
    const append = (payload: object) => {
      const request = { run_id: run.run_id, idempotency_key: 'key', events: [{ custom: { type: 'note', payload } }] };
      return clients[0]!.decisions('AppendAudit', request);
    };
    await append(one);
    expect(await append(other)).toMatchObject({ replayed: true, last_sequence: 1 });
  });

  test('takes all events of a call or none, to the end of the run', async () => {
    const { run_id } = await started(clients[0]!);
    const append = (client: Clients, key: string) =>
      client.decisions('AppendAudit', {
        run_id,
        events: Array.from({ length: CALL_MAX }, (_, index) => eventOf(`${key}-${index}`, 0)),
        idempotency_key: key,
      });
    const appends = Array.from({ length: 30 }, (_, index) => append(clients[index % clients.length]!, `${index}`));
    await appends[3];
    const finished = clients.at(-1)!.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' });
    const settled = await Promise.allSettled(appends);
    const stored = settled.filter(({ status }) => status === 'fulfilled').length;
    for (const one of settled) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 9 });
    }
    const { run } = await finished;
    expect(run.last_sequence).toBe(stored * CALL_MAX);
    const log = await logOf(run_id);
    expect(log.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: stored * CALL_MAX }, (_, index) => index + 1),
    );
    const keys = [...new Set(log.map((event) => idOf(event).split('-')[0]))];
    expect(keys).toHaveLength(stored);
    for (const [index, { status }] of settled.entries()) {
      expect(keys.includes(`${index}`)).toBe(status === 'fulfilled');
    }
  });
});
