// Checkpoints of real runs on both engines: what is signed, when, and what never is.
import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runLineOf } from '../../../src/core/ledger/ledger.ts';
import { appendAudit } from '../../../src/pdp/run/append-audit.ts';
import { sealRun } from '../../../src/pdp/run/change-run.ts';
import { startRun } from '../../../src/pdp/run/runs.ts';
import { sweep } from '../../../src/pdp/sweep/sweep.ts';
import { decodeAuditRecord } from '../../../src/state/codec/audit-record.ts';
import { runKeys } from '../../../src/state/redis/keys.ts';
import { storedRun } from '../../contract/fixtures.ts';
import { openReady } from '../../contract/redis/open.ts';
import { ENGINES } from '../../support/engines.ts';
import { withParts } from '../../support/pdp.ts';
import { startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import {
  append,
  checkpointsOf,
  confirmingWith,
  contextOver,
  finish,
  IDLE_MS,
  INTERVAL_MS,
  type LedgerRig,
  newKey,
  openRig,
  readNote,
  rootOfLog,
  runWith,
} from './rig.ts';

const RULES = { endedSessionRetentionMs: 900_000, runRetentionMs: 1_000 * IDLE_MS };

describe.each(ENGINES)('on %s', (engine) => {
  let rig: LedgerRig;
  beforeEach(async () => {
    rig = await openRig(engine);
  });
  afterEach(() => rig.close());

  test('a run that finishes has a checkpoint over all of its records and its end', async () => {
    const runId = await runWith(rig, 7);
    await finish(rig, runId, 'all done');
    const [only, ...others] = await checkpointsOf(rig, runId);
    expect(others).toEqual([]);
    const { origin, size, root, more } = readNote(only!.note);
    expect([origin, size, root]).toEqual([`tollgate/${runId}/0`, 7, await rootOfLog(rig, runId)]);

    const { run } = await storedRun(rig.state, runId);
    const lineHash = createHash('sha256').update(runLineOf(run)).digest('base64');
    expect(more).toMatchObject({ durability: rig.state.info.durability, run: `ok ${lineHash}` });
    const { salt, hash } = run.ledger.texts!;
    const texts = '{"inputs":{"question":"why"},"output":"all done","error":null}';
    const expected = createHash('sha256').update(Buffer.from(salt!, 'base64')).update(texts).digest('base64');
    expect(hash).toBe(expected);
    expect(JSON.parse(runLineOf(run)).texts_sha256).toBe(expected);
  });

  test('a run without records is signed, too', async () => {
    const runId = await runWith(rig, 0);
    await finish(rig, runId);
    const { size, root } = readNote((await checkpointsOf(rig, runId))[0]!.note);
    expect([size, root]).toEqual([0, createHash('sha256').digest('base64')]);
  });

  test('checkpoint after checkpoint, each goes on from the one before to the root of the whole', async () => {
    const runId = await runWith(rig, 0);
    for (const count of [1, 1, 2, 5, 64, 601]) {
      await append(rig, runId, count);
      await sealRun(rig.context, runId);
      const newest = (await checkpointsOf(rig, runId)).at(-1)!;
      const { run } = await storedRun(rig.state, runId);
      expect(readNote(newest.note)).toMatchObject({ size: run.lastSequence, root: await rootOfLog(rig, runId) });
    }
    await sealRun(rig.context, runId);
    const kept = await checkpointsOf(rig, runId);
    expect(kept.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(kept.every(({ note }) => readNote(note).more.run === undefined)).toBe(true);
  });

  test('a sweep signs what has grown once the interval has passed, and nothing twice', async () => {
    const runId = await runWith(rig, 3);
    const empty = await runWith(rig, 0);
    expect(await sweep(rig.context, RULES)).toMatchObject({ runsSigned: 0 });
    await rig.advance(INTERVAL_MS);
    expect(await sweep(rig.context, RULES)).toMatchObject({ runsSigned: 1, runsTimedOut: 0 });
    await rig.advance(INTERVAL_MS);
    expect(await sweep(rig.context, RULES)).toMatchObject({ runsSigned: 0 });
    await append(rig, runId, 1);
    expect(await sweep(rig.context, RULES)).toMatchObject({ runsSigned: 1 });
    expect((await checkpointsOf(rig, runId)).map(({ frontier }) => frontier.size)).toEqual([3, 4]);
    expect(await checkpointsOf(rig, empty)).toEqual([]);
  });

  test('a run that fell silent is finished with its final checkpoint', async () => {
    const runId = await runWith(rig, 2);
    await rig.advance(IDLE_MS + 1);
    expect(await sweep(rig.context, RULES)).toMatchObject({ runsTimedOut: 1, runsSigned: 0 });
    const { run } = await storedRun(rig.state, runId);
    expect(run.status).toBe('timeout');
    const [only] = await checkpointsOf(rig, runId);
    expect(readNote(only!.note)).toMatchObject({ size: 2, more: { run: expect.stringMatching(/^timeout /) } });
  });

  test('of many checkpoints 64 stay: the first, the newest, and others spread between them', async () => {
    const runId = await runWith(rig, 0);
    for (let count = 0; count < 80; count++) {
      await append(rig, runId, 1);
      await sealRun(rig.context, runId);
    }
    const sizes = (await checkpointsOf(rig, runId)).map(({ frontier }) => frontier.size);
    expect(sizes).toHaveLength(64);
    expect([sizes[0], sizes.at(-1)]).toEqual([1, 80]);
    expect(Math.max(...sizes.slice(1).map((size, index) => size - sizes[index]!))).toBeLessThanOrEqual(3);
    expect((await storedRun(rig.state, runId)).run.ledger).toMatchObject({
      checkpoints: 64,
      checkpoint: { number: 80 },
    });
  });

  test('without a key nothing is signed, and what was missed is signed once there is one', async () => {
    const without = withParts(rig.context, { ledger: { ...rig.context.pdp.ledger, key: undefined } });
    const runId = await runWith({ context: without }, 3);
    await finish({ context: without }, runId);
    expect(await checkpointsOf(rig, runId)).toEqual([]);
    await sealRun(rig.context, runId);
    const [only] = await checkpointsOf(rig, runId);
    expect(readNote(only!.note)).toMatchObject({ size: 3, more: { run: expect.stringMatching(/^ok /) } });
  });

  test('what cannot be confirmed is not signed, and the run goes on', async () => {
    const runId = await runWith(rig, 3);
    const unconfirmed = confirmingWith(rig.state, () => Promise.reject(new Error('no replica')));
    const context = { ...rig.context, state: unconfirmed };
    await expect(sealRun(context, runId)).rejects.toThrow('no replica');
    expect(await checkpointsOf(rig, runId)).toEqual([]);
    await append(rig, runId, 1);
    await finish(rig, runId);
    expect(await checkpointsOf(rig, runId)).toHaveLength(1);
  });
});

test('with replicas to confirm, nothing is signed that they do not have', async () => {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${master.port}`] });
  await eventually(async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
  const confirm = { replicas: 1, timeoutMs: 500 };
  const opened = await openReady({ commandTimeoutMs: 2_000, url: master.url, confirm });
  const witness = await openReady({ url: master.url });
  const confirmed = { state: opened, context: contextOver(opened, Date.now, newKey()) };
  const runId = await runWith(confirmed, 3);

  replica.pause();
  await expect(sealRun(confirmed.context, runId)).rejects.toMatchObject({ kind: 'state_unavailable' });
  await expect(finish(confirmed, runId)).rejects.toMatchObject({ kind: 'state_unavailable' });
  expect(await checkpointsOf({ state: witness }, runId)).toEqual([]);
  expect((await storedRun(witness, runId)).run.status).toBe('running');

  replica.resume();
  await eventually(async () => {
    await finish(confirmed, runId);
    return true;
  });
  const [only] = await checkpointsOf({ state: witness }, runId);
  expect(readNote(only!.note)).toMatchObject({ size: 3, more: { durability: 'replicated' } });
  await opened.close();
  await witness.close();
  await replica.stop();
  await master.stop();
});

test('with replicas to confirm, a repeat is acknowledged no sooner than what it repeats', async () => {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${master.port}`] });
  await eventually(async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
  const confirm = { replicas: 1, timeoutMs: 300 };
  const state = await openReady({ commandTimeoutMs: 2_000, url: master.url, confirm });
  const rules = { assertedFacts: 'all', requireIdentity: true, requireSession: true } as const;
  const context = withParts(contextOver(state, Date.now, undefined), { rules });
  const [running, ending] = [await runWith({ context }, 1), await runWith({ context }, 1)];
  const operation = { rpc: 'AppendAudit', key: 'key', fingerprint: '0'.repeat(16) };
  const events = [{ kind: 'error' as const, message: 'm' }];
  const start = { ...START, operation: { ...operation, rpc: 'StartRun' } };
  const acts = [
    () => appendAudit(context, { runId: running, events, idempotencyKey: operation }),
    () => finish({ context }, ending),
    () => startRun(context, start),
  ];

  replica.pause();
  for (const act of [...acts, ...acts]) await expect(act()).rejects.toMatchObject({ kind: 'state_unavailable' });
  replica.resume();
  await eventually(async () => (await acts[0]!()) && true);
  expect(await acts[0]!()).toMatchObject({ replayed: true, firstSequence: 2 });
  for (const act of acts) await act();
  await state.close();
  await replica.stop();
  await master.stop();
});

