// Runs of real stores, exported and verified by the code that shares nothing with what wrote them: sound as they are, and
// every damage to what is stored named.
import { generateKeyPairSync } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/core/limits.ts';
import { exportRun } from '../../../src/pdp/ledger/export-run.ts';
import { getCheckpoint, proveConsistency, proveInclusion, verifyRun } from '../../../src/pdp/ledger/proofs.ts';
import { purgePayloads } from '../../../src/pdp/ledger/purge-payloads.ts';
import { sealRun } from '../../../src/pdp/run/change-run.ts';
import { listRunEvents } from '../../../src/pdp/run/run-queries.ts';
import { sweep } from '../../../src/pdp/sweep/sweep.ts';
import { signNote, verifierKeyOf } from '../../../src/signing/signed-note.ts';
import { runKeys } from '../../../src/state/redis/keys.ts';
import { isIncluded } from '../../../src/verify/tree.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { storedRun } from '../../contract/fixtures.ts';
import { ENGINES } from '../../support/engines.ts';
import { withParts } from '../../support/pdp.ts';
import {
  answeringWith,
  append,
  confirmingWith,
  finish,
  IDLE_MS,
  type LedgerRig,
  newKey,
  openRig,
  readNote,
  rootOfLog,
  runWith,
} from './rig.ts';
import { storeOf } from './store-damage.ts';

const linesOf = ({ context }: LedgerRig, runId: string): Promise<string[]> => allOf(exportRun(context, runId));

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

