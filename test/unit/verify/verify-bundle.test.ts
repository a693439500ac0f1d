// What each fault of a bundle is called. Bundles come from a writer that shares nothing with the verifier.
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/verify/report.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { randomFrom } from '../../support/random.ts';
import { KEY, KEYS, ledgerOf, STRANGER } from './ledgers.ts';
import { bundleOf, leavesOf, makeRecord, noteOf, notesOf, type RefLedger } from './reference-bundle.ts';

const plain = { hasEpochs: false, isPurged: false, records: 12 };
/** Twelve records; checkpoints at 4, 8 and 12. */
const finished = withCheckpoints(ledgerOf(1, { ...plain, status: 'ok' }));
const running = withCheckpoints(ledgerOf(2, { ...plain, status: 'running' }));

function withCheckpoints(ledger: RefLedger, sizes: readonly number[] = [4, 8, ledger.records.length]): RefLedger {
  return { ...ledger, checkpoints: sizes.map((size) => ({ epoch: 0, size })) };
}

const verify = (lines: readonly string[], checkpoints: readonly string[] = []) =>
  verifyBundle(lines, { keys: KEYS, checkpoints });

const first = ({ faults }: Report) => faults[0] && `${faults[0].kind}: ${faults[0].where}`;

/** The lines with those of some places put in the place of another count of lines. */
const spliced = (lines: readonly string[], at: number, remove: number, ...insert: readonly string[]) =>
  lines.toSpliced(at, remove, ...insert);

describe('an untouched bundle', () => {
  test('of a finished run is sound, and the report says what is proven', async () => {
    const report = await verify(bundleOf(finished));
    expect(report).toMatchObject({
      ok: true,
      faults: [],
      notes: [],
      runId: finished.runId,
      status: 'ok',
      treeSize: 12,
      epoch: 0,
      durability: 'flushed',
      signers: ['tollgate'],
      records: 12,
      checkpoints: 3,
      purged: [],
    });
    expect(notesOf(finished)[2]).toContain(`\n12\n${report.rootHash}\n`);
  });

  test('of a running run is sound as of its newest checkpoint', async () => {
    const report = await verify(bundleOf(running));
    expect(report).toMatchObject({ ok: true, status: 'running', treeSize: 12 });
    expect(report.notes).toEqual([
      `the run goes on: proven is what it held at ${new Date(1_790_000_050_012).toISOString()}`,
    ]);
  });

  test('is sound whatever of chance it holds', async () => {
    for (let seed = 0; seed < 300; seed++) {
      const report = await verify(bundleOf(ledgerOf(seed)));
      expect(report.faults, `seed ${seed}`).toEqual([]);
      expect(report.ok).toBe(true);
    }
  });

  test('is sound at any size, with checkpoints at any', async () => {
    for (const size of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32]) {
      const ledger = { ...running, records: ledgerOf(4, { ...plain, records: 32 }).records.slice(0, size) };
      for (let middle = 0; middle <= size; middle++) {
        const checkpoints = [0, middle, size].map((of, index) => ({ epoch: 0, size: of, timeMs: index }));
        expect((await verify(bundleOf({ ...ledger, checkpoints }))).faults, `${middle} of ${size}`).toEqual([]);
      }
    }
  });

  test('says which payloads were purged', async () => {
    const ledger = ledgerOf(3, { ...plain, status: 'ok', isPurged: true });
    const left = ledger.records.map((record) =>
      record.sequence > 12 ? record : { ...record, salt: null, payload: null },
    );
    expect((await verify(bundleOf({ ...ledger, records: left }))).purged).toEqual([{ first: 1, last: 12 }]);
  });
});

