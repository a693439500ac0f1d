// A server that comes back with less than it had: what it lost is found and brought back, whoever has changed the session
// in between, and whatever that change was. The loss is staged: the record is put back as it was, and the server is given
// another history, as a failover does both.
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { listRunEvents } from '../../../src/pdp/run/run-queries.ts';
import { decodeAuditRecord } from '../../../src/state/codec/audit-record.ts';
import { runKeys, sessionKey } from '../../../src/state/redis/keys.ts';
import {
  append,
  checkpointsOf,
  contextOver,
  finish,
  newKey,
  readNote,
  rootOfLog,
  runWith,
} from '../../e2e/ledger/rig.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import { created, step, stored, storedRun } from '../fixtures.ts';
import { openReady } from './open.ts';

/** What somebody who knows of no loss does first. */
const CHANGES = {
  'nothing at all': { act: async () => {}, calls: 0, changes: 0 },
  'a charge': { act: ({ state, record }: Scene) => state.charge(step(record)), calls: 1, changes: 1 },
  'a close': {
    act: ({ state, record }: Scene) => state.closeSession(record.session.sessionId, undefined),
    calls: 0,
    changes: 1,
  },
} as const;

type Scene = Parameters<typeof stored> extends [infer S, infer R] ? { state: S; record: R } : never;

test.each(Object.entries(CHANGES))('a lost charge is brought back after %s', async (_, { act, calls, changes }) => {
  const server = await startRedis({ args: ['--enable-debug-command', 'local'] });
  const redis = new Redis(server.url);
  const proxy = await startFaultProxy(server.port);
  const witness = await openReady({ url: `redis://127.0.0.1:${proxy.port}` });
  const other = await openReady({ url: server.url });
  const record = await created(witness);
  const key = sessionKey(record.session.sessionId);
  await witness.charge(step(record));
  const before = await redis.dumpBuffer(key);
  await witness.charge(step(record));

  proxy.set({ refuse: true });
  await eventually(() => proxy.connections === 0);
  await redis.restore(key, 60_000, before!, 'REPLACE');
  await redis.call('DEBUG', 'CHANGE-REPL-ID');
  await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await eventually(async () => (await other.now()) > 0 && other.info.lineageChanges === 1);
  await act({ state: other, record });

  proxy.set({});
  await eventually(() => witness.now());
  const { counters } = await stored(other, record);
  expect(counters).toMatchObject({ callsMade: 2 + calls, sequence: 3 + changes });
  expect(witness.info).toMatchObject({ lostWrites: 1, lineageChanges: 1 });
  expect(other.info.lostWrites).toBe(0);
  await witness.close();
  await other.close();
  redis.disconnect();
  await proxy.stop();
  await server.stop();
});

test('a lost append of a run begins a new epoch before the next record, whoever writes that', async () => {
  const server = await startRedis({ args: ['--enable-debug-command', 'local'] });
  const redis = new Redis(server.url);
  const proxy = await startFaultProxy(server.port);
  const witness = await openReady({ url: `redis://127.0.0.1:${proxy.port}` });
  const other = await openReady({ url: server.url });
  const key = newKey();
  const [mine, theirs] = [witness, other].map((state) => ({ state, context: contextOver(state, Date.now, key) })) as [
    { state: typeof witness; context: ReturnType<typeof contextOver> },
    { state: typeof other; context: ReturnType<typeof contextOver> },
  ];
  const runId = await runWith(mine, 2);
  const { run, log } = runKeys(runId);
  const [runBefore, logBefore] = [await redis.dumpBuffer(run), await redis.dumpBuffer(log)];
  await append(mine, runId, 3);
  const { signal } = new AbortController();
  const reader = (afterSequence: number, follow: boolean) =>
    shown(listRunEvents(theirs.context, { runId, afterSequence, follow }, signal));
  const following = reader(2, true);
  expect([await following.next(), await following.next(), await following.next()]).toMatchObject(
    ['3 note', '4 note', '5 note'].map((value) => ({ value })),
  );

  proxy.set({ refuse: true });
  await eventually(() => proxy.connections === 0);
  await redis.restore(run, 0, runBefore, 'REPLACE');
  await redis.restore(log, 0, logBefore, 'REPLACE');
  await redis.call('DEBUG', 'CHANGE-REPL-ID');
  await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await eventually(async () => (await other.now()) > 0 && other.info.lineageChanges === 1);
  // Somebody who knows of no loss; then the one who does comes back, and it is noted before anything else.
  await append(theirs, runId, 1);
  proxy.set({});
  await eventually(() => witness.now());
  expect((await other.readRun(runId)).lostChanges).toBe(1);

  await append(theirs, runId, 1);
  await finish(mine, runId);
  expect(await all(following)).toEqual(['4 tollgate.epoch', '5 note']);
  expect(await all(reader(7, false))).toEqual(['4 tollgate.epoch', '5 note']);
  expect(await all(reader(5, false))).toEqual([]);
  const records = (await other.readLog(runId, { afterSequence: 0, limit: 10 })).map(decodeAuditRecord);
  expect(records.map(({ sequence, type }) => [sequence, type])).toEqual([
    [1, 'note'],
    [2, 'note'],
    [3, 'note'],
    [4, 'tollgate.epoch'],
    [5, 'note'],
  ]);
  expect(JSON.parse(records[3]!.data!)).toEqual({ epoch: 1, lost_changes: 1 });
  expect((await other.readRun(runId)).lostChanges).toBe(0);
  expect((await storedRun(other, runId)).run.ledger.epoch).toBe(1);
  const [only] = (await checkpointsOf(mine, runId)).map(({ note }) => readNote(note));
  expect(only).toMatchObject({ origin: `tollgate/${runId}/1`, size: 5, root: await rootOfLog(mine, runId) });
  await witness.close();
  await other.close();
  redis.disconnect();
  await proxy.stop();
  await server.stop();
});

async function* shown(records: AsyncIterable<{ sequence: number; type: string }>): AsyncGenerator<string> {
  for await (const { sequence, type } of records) yield `${sequence} ${type}`;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