describe.each(ENGINES)('on %s', (engine) => {
  let rig: LedgerRig;
  beforeEach(async () => {
    rig = await openRig(engine);
  });
  afterEach(() => rig.close());

  const verified = async (runId: string, context = rig.context) =>
    verifyBundle(await linesOf({ ...rig, context }, runId), { keys: context.pdp.ledger.key!.verifierKeys });

  test.each([0, 1, 7, 450])('an export of a finished run with %i records is sound', async (count) => {
    const runId = await runWith(rig, count);
    await finish(rig, runId);
    const report = await verified(runId);
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ ok: true, runId, status: 'ok', treeSize: count, checkpoints: 1, purged: [] });
    expect(report.rootHash).toBe(await rootOfLog(rig, runId));
    expect(await verifyRun(rig.context, runId, [])).toEqual(report);
  });

  test('so is one of a running run, which is signed for it, and later ones extend it', async () => {
    const runId = await runWith(rig, 3);
    const kept = [];
    for (const count of [1, 5, 0, 30]) {
      await append(rig, runId, count);
      kept.push((await getCheckpoint(rig.context, runId)).note);
      const report = await verifyRun(rig.context, runId, kept);
      expect(report).toMatchObject({ ok: true, faults: [], status: 'running' });
    }
    await finish(rig, runId);
    expect(await verifyRun(rig.context, runId, kept)).toMatchObject({
      ok: true,
      status: 'ok',
      treeSize: 39,
      checkpoints: 4,
    });
  });

  test('so is one of a run that fell silent, which is finished for it', async () => {
    const runId = await runWith(rig, 2);
    await rig.advance(IDLE_MS + 1);
    expect(await verified(runId)).toMatchObject({ ok: true, faults: [], status: 'timeout' });
    expect((await storedRun(rig.state, runId)).run.status).toBe('timeout');
  });

  test('so is one whose key was changed on the way, held to the keys of both', async () => {
    const runId = await runWith(rig, 2);
    await sealRun(rig.context, runId);
    const key = { name: 'next', privateKey: generateKeyPairSync('ed25519').privateKey };
    const [old, verifierKey] = [rig.context.pdp.ledger.key!, verifierKeyOf(key)];
    const verifierKeys = [old.verifierKey, verifierKey];
    const next = { verifierKey, verifierKeys, sign: (text: string) => signNote(text, key) };
    const context = withParts(rig.context, { ledger: { ...rig.context.pdp.ledger, key: next } });
    await append({ context }, runId, 2);
    await finish({ context }, runId);
    const lines = await linesOf({ ...rig, context }, runId);
    expect(JSON.parse(lines[0]!).keys).toEqual(verifierKeys);
    expect(await verifyBundle(lines, { keys: verifierKeys })).toMatchObject({
      ok: true,
      signers: ['tollgate', 'next'],
    });
    const { faults } = await verifyBundle(lines, { keys: [verifierKey] });
    expect(faults[0]).toMatchObject({ kind: 'unknown signer', where: 'checkpoint 1' });
  });

  test('so is one whose contents were purged, and it says so', async () => {
    const runId = await runWith(rig, 450);
    await finish(rig, runId, 'a secret');
    const before = (await getCheckpoint(rig.context, runId)).note;
    expect(await purgePayloads(rig.context, runId)).toBe(450);
    const lines = await linesOf(rig, runId);
    expect(lines.join('\n')).not.toMatch(/a secret|"index"|question/);
    const report = await verifyRun(rig.context, runId, [before]);
    expect(report).toMatchObject({ ok: true, faults: [], treeSize: 451, purged: [{ first: 1, last: 450 }] });
    const [{ type, payload }] = [JSON.parse(lines[451]!)];
    expect([type, JSON.parse(payload)]).toEqual(['tollgate.purge', { data: { first: 1, last: 450 } }]);

    expect(await purgePayloads(rig.context, runId)).toBe(450);
    expect((await storedRun(rig.state, runId)).run).toMatchObject({
      lastSequence: 451,
      inputs: undefined,
      output: undefined,
    });
  });

  test('an export during which the contents are purged is broken off, for it would show them as missing', async () => {
    const runId = await runWith(rig, 450);
    await finish(rig, runId);
    const reading = exportRun(rig.context, runId);
    for (let line = 0; line < 10; line++) await reading.next();
    await purgePayloads(rig.context, runId);
    await expect(allOf(reading)).rejects.toMatchObject({ kind: 'state_unavailable' });
    expect(await verified(runId)).toMatchObject({ ok: true, purged: [{ first: 1, last: 450 }] });
  });

  test('an export of a run that is removed meanwhile has no end', async () => {
    const runId = await runWith(rig, 450);
    await finish(rig, runId);
    const reading = exportRun(rig.context, runId);
    const listing = listRunEvents(
      rig.context,
      { runId, afterSequence: 0, follow: false },
      new AbortController().signal,
    );
    for (let line = 0; line < 10; line++) await Promise.all([reading.next(), listing.next()]);
    const { revision } = await storedRun(rig.state, runId);
    expect(await rig.state.removeRun(runId, revision)).toBe(true);
    await expect(allOf(reading)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(allOf(listing)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('no checkpoint is told of that could not be confirmed', async () => {
    const runId = await runWith(rig, 3);
    await finish(rig, runId);
    const context = { ...rig.context, state: confirmingWith(rig.state, () => Promise.reject(new Error('no replica'))) };
    await expect(getCheckpoint(context, runId)).rejects.toThrow('no replica');
    await expect(exportRun(context, runId).next()).rejects.toThrow('no replica');
  });

  test('a purge that was cut short is explained at every step, and a sweep goes on with it', async () => {
    const runId = await runWith(rig, 450);
    await finish(rig, runId);
    const purged = () => rig.state.readLog(runId, { afterSequence: 0, limit: 450 });
    for (const steps of [0, 1]) {
      let left = steps;
      const state = new Proxy(rig.state, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          const bound = typeof member === 'function' ? member.bind(target) : member;
          if (name !== 'purgePayloads') return bound;
          return (...given: unknown[]) => (left-- > 0 ? bound(...given) : Promise.reject(new Error('cut short')));
        },
      });
      await expect(purgePayloads({ ...rig.context, state }, runId)).rejects.toThrow('cut short');
      const report = await verifyRun(rig.context, runId, []);
      expect(report).toMatchObject({ ok: true, faults: [] });
      expect(report.purged).toEqual(steps === 0 ? [] : [{ first: 1, last: LIMITS.purgeChunk }]);
    }
    const rules = { endedSessionRetentionMs: 900_000, runRetentionMs: 1_000 * IDLE_MS };
    expect(await sweep(rig.context, rules)).toMatchObject({ purgesEnded: 1, runsTimedOut: 0, runsSigned: 0 });
    expect(await sweep(rig.context, rules)).toMatchObject({ purgesEnded: 0 });
    expect(await purgePayloads(rig.context, runId)).toBe(450);
    // Of each record its leaf: 58 bytes and the type.
    expect((await purged()).every(({ length }) => length === 58 + 'note'.length)).toBe(true);
    expect(await verifyRun(rig.context, runId, [])).toMatchObject({ ok: true, purged: [{ first: 1, last: 450 }] });
  });

  test('a run without records loses its texts, and says so', async () => {
    const runId = await runWith(rig, 0);
    await finish(rig, runId, 'a secret');
    expect(await purgePayloads(rig.context, runId)).toBe(0);
    expect((await linesOf(rig, runId))[0]).toContain('"texts":null');
    expect(await verified(runId)).toMatchObject({ ok: true, faults: [], treeSize: 1, purged: [] });
  });

  test('a running run is not purged', async () => {
    const runId = await runWith(rig, 2);
    await expect(purgePayloads(rig.context, runId)).rejects.toMatchObject({
      kind: 'wrong_state',
      subject: 'running_run',
    });
    expect(await verified(runId)).toMatchObject({ ok: true, purged: [] });
  });

  test('without a key, and without anyone who has signed before, there is nothing to export', async () => {
    const runId = await runWith(rig, 2);
    const context = withParts(rig.context, { ledger: { ...rig.context.pdp.ledger, key: undefined } });
    const ways = [
      () => exportRun(context, runId).next(),
      () => verifyRun(context, runId, []),
      () => getCheckpoint(context, runId),
    ];
    for (const ask of ways) {
      await expect(ask()).rejects.toMatchObject({ kind: 'wrong_state', subject: 'ledger' });
    }
  });

  test('proofs lead to the roots that checkpoints sign, and beyond the ledger there are none', async () => {
    const runId = await runWith(rig, 5);
    const older = readNote((await getCheckpoint(rig.context, runId)).note);
    await append(rig, runId, 6);
    const newer = readNote((await getCheckpoint(rig.context, runId)).note);
    const base64 = (hash: Uint8Array) => Buffer.from(hash).toString('base64');
    const consistency = await proveConsistency(rig.context, runId, { from: 5, size: undefined });
    expect([base64(consistency.rootBefore), base64(consistency.root)]).toEqual([older.root, newer.root]);
    const inclusion = await proveInclusion(rig.context, runId, { sequence: 3, size: 5 });
    expect([base64(inclusion.root), inclusion.size, inclusion.hashes.length]).toEqual([older.root, 5, 3]);
    const beyond = [
      () => proveInclusion(rig.context, runId, { sequence: 12, size: undefined }),
      () => proveInclusion(rig.context, runId, { sequence: 6, size: 5 }),
      () => proveConsistency(rig.context, runId, { from: 5, size: 12 }),
      () => proveConsistency(rig.context, runId, { from: 8, size: 7 }),
    ];
    for (const ask of beyond) await expect(ask()).rejects.toMatchObject({ kind: 'invalid_request' });
  });

  test('one proof after another reads what is new of a log, and the whole of it once the store has lost some', async () => {
    const [runId, otherId] = [await runWith(rig, 250), await runWith(rig, 254)];
    const read = { count: 0 };
    const readLog: LedgerRig['state']['readLog'] = async (...asked) => {
      const page = await rig.state.readLog(...asked);
      read.count += page.length;
      return page;
    };
    const context = { ...rig.context, state: answeringWith(rig.state, { readLog }) };
    const prove = async (sequence: number) => {
      read.count = 0;
      const { leafHash, size, root, hashes } = await proveInclusion(context, runId, { sequence, size: undefined });
      expect(isIncluded({ hash: leafHash, index: sequence - 1, size, root, proof: hashes })).toBe(true);
      expect(Buffer.from(root).toString('base64')).toBe(await rootOfLog(rig, runId));
      return read.count;
    };
    expect([await prove(250), await prove(3)]).toEqual([250, 1]);
    await append(rig, runId, 4);
    expect([await prove(3), await prove(254)]).toEqual([5, 1]);
    const store = storeOf(rig);
    await store.write(runId, { ...(await store.read(runId)), log: (await store.read(otherId)).log });
    store.close();
    expect([await prove(3), await prove(254)]).toEqual([255, 1]);
    // Side by side, one of the two reads the log for itself.
    await append(rig, runId, 1);
    await Promise.all([prove(1), prove(2)]);
  });
});

