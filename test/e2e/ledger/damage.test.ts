// What lies in the store, changed behind the engine's back: each single change is found when the run is verified, under its
// name, and what was not changed is sound.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportRun } from '../../../src/pdp/ledger/export-run.ts';
import { getCheckpoint, verifyRun } from '../../../src/pdp/ledger/proofs.ts';
import { purgePayloads } from '../../../src/pdp/ledger/purge-payloads.ts';
import { appendAudit } from '../../../src/pdp/run/append-audit.ts';
import { sweep } from '../../../src/pdp/sweep/sweep.ts';
import { readLines } from '../../../src/verify/read-lines.ts';
import type { FaultKind } from '../../../src/verify/report.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { ENGINES } from '../../support/engines.ts';
import { extent } from '../../support/figures.ts';
import { type Random, randomFrom } from '../../support/random.ts';
import { LINE_MUTATIONS, subjectOf } from '../../unit/verify/mutations.ts';
import { append, finish, IDLE_MS, type LedgerRig, openRig, runWith } from './rig.ts';
import { type Store, type StoredBytes, storeOf } from './store-damage.ts';

const RUNS = extent({ cut: 3, whole: 60 });
const PER_RUN = extent({ cut: 30, whole: 100 });
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 30);

interface Damage {
  readonly bytes: StoredBytes;
  readonly named?: readonly FaultKind[];
}

/** @param other  the same of another run */
type Damaging = (stored: StoredBytes, random: Random, other: StoredBytes) => Damage | undefined;

const pick = <T>(random: Random, all: readonly T[]): T => all[random(all.length)]!;

function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  copy[random(copy.length)]! ^= 1 << random(8);
  return copy;
}

const withLog = (stored: StoredBytes, log: readonly Buffer[], ...named: FaultKind[]): Damage => ({
  bytes: { ...stored, log },
  ...(named.length > 0 && { named }),
});

