// A list by subject costs what the subject has, however much others have: commands are counted by the server itself.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { listDecisions } from '../../../src/pdp/record/decision-queries.ts';
import { listRuns } from '../../../src/pdp/run/run-queries.ts';
import type { State } from '../../../src/state/port/state.ts';
import { plainContext } from '../../support/pdp.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { recordedStep } from '../decisions.ts';
import { commitOf, created, newRun } from '../fixtures.ts';
import { type OpenedRedis, openRedis } from './open.ts';

let server: RedisServer;
let opened: OpenedRedis;
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  opened = await openRedis(server);
  return () => opened.close();
});
afterAll(() => server?.stop());

/** Commands that the server has executed, those of scripts too. */
async function commandsOf(work: () => Promise<unknown>): Promise<number> {
  const count = async () => {
    const stats = await opened.redis.info('commandstats');
    const READS = /^cmdstat_(?:hget|hmget|hkeys|hvals|lrange|zrangebyscore|zrevrangebyscore|evalsha):calls=(\d+)/gm;
    return [...stats.matchAll(READS)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  };
  const before = await count();
  await work();
  return (await count()) - before;
}

async function decide(state: State, principal: string, count: number): Promise<void> {
  const session = await created(state);
  await state.noteSubjects(session.session.sessionId, [{ field: 'principal', value: principal }]);
  for (let left = count; left > 0; left--) {
    await state.charge(recordedStep(opened.clock, session, { context: { principal } }));
  }
}

test('decisions of a principal', async () => {
  const { state, clock } = opened;
  const context = plainContext(state, clock.now);
  const filter = { agentId: undefined, traceHash: undefined, effect: undefined, reason: undefined };
  const query = {
    of: 'everybody',
    fromMs: 0,
    toMs: Number.MAX_SAFE_INTEGER,
    filter: { ...filter, principal: 'discord:alice', rpc: undefined, tool: 'search' },
  } as const;
  const ask = () => listDecisions(context, query, { size: 50, after: undefined });
  await decide(state, 'discord:alice', 3);
  await decide(state, 'discord:bob', 1);
  const few = await commandsOf(ask);
  await decide(state, 'discord:bob', 200);
  await decide(state, 'discord:carol', 200);
  const many = await commandsOf(ask);
  expect((await ask()).decisions).toHaveLength(3);
  expect(many).toBe(few);
  // The same question without the index looks at every record, so that the count tells one from the other.
  const everybody = { ...query, filter: { ...query.filter, principal: undefined } };
  const walked = await commandsOf(() => listDecisions(context, everybody, { size: 50, after: undefined }));
  expect(walked).toBeGreaterThan(0);
  console.log(`store reads for a page of a principal: ${few} beside 1 foreign decision, ${many} beside 401`);
});

test('runs of a caller', async () => {
  const { state, clock } = opened;
  const context = plainContext(state, clock.now);
  const filter = {
    callerId: 'discord:alice',
    agentId: undefined,
    sessionId: undefined,
    skillId: undefined,
    status: undefined,
    includeDryRun: true,
    startedFromMs: clock.now() - 1_000,
    startedBeforeMs: clock.now() + 1_000,
  };
  const ask = () => listRuns(context, filter, { size: 50, after: undefined });
  const start = async (callerId: string, count: number) => {
    for (let left = count; left > 0; left--) await state.commitRun(commitOf(newRun(clock.now(), { callerId })));
  };
  await start('discord:alice', 3);
  await start('discord:bob', 1);
  const few = await commandsOf(ask);
  await start('discord:bob', 300);
  const many = await commandsOf(ask);
  expect((await ask()).runs).toHaveLength(3);
  expect(many).toBe(few);
  const walked = await commandsOf(() =>
    listRuns(context, { ...filter, callerId: undefined, status: 'ok' }, { size: 50, after: undefined }),
  );
  expect(walked).toBeGreaterThan(many);
  expect(
    (await listRuns(context, { ...filter, startedBeforeMs: clock.now() }, { size: 5, after: undefined })).runs,
  ).toEqual([]);
});