describe('what somebody did to the store', () => {
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

  const flipped = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = copy[at]! ^ 1;
    return copy;
  };
  type Harm = (names: ReturnType<typeof runKeys>) => Promise<unknown>;
  const HARMS: Readonly<Record<string, { harm: Harm; kind: string }>> = {
    'a flipped bit of a payload': {
      harm: async ({ log }) => redis.lset(log, 4, flipped((await redis.lindexBuffer(log, 4))!, -1 + 90)),
      kind: 'altered',
    },
    'a flipped bit of a leaf': {
      harm: async ({ log }) => redis.lset(log, 4, flipped((await redis.lindexBuffer(log, 4))!, 12)),
      kind: 'altered',
    },
    'bytes that are no record': { harm: ({ log }) => redis.lset(log, 4, 'x'), kind: 'altered' },
    'a payload that is gone': {
      harm: async ({ log }) => redis.lset(log, 4, (await redis.lindexBuffer(log, 4))!.subarray(0, 58 + 4)),
      kind: 'missing',
    },
    'a record that is gone': {
      harm: async ({ log }) => redis.lrem(log, 1, (await redis.lindexBuffer(log, 4))!),
      kind: 'missing',
    },
    'two records that changed places': {
      harm: async ({ log }) => {
        const [fifth, sixth] = await redis.lrangeBuffer(log, 4, 5);
        await redis.lset(log, 4, sixth!);
        await redis.lset(log, 5, fifth!);
      },
      kind: 'reordered',
    },
    'a tail that was cut': { harm: ({ log }) => redis.ltrim(log, 0, 6), kind: 'truncated' },
    'another status of the run': {
      harm: async ({ run }) =>
        redis.hset(run, 'r', (await redis.hget(run, 'r'))!.replace('"status":"ok"', '"status":"error"')),
      kind: 'altered',
    },
    'another output of the run': {
      harm: async ({ run }) => redis.hset(run, 'r', (await redis.hget(run, 'r'))!.replace('"done"', '"none"')),
      kind: 'altered',
    },
  };
  test.each(Object.entries(HARMS))('%s is named', async (_, { harm, kind }) => {
    const runId = await runWith(rig, 9);
    await sealRun(rig.context, runId);
    await finish(rig, runId);
    expect(await verifyRun(rig.context, runId, [])).toMatchObject({ ok: true });
    await harm(runKeys(runId));
    const report = await verifyRun(rig.context, runId, []);
    expect(report.ok).toBe(false);
    expect(report.faults[0]!.kind).toBe(kind);
  });

  test('a whole older state is sound in itself, and is found by whoever kept a checkpoint', async () => {
    const runId = await runWith(rig, 3);
    const keys = Object.values(runKeys(runId)).flat();
    await sealRun(rig.context, runId);
    const before = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
    await append(rig, runId, 3);
    const { note } = await getCheckpoint(rig.context, runId);
    for (const [index, key] of keys.entries()) {
      await redis.del(key);
      if (before[index]) await redis.restore(key, 0, before[index]);
    }
    expect(await verifyRun(rig.context, runId, [])).toMatchObject({ ok: true, treeSize: 3 });
    const { ok, faults } = await verifyRun(rig.context, runId, [note]);
    expect([ok, faults[0]!.kind]).toEqual([false, 'rolled back']);
  });

  test('a forged ledger, signed with another key, is of an unknown signer', async () => {
    const runId = await runWith(rig, 3);
    const forger = withParts(rig.context, { ledger: { ...rig.context.pdp.ledger, key: newKey() } });
    await finish({ context: forger }, runId);
    const { faults } = await verifyRun(rig.context, runId, []);
    expect(faults[0]!.kind).toBe('unknown signer');
  });

  test('a store that lost the end of a run is sound, though the run then ended otherwise', async () => {
    const runId = await runWith(rig, 3);
    const { run, log } = runKeys(runId);
    const [runBefore, logBefore] = [await redis.dumpBuffer(run), await redis.dumpBuffer(log)];
    await finish(rig, runId, 'first');
    await redis.restore(run, 0, runBefore, 'REPLACE');
    await redis.restore(log, 0, logBefore, 'REPLACE');
    await append(rig, runId, 2);
    await getCheckpoint(rig.context, runId);
    await finish(rig, runId, 'second');
    const report = await verifyRun(rig.context, runId, []);
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ ok: true, epoch: 1, treeSize: 6, checkpoints: 3 });
  });

  test('a store that lost some of a run is sound, for the run says so itself', async () => {
    const runId = await runWith(rig, 3);
    await sealRun(rig.context, runId);
    const { run, log } = runKeys(runId);
    const [runBefore, logBefore] = [await redis.dumpBuffer(run), await redis.dumpBuffer(log)];
    for (const count of [4, 2]) {
      await append(rig, runId, count);
      await sealRun(rig.context, runId);
    }
    await redis.restore(run, 0, runBefore, 'REPLACE');
    await redis.restore(log, 0, logBefore, 'REPLACE');
    await append(rig, runId, 2);
    await finish(rig, runId);
    const report = await verifyRun(rig.context, runId, []);
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ ok: true, epoch: 1, treeSize: 6, checkpoints: 4 });
    expect(report.notes.join('\n')).toContain('rolled back at record 6');
  });
});