const DAMAGES: Readonly<Record<string, Damaging>> = {
  'a bit of a record flipped': (stored, random) => {
    const at = random(stored.log.length);
    return withLog(stored, stored.log.with(at, flipped(stored.log[at]!, random)));
  },
  'a byte of a record taken out': (stored, random) => {
    const at = random(stored.log.length);
    const record = stored.log[at]!;
    const byte = random(record.length);
    return withLog(
      stored,
      stored.log.with(at, Buffer.concat([record.subarray(0, byte), record.subarray(byte + 1)])),
      'altered',
    );
  },
  'a record deleted': (stored, random) => {
    const at = random(stored.log.length);
    return withLog(stored, stored.log.toSpliced(at, 1), at === stored.log.length - 1 ? 'truncated' : 'missing');
  },
  'a record put in twice': (stored, random) => {
    const at = random(stored.log.length);
    return withLog(
      stored,
      stored.log.toSpliced(random(stored.log.length + 1), 0, stored.log[at]!),
      'inserted',
      'missing',
      'reordered',
    );
  },
  'two records exchanged': (stored, random) => {
    const [one, two] = [random(stored.log.length), random(stored.log.length)];
    if (one === two) return undefined;
    return withLog(stored, stored.log.with(one, stored.log[two]!).with(two, stored.log[one]!), 'reordered');
  },
  'a record of another run': (stored, random, other) => {
    const at = random(Math.min(stored.log.length, other.log.length));
    return withLog(stored, stored.log.with(at, other.log[at]!), 'altered');
  },
  'another run in its place': (_stored, _random, other) => ({ bytes: other, named: ['altered'] }),
  'the tail cut': (stored, random) => withLog(stored, stored.log.slice(0, random(stored.log.length)), 'truncated'),
  'only the effect of a decision, its hash redone': (stored) => {
    const at = stored.log.findIndex((record) => record.includes('"effect":"DENY"'));
    if (at < 0) return undefined;
    return withLog(stored, stored.log.with(at, forged(stored.log[at]!)), 'altered');
  },
  'a checkpoint flipped': (stored, random) => {
    const at = random(stored.checkpoints.length);
    const { number, bytes } = stored.checkpoints[at]!;
    // All but the number, by which it lies and which says nothing of the run.
    const from = random(10) === 0 ? 0 : 5;
    const rest = from === 0 ? flipped(bytes.subarray(0, 1), random) : flipped(bytes.subarray(from), random);
    const head = bytes.subarray(0, from);
    const tail = from === 0 ? bytes.subarray(1) : Buffer.alloc(0);
    const checkpoint = { number, bytes: Buffer.concat([head, rest, tail]) };
    return {
      bytes: { ...stored, checkpoints: stored.checkpoints.with(at, checkpoint) },
      named: ['altered', 'unknown signer'],
    };
  },
  'the newest checkpoint rolled back': (stored, random) => {
    if (stored.checkpoints.length < 2) return undefined;
    const bytes = pick(random, stored.checkpoints.slice(0, -1)).bytes;
    const { number } = stored.checkpoints.at(-1)!;
    const checkpoints = stored.checkpoints.with(-1, { number, bytes });
    // A run may finish without another record; what is then missing is how it finished.
    return { bytes: { ...stored, checkpoints }, named: ['rolled back', 'truncated'] };
  },
  'the newest checkpoint deleted': (stored) => {
    if (stored.checkpoints.length < 2) return undefined;
    return { bytes: { ...stored, checkpoints: stored.checkpoints.slice(0, -1) } };
  },
  'how the run finished': (stored, random) => {
    // Nothing is signed yet of the run itself while it goes on.
    if (stored.run.includes('"status":"running"')) return undefined;
    const [from, to] = pick(random, [
      ['"status":"ok"', '"status":"error"'],
      ['"output":"done', '"output":"dome'],
      [/"toolCallsCount":\d+/, '"toolCallsCount":77'],
      [/"skillId":"/, '"skillId":"x'],
      ['"callerAsserted":false', '"callerAsserted":true'],
    ] as const);
    const run = stored.run.replace(from, to);
    return run === stored.run ? undefined : { bytes: { ...stored, run }, named: ['altered'] };
  },
};

/** The record with DENY turned to ALLOW and its own hash made to fit again. */
function forged(record: Buffer): Buffer {
  const secretAt = 26 + record[25]! + 32;
  const secret = Buffer.from(
    record.subarray(secretAt).toString('latin1').replace('"effect":"DENY"', '"effect":"ALLOW"'),
    'latin1',
  );
  const hash = createHash('sha256').update(secret).digest();
  return Buffer.concat([record.subarray(0, secretAt - 32), hash, secret]);
}

describe.each(ENGINES)('on %s', (engine) => {
  let rig: LedgerRig;
  let store: Store;
  beforeEach(async () => {
    rig = await openRig(engine);
    store = storeOf(rig);
  });
  afterEach(async () => {
    store.close();
    await rig.close();
  });

  /** A run with checkpoints on its way, finished or signed as it runs. */
  async function someRun(random: Random, isFinished: boolean): Promise<{ runId: string; kept: string[] }> {
    const runId = await runWith(rig, 1 + random(6));
    const kept = [(await getCheckpoint(rig.context, runId)).note];
    for (let more = 1 + random(3); more > 0; more--) {
      await append(rig, runId, 1 + random(5));
      const payload = JSON.stringify({ effect: 'DENY', text: 'Ünïcödé – € 𝄞 \ufffd' });
      const events = [{ kind: 'custom' as const, type: 'decision', payload }];
      await appendAudit(rig.context, { runId, events, idempotencyKey: undefined });
      kept.push((await getCheckpoint(rig.context, runId)).note);
    }
    if (isFinished) await finish(rig, runId);
    return { runId, kept };
  }

  test(`any single change to what is stored of ${RUNS} runs is found`, { timeout: 1_800_000 }, async () => {
    const random = randomFrom(seed);
    const found = new Map<string, number>();
    for (let index = 0; index < RUNS; index++) {
      const { runId, kept } = await someRun(random, index % 3 > 0);
      const { runId: otherId } = await someRun(random, true);
      await verifyRun(rig.context, runId, []);
      const [stored, other] = [await store.read(runId), await store.read(otherId)];
      for (let tries = 0; tries < PER_RUN; tries++) {
        const sound = await verifyRun(rig.context, runId, kept);
        expect(sound.faults, `untouched, seed ${seed}`).toEqual([]);
        const name = pick(random, Object.keys(DAMAGES));
        const damage = DAMAGES[name]!(stored, random, other);
        if (!damage) continue;
        await store.write(runId, damage.bytes);
        const { faults } = await verifyRun(rig.context, runId, []);
        const what = `"${name}" of seed ${seed}: ${JSON.stringify(faults.slice(0, 3))}`;
        if (faults.length === 0) expect.fail(`not found: ${what}`);
        if (damage.named && !damage.named.includes(faults[0]!.kind)) expect.fail(`not ${damage.named}: ${what}`);
        found.set(name, (found.get(name) ?? 0) + 1);
        await store.write(runId, stored);
      }
    }
    console.log(
      `found on ${engine} of seed ${seed}: ${[...found].map(([name, count]) => `${name} ${count}`).join(', ')}`,
    );
  });

  test('a frontier that was changed goes into no checkpoint', async () => {
    const { runId, kept } = await someRun(randomFrom(seed), false);
    const stored = await store.read(runId);
    const { number, bytes } = stored.checkpoints.at(-1)!;
    const changed = Buffer.from(bytes);
    changed[30]! ^= 1;
    await store.write(runId, { ...stored, checkpoints: stored.checkpoints.with(-1, { number, bytes: changed }) });
    await append(rig, runId, 3);
    const { note } = await getCheckpoint(rig.context, runId);
    const { checkpoints } = await store.read(runId);
    const mended = [...checkpoints.slice(0, -2), { number, bytes }, checkpoints.at(-1)!];
    await store.write(runId, { ...(await store.read(runId)), checkpoints: mended });
    expect(await verifyRun(rig.context, runId, [...kept, note])).toMatchObject({ ok: true, faults: [] });
  });

  test('a run whose damaged log cannot be purged keeps no other from being tended', async () => {
    const ids = [await runWith(rig, 1), await runWith(rig, 1)].toSorted();
    const [damaged, silent] = ids as [string, string];
    await finish(rig, damaged);
    const stored = await store.read(damaged);
    await store.write(damaged, { ...stored, log: [Buffer.from('nothing')] });
    await expect(purgePayloads(rig.context, damaged)).rejects.toThrow();
    await rig.advance(IDLE_MS + 1);
    const rules = { endedSessionRetentionMs: 900_000, runRetentionMs: 1_000 * IDLE_MS };
    await expect(sweep(rig.context, rules)).rejects.toThrow();
    expect((await rig.state.readRun(silent)).stored?.run.status).toBe('timeout');
  });

  test('a checkpoint’s own number, which no evidence is, keeps no run from being verified', async () => {
    const { runId } = await someRun(randomFrom(seed), true);
    const stored = await store.read(runId);
    const { number, bytes } = stored.checkpoints.at(-1)!;
    for (const other of [number - 1, number + 1, 2 ** 31]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt32BE(other, 1);
      await store.write(runId, { ...stored, checkpoints: stored.checkpoints.with(-1, { number, bytes: changed }) });
      expect(await verifyRun(rig.context, runId, [])).toMatchObject({ ok: true, status: 'ok' });
    }
  });

  test('what is no checkpoint any more keeps no run from finishing, and is named', async () => {
    const { runId } = await someRun(randomFrom(seed), false);
    const stored = await store.read(runId);
    const { number, bytes } = stored.checkpoints.at(-1)!;
    const changed = Buffer.from(bytes);
    changed[0]! ^= 1;
    await store.write(runId, { ...stored, checkpoints: stored.checkpoints.with(-1, { number, bytes: changed }) });
    await append(rig, runId, 1);
    await finish(rig, runId);
    const where = `checkpoint ${stored.checkpoints.length}`;
    const [fault] = (await verifyRun(rig.context, runId, [])).faults;
    expect(fault).toMatchObject({ kind: 'altered', where });
    const { checkpoints } = await store.read(runId);
    await store.write(runId, { ...(await store.read(runId)), checkpoints: checkpoints.with(-2, { number, bytes }) });
    expect(await verifyRun(rig.context, runId, [])).toMatchObject({ ok: true, status: 'ok' });
  });

  test('any single change to what was exported is found', { timeout: 1_800_000 }, async () => {
    const random = randomFrom(seed);
    const keys = rig.context.pdp.ledger.key!.verifierKeys;
    for (let index = 0; index < RUNS; index++) {
      const { runId } = await someRun(random, index % 3 > 0);
      const lines: string[] = [];
      for await (const line of exportRun(rig.context, runId)) lines.push(line);
      expect((await verifyBundle(lines, { keys })).faults).toEqual([]);
      for (const [name, mutate] of Object.entries(LINE_MUTATIONS)) {
        const mutated = mutate(subjectOf(lines), random);
        if (!mutated) continue;
        const { faults } = await verifyBundle(readLines([mutated.bytes]), { keys });
        const what = `"${name}" of seed ${seed}: ${JSON.stringify(faults.slice(0, 3))}`;
        if (faults.length === 0) expect.fail(`not found: ${what}`);
        if (mutated.named && !mutated.named.includes(faults[0]!.kind)) expect.fail(`not ${mutated.named}: ${what}`);
      }
    }
  });
});