describe('a fault is named', () => {
  const lines = bundleOf(finished);
  const line = (sequence: number) => lines[sequence]!;
  const other = ledgerOf(5, { ...plain, status: 'ok' });

  test.each<[string, readonly string[], string]>([
    ['a payload', spliced(lines, 5, 1, line(5).replace(/"payload":"(.*?)n/, '"payload":"$1m')), 'altered: record 5'],
    [
      'a copy of the sequence',
      spliced(lines, 5, 1, line(5).replace(/"sequence":5/, '"sequence":6')),
      'altered: record 5',
    ],
    ['a line that is no JSON', spliced(lines, 5, 1, line(5).slice(1)), 'altered: line 6'],
    ['a blank that means nothing', spliced(lines, 5, 1, `${line(5)} `), 'altered: line 6'],
    ['a field given twice', spliced(lines, 5, 1, line(5).replace('{', '{"sequence":5,')), 'altered: line 6'],
    ['a line put in', spliced(lines, 5, 0, 'hello'), 'inserted: line 6'],
    ['a record left out', spliced(lines, 5, 2), 'missing: records 5 to 6'],
    ['a record twice', spliced(lines, 5, 0, line(4)), 'inserted: line 6'],
    ['two records changed over', spliced(lines, 5, 2, line(6), line(5)), 'reordered: record 5'],
    ['a record of another run', spliced(lines, 5, 1, bundleOf(other)[5]!), 'altered: records 5 to 8'],
    ['no end', lines.slice(0, -1), 'truncated: end'],
    ['half of it', lines.slice(0, 7), 'truncated: end'],
    ['nothing at all', [], 'missing: line 1'],
    ['no header', lines.slice(1), 'missing: line 1'],
    ['the last record left out', spliced(lines, 12, 1), 'truncated: end'],
    ['a checkpoint left out', spliced(lines, 14, 1), 'truncated: end'],
    ['a checkpoint twice', spliced(lines, 14, 0, lines[13]!), 'inserted: checkpoint 2'],
    ['a checkpoint of another run', spliced(lines, 14, 1, bundleOf(other).at(-3)!), 'altered: checkpoint 2'],
    ['two checkpoints changed over', spliced(lines, 13, 2, lines[14]!, lines[13]!), 'rolled back: checkpoint 2'],
    ['the newest checkpoint replaced by the first', spliced(lines, 15, 1, lines[13]!), 'rolled back: checkpoint 3'],
    [
      'another status',
      spliced(lines, 0, 1, lines[0]!.replace('"status":"ok"', '"status":"error"')),
      'altered: run line',
    ],
    ['another output', spliced(lines, 0, 1, lines[0]!.replace('A report', 'A rePort')), 'altered: texts'],
    ['another key', spliced(lines, 0, 1, lines[0]!.replace(KEY.vkey, STRANGER.vkey)), 'altered: keys'],
    [
      'the proof of inclusion',
      spliced(lines, 16, 1, lines[16]!.replace(/.","/, '",'.concat('"'))),
      'altered: proof of inclusion',
    ],
  ])('%s', async (_, changed, expected) => {
    const report = await verify(changed);
    expect(report.ok).toBe(false);
    expect(first(report), JSON.stringify(report.faults)).toBe(expected);
  });

  test('the effect of a decision, with its payload hash recomputed', async () => {
    const data = { decision_id: 'x', rpc: 'Authorize', effect: 'DENY', reason: 'BUDGET_EXHAUSTED', at: 1 };
    const random = randomFrom(7);
    const of = (effect: string) =>
      makeRecord({ sequence: 6, type: 'tollgate.decision', data: { ...data, effect } }, random);
    const ledger = { ...finished, records: spliceRecord(finished, 6, of('DENY')) };
    const forged = bundleOf({ ...ledger, records: spliceRecord(ledger, 6, of('ALLOW')) });
    const signed = bundleOf(ledger);
    expect((await verify(signed)).ok).toBe(true);
    const report = await verify([...forged.slice(0, 13), ...signed.slice(13)]);
    expect(first(report)).toBe('altered: records 5 to 8');
  });

  test('a signer that nobody gave, and a signature of another text', async () => {
    const key = { ...finished, key: STRANGER };
    const unknown = await verify(bundleOf(key));
    expect(first(unknown)).toBe('unknown signer: checkpoint 1');
    expect(unknown.faults[0]!.detail).toBe(`"${STRANGER.vkey.slice(0, 17)}" is none of the given keys`);
    expect(first(await verifyBundle(lines, { keys: [] }))).toBe('unknown signer: checkpoint 1');
    const changed = lines[13]!.replace('durability flushed', 'durability flushee');
    expect(first(await verify(spliced(lines, 13, 1, changed)))).toBe('altered: checkpoint 1');
  });

  test('a fork: the same key signed another tree of the same size', async () => {
    const random = randomFrom(9);
    const forkedLeaves = leavesOf(finished).with(6, makeRecord({ sequence: 7, type: 'STEP', data: {} }, random).leaf);
    const inside = {
      ...finished,
      checkpoints: finished.checkpoints.with(1, { epoch: 0, size: 8, leaves: forkedLeaves }),
    };
    expect(first(await verify(bundleOf(inside)))).toBe('forked: checkpoint 2');
    const given = noteOf(finished, { epoch: 0, size: 9, leaves: forkedLeaves }, false);
    expect(first(await verify(lines, [given]))).toBe('forked: given checkpoint 1');
  });

  test('an older export, which is sound by itself, by a checkpoint from elsewhere', async () => {
    const older = { ...running, records: running.records.slice(0, 8), checkpoints: running.checkpoints.slice(0, 2) };
    expect((await verify(bundleOf(older))).ok).toBe(true);
    const [, , newest] = notesOf(running);
    expect(first(await verify(bundleOf(older), [newest!]))).toBe('rolled back: given checkpoint 1');
    expect((await verify(bundleOf(running), notesOf(running))).ok).toBe(true);
  });

  test('a finished run that is shown as it ran', async () => {
    const shownRunning = bundleOf({ ...finished, status: 'running' });
    expect((await verify(shownRunning)).ok).toBe(true);
    expect(first(await verify(shownRunning, [notesOf(finished)[2]!]))).toBe('rolled back: given checkpoint 1');
  });

  test('payloads that are gone without a purge record', async () => {
    const gone = finished.records.map((record) =>
      record.sequence === 4 ? { ...record, salt: null, payload: null } : record,
    );
    expect(first(await verify(bundleOf({ ...finished, records: gone })))).toBe('missing: record 4');
    expect(first(await verify(bundleOf({ ...finished, hasTexts: false })))).toBe('missing: texts');
  });

  test('records that were renumbered around one put in, or left out', async () => {
    const renumbered = (records: RefLedger['records']) =>
      records.map((record, index) => {
        const leaf = Buffer.from(record.leaf);
        leaf.writeBigUInt64BE(BigInt(index + 1), 1);
        return { ...record, sequence: index + 1, leaf };
      });
    const forge = (records: RefLedger['records']) => {
      const bundle = bundleOf({ ...finished, records: renumbered(records) });
      return [...bundle.slice(0, records.length + 1), ...lines.slice(13, 16), ...bundle.slice(-2)];
    };
    expect(first(await verify(forge(finished.records.toSpliced(5, 0, finished.records[1]!))))).toBe(
      'inserted: records 5 to 8',
    );
    expect(first(await verify(forge(finished.records.toSpliced(5, 1))))).toBe('missing: records 5 to 8');
  });
});

function spliceRecord({ records }: RefLedger, sequence: number, record: RefLedger['records'][number]) {
  return records.toSpliced(sequence - 1, 1, record);
}

test('a roll-back that its epoch record announces is a note, and one that none announces a fault', async () => {
  const random = randomFrom(11);
  const epoch = makeRecord({ sequence: 9, type: 'tollgate.epoch', data: { epoch: 1, lost_changes: 4 } }, random);
  const after: RefLedger = {
    ...finished,
    records: [...finished.records.slice(0, 8), epoch],
    checkpoints: [
      { epoch: 0, size: 12, leaves: leavesOf(finished) },
      { epoch: 1, size: 9 },
    ],
  };
  const report = await verify(bundleOf(after));
  expect(report).toMatchObject({ ok: true, epoch: 1, treeSize: 9 });
  expect(report.notes).toEqual(['rolled back at record 9, which says so: checkpoint 1 signs 12 records']);
  const unannounced = {
    ...after,
    checkpoints: [
      { epoch: 0, size: 12, leaves: leavesOf(finished) },
      { epoch: 0, size: 9 },
    ],
  };
  expect(first(await verify(bundleOf(unannounced)))).toBe('rolled back: checkpoint 2');
});
