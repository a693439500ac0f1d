// Whatever is given as a bundle gets a report: bytes of chance, lines whose values are of any kind, and inputs made to exhaust.
import { describe, expect, test } from 'vitest';
import { readLines } from '../../../src/verify/read-lines.ts';
import type { Report } from '../../../src/verify/report.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { extent } from '../../support/figures.ts';
import { type Random, randomFrom } from '../../support/random.ts';
import { KEYS, ledgerOf } from './ledgers.ts';
import { bytesOfLines } from './mutations.ts';
import { bundleOf, bytesOf, makeRecord, notesOf } from './reference-bundle.ts';

const COUNT = extent({ cut: 2_000, whole: 100_000 });
const seed = Date.now() % 2 ** 30;
const ledgers = Array.from({ length: 40 }, (_, index) => ledgerOf(index));
const bundles = ledgers.map((ledger) => ({ lines: bundleOf(ledger), notes: notesOf(ledger) }));

/** Texts of JSON values that no bundle has where they are put. */
const VALUES = [
  'null',
  'true',
  '-1',
  '0',
  '1.5',
  '1e400',
  '9007199254740993',
  '184467440737095516150',
  '""',
  '"\\ud800"',
  '"\\u0000"',
  '[]',
  '{}',
  '[[]]',
  '{"__proto__":{"ok":true}}',
  '{"constructor":1}',
  'NaN',
  '"A"',
  '"====", ""',
  '["\\udfff"]',
  '[1,null]',
  '{"records":-1,"checkpoints":1e9}',
  '{"sequence":1,"proof":[""]}',
  `"${'A'.repeat(5_000)}"`,
  '['.repeat(2_000) + ']'.repeat(2_000),
  '"tollgate/x/0\\n0\\n"',
];

test(`${COUNT} inputs of chance each get a report`, { timeout: 1_800_000 }, async () => {
  const random = randomFrom(seed);
  for (let done = 0; done < COUNT; done++) {
    const { bytes, notes } = inputOf(random);
    try {
      const report = await verifyBundle(readLines(chunked(bytes, random)), { keys: KEYS, checkpoints: notes });
      expectPrintable(report);
    } catch (error) {
      expect.fail(`input ${done} of seed ${seed}: ${String(error)}\n${bytes.toString('latin1').slice(0, 2_000)}`);
    }
  }
});

function inputOf(random: Random): { readonly bytes: Buffer; readonly notes: readonly string[] } {
  const { lines, notes } = bundles[random(bundles.length)]!;
  const given = random(4) === 0 ? [changed(notes[random(notes.length)]!, random)] : [];
  if (random(10) === 0) return { bytes: bytesOf(random, random(300)), notes: given };
  if (random(10) === 0)
    return { bytes: bytesOfLines(Array.from({ length: random(30) }, () => pick(random, lines))), notes: given };
  let rest = [...lines];
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(rest.length);
    rest = random(3) === 0 ? rest.toSpliced(at, 1, ...other(random)) : rest.with(at, changed(rest[at]!, random));
  }
  return { bytes: bytesOfLines(rest), notes: given };
}

function other(random: Random): string[] {
  return pick(
    random,
    bundles[random(bundles.length)]!.lines.map((line) => [line, line]),
  );
}