/** Of an asserted caller, so that nothing else is asked of the store. */
const START = {
  subject: { callerId: 'discord:1' },
  sessionId: undefined,
  skillId: 'skill',
  channelId: undefined,
  parentRunId: undefined,
  continuationParentRunId: undefined,
  inputs: undefined,
};

test('its twin, a server that does not ask the replicas, signs what they do not have', async () => {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${master.port}`] });
  await eventually(async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up'));
  const state = await openReady({ url: master.url });
  const unconfirmed = { state, context: contextOver(state, Date.now, newKey()) };
  replica.pause();
  const runId = await runWith(unconfirmed, 3);
  await sealRun(unconfirmed.context, runId);
  const [only] = await checkpointsOf(unconfirmed, runId);
  expect(readNote(only!.note).more.durability).not.toBe('replicated');
  replica.resume();
  await state.close();
  await replica.stop();
  await master.stop();
});

describe('a store that has lost something', () => {
  let rig: LedgerRig;
  let redis: Redis;
  beforeEach(async () => {
    rig = await openRig('Redis');
    redis = new Redis(rig.redis!.url);
  });
  afterEach(async () => {
    redis.disconnect();
    await rig.close();
  });

  test('of a run that its checkpoint knows longer begins a new epoch, which says so', async () => {
    const runId = await runWith(rig, 3);
    await sealRun(rig.context, runId);
    const { run, log } = runKeys(runId);
    const [runBefore, logBefore] = [await redis.dumpBuffer(run), await redis.dumpBuffer(log)];
    await append(rig, runId, 4);
    await sealRun(rig.context, runId);
    await redis.restore(run, 0, runBefore, 'REPLACE');
    await redis.restore(log, 0, logBefore, 'REPLACE');

    await append(rig, runId, 2);
    await finish(rig, runId);
    const { ledger, lastSequence } = (await storedRun(rig.state, runId)).run;
    expect([lastSequence, ledger.epoch]).toEqual([6, 1]);
    const records = (await rig.state.readLog(runId, { afterSequence: 5, limit: 10 })).map(decodeAuditRecord);
    expect(records.map(({ type, data }) => [type, JSON.parse(data!)])).toEqual([
      ['tollgate.epoch', { epoch: 1, lost_changes: 2 }],
    ]);
    const notes = (await checkpointsOf(rig, runId)).map(({ note }) => readNote(note));
    expect(notes.map(({ origin, size }) => [origin, size])).toEqual([
      [`tollgate/${runId}/0`, 3],
      [`tollgate/${runId}/0`, 7],
      [`tollgate/${runId}/1`, 6],
    ]);
    expect(notes.at(-1)!.root).toBe(await rootOfLog(rig, runId));
  });

  test('of a damaged log is not signed, and its run can finish all the same', async () => {
    const runId = await runWith(rig, 3);
    await redis.lset(runKeys(runId).log, 1, 'no record');
    await finish(rig, runId);
    expect((await storedRun(rig.state, runId)).run.status).toBe('ok');
    expect(await checkpointsOf(rig, runId)).toEqual([]);
  });

  test('between what was read and what is signed keeps the checkpoint out', async () => {
    const runId = await runWith(rig, 3);
    const { log } = runKeys(runId);
    // Another history with as many records comes up while the store is asked to confirm this one.
    const swapping = confirmingWith(rig.state, async () => {
      await redis.lset(log, 2, (await redis.lindexBuffer(log, 0))!);
    });
    await sealRun(contextOver(swapping, rig.context.pdp.clock, rig.context.pdp.ledger.key), runId);
    expect(await checkpointsOf(rig, runId)).toEqual([]);
  });
});