/** A line with one of its values replaced by another kind, or with bytes of chance. */
function changed(line: string, random: Random): string {
  const places = [...line.matchAll(/(?<=[:,[])("[^"\\]*"|\d+|null)(?=[,}\]])/g)];
  const place = places.length > 0 ? pick(random, places) : undefined;
  if (place && random(3) > 0)
    return `${line.slice(0, place.index)}${pick(random, VALUES)}${line.slice(place.index + place[0].length)}`;
  const at = random(line.length + 1);
  return `${line.slice(0, at)}${bytesOf(random, random(4)).toString('latin1')}${line.slice(at + random(3))}`;
}

/** The bytes in pieces that end anywhere, in the middle of a character too. */
function* chunked(bytes: Buffer, random: Random): Generator<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + random(2_000);
    yield bytes.subarray(start, end);
    start = end;
  }
}

function expectPrintable(report: Report): void {
  const texts = [
    ...report.faults.flatMap(({ where, detail }) => [where, detail]),
    ...report.notes,
    report.runId,
    report.status,
  ];
  for (const text of texts) expect(text).toMatch(/^[\x20-\x7e…]{0,400}$/);
}

const pick = <T>(random: Random, all: readonly T[]): T => all[random(all.length)]!;

describe('an input that is made to exhaust', () => {
  const verify = (lines: Iterable<string>) => verifyBundle(lines, { keys: KEYS });

  test('is not held, nor read on: a line without an end', async () => {
    let read = 0;
    const chunks = function* () {
      for (; read < 1_000; read++) yield Buffer.alloc(2 ** 16, 0x7b);
    };
    const before = process.memoryUsage().arrayBuffers;
    const lines = [];
    for await (const line of readLines(chunks())) lines.push(line);
    expect(lines).toEqual([{ broken: 'too long' }]);
    expect(read).toBeLessThan(20);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 2 ** 20);
    const { faults } = await verifyBundle(readLines([Buffer.alloc(2 ** 21, 0x0a, 'latin1'), ...chunks()]), {
      keys: KEYS,
    });
    expect(faults.length).toBe(100);
  });

  test('is read when its line is as long as the longest one, in whatever chunks it comes', async () => {
    for (const size of [1, 4_096, 2 ** 16, 2 ** 21]) {
      const bytes = Buffer.from(`${'x'.repeat(size === 1 ? 1_000 : 2 ** 20)}\nshort\n`);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const lines = [];
      for await (const line of readLines(chunks)) lines.push(line);
      expect(lines.map((line) => (typeof line === 'string' ? line.length : line))).toEqual([bytes.length - 7, 5]);
    }
  });

  test('is not read on behind ten thousand faults, and never sound', async () => {
    let read = 0;
    const blank = function* () {
      for (; read < 16_000_000; read++) yield '';
    };
    const report = await verify(blank());
    expect(report.ok).toBe(false);
    expect(read).toBeLessThan(20_000);
    expect(report.notes.join()).toContain('nothing is read from here on');
    const { lines } = bundles[0]!;
    read = 15_980_000;
    expect((await verify([...lines, ...blank()])).ok).toBe(false);
    expect((await verify([lines[0]!, ...Array.from({ length: 20_000 }, () => ''), ...lines.slice(1)])).ok).toBe(false);
  });

  test('is not followed: JSON of any depth', async () => {
    const [header, record] = bundles[0]!.lines as [string, string];
    const deep = '['.repeat(4_000_000);
    for (const line of [
      header.replace(/"keys":.*/, `"keys":${deep}`),
      record.replace(/"payload":.*/, `"payload":${deep}`),
    ])
      expect((await verify([header, line])).ok).toBe(false);
  });

  test('is listed in part only: a hundred thousand faults', async () => {
    const { faults } = await verify(Array.from({ length: 100_000 }, (_, index) => `x${index}`));
    expect(faults.length).toBe(100);
  });

  test('does not take longer than its length asks for: one checkpoint fifty thousand times', {
    timeout: 20_000,
  }, async () => {
    const { lines } = bundles[0]!;
    const checkpoint = lines.find((line) => line.startsWith('{"checkpoint"'))!;
    const many = [...lines.slice(0, -1), ...Array.from({ length: 50_000 }, () => checkpoint), lines.at(-1)!];
    expect((await verify(many)).ok).toBe(false);
  });

  test('is not held: proofs that are longer than any', async () => {
    const { lines } = bundles[0]!;
    const at = lines.findIndex((line) => line.startsWith('{"checkpoint"'));
    const [note, inclusion] = [JSON.parse(lines[at]!).checkpoint, JSON.parse(lines.at(-2)!).inclusion];
    for (const proof of [Array.from({ length: 65 }, () => 'A'), ['A'.repeat(65)]]) {
      const checkpoint = JSON.stringify({ checkpoint: note, consistency: proof });
      expect((await verify(lines.with(at, checkpoint))).faults[0]).toMatchObject({ where: `line ${at + 1}` });
      const included = JSON.stringify({ inclusion: { ...inclusion, proof } });
      expect((await verify(lines.with(-2, included))).faults[0]).toMatchObject({ where: `line ${lines.length - 1}` });
    }
  });

  test('is not compared with itself: epochs without end, their payloads gone', async () => {
    const random = randomFrom(seed);
    const ledger = ledgerOf(0, { hasEpochs: false, isPurged: false });
    const epochs = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const record = makeRecord({ sequence: index + 1, type: 'tollgate.epoch', data: {} }, random);
        return { ...record, salt: null, payload: null };
      });
    const lines = bundleOf({ ...ledger, records: epochs(10_001), checkpoints: [{ epoch: 0, size: 0 }] });
    expect((await verify(lines)).faults[0]).toMatchObject({ kind: 'inserted', where: 'line 10002' });
  });

  test('is listed in part only: a hundred and fifty purges, each of one record', async () => {
    const random = randomFrom(seed);
    const ledger = ledgerOf(0, { status: 'running', hasEpochs: false, records: 300 });
    const purge = makeRecord({ sequence: 301, type: 'tollgate.purge', data: { first: 1, last: 300 } }, random);
    const records = [...ledger.records, purge].map((record, index) =>
      index % 2 === 1 ? { ...record, salt: null, payload: null } : record,
    );
    const report = await verify(bundleOf({ ...ledger, records, checkpoints: [{ epoch: 0, size: 301 }] }));
    expect([report.ok, report.purged.length, report.notes[0]]).toEqual([
      true,
      100,
      'further 50 ranges of records were purged',
    ]);
  });

  test('is not believed for what it is not: values that are no texts', async () => {
    const odd = [undefined, null, 7, {}, [], Symbol.iterator] as unknown as string[];
    expect((await verify(odd)).ok).toBe(false);
    expect((await verifyBundle(bundles[0]!.lines, { keys: ['', 'x+y+z', 'tollgate+00000000+AQ=='] })).ok).toBe(false);
  });
});
