// A store's file that something has damaged, many times, each time opened and used by a process of its own: it is refused
// in one line, or some calls fail, or nothing is seen; no process dies of it and none hangs.
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbeddedState } from '../../src/state/embedded/state.ts';
import { type BuiltEngine, buildEngine } from '../contract/embedded/children.ts';
import { charged, commitOf, created, finished, idIn, newRun, operation } from '../contract/fixtures.ts';
import { ALICE } from '../contract/identities.ts';
import { extent, recordFigure } from '../support/figures.ts';
import { type Random, randomFrom } from '../support/random.ts';

const DAMAGES = extent({ cut: 30, whole: 600 });
const SIDE_BY_SIDE = 2;
const PAGE_BYTES = 4_096;
const PAGE_HEADER_BYTES = 24;
const META_BYTES = 168;

let engine: BuiltEngine;
let folder: string;
let sound: string;

beforeAll(async () => {
  engine = buildEngine();
  folder = mkdtempSync(join(tmpdir(), 'tollgate-damage-'));
  sound = join(folder, 'sound');
  await makeStore(sound);
});
afterAll(() => {
  engine.remove();
  rmSync(folder, { recursive: true });
});

test(`${DAMAGES} damages: none kills the process or makes it hang`, { timeout: 1_200_000 }, async () => {
  const seed = Date.now() % 2 ** 31;
  const random = randomFrom(seed);
  const counts = { fine: 0, refused: 0, 'failed per call': 0 };
  const damages = Array.from({ length: DAMAGES }, (_, index) => index);
  const worker = async () => {
    for (let index = damages.shift(); index !== undefined; index = damages.shift()) {
      const directory = copyOfStore(`damaged-${index}`);
      const what = `${damage(join(directory, 'data.mdb'), random)} (damage ${index} of seed ${seed})`;
      const { outcome, said } = await outcomeOf('using-child.mjs', directory);
      expect(Object.keys(counts), `${what}: ${said}`).toContain(outcome);
      counts[outcome as keyof typeof counts] += 1;
      rmSync(directory, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  // Much of a file is free, or bytes of keys and values, where nothing shows; some of the rest must.
  expect(counts.refused).toBeGreaterThan(0);
  const shares = Object.entries(counts).map(([outcome, count]) => `${outcome} ${count}`);
  recordFigure('embedded-damage', {
    what: 'Embedded store: one random damage of its file, then opened and used',
    result: `${DAMAGES} damages: ${shares.join(', ')}, died 0`,
  });
});

test('the undamaged store is fine', async () => {
  expect(await outcomeOf('using-child.mjs', copyOfStore('same'))).toMatchObject({ outcome: 'fine' });
});

test('flags that are not ours in a meta are refused, and lmdb alone dies of them', async () => {
  const FREE_FLAGS_AT = PAGE_HEADER_BYTES + 28;
  for (const meta of [0, 1]) {
    const directory = copyOfStore('flags');
    const fd = openSync(join(directory, 'data.mdb'), 'r+');
    writeSync(fd, Buffer.from([0x08, 0x20]), 0, 2, meta * PAGE_BYTES + FREE_FLAGS_AT);
    closeSync(fd);
    if (meta === 0) expect((await outcomeOf('raw-child.mjs', directory)).outcome).toMatch(/^SIG/);
    expect((await outcomeOf('using-child.mjs', directory)).outcome).toBe('refused');
  }
});

test('lmdb alone dies of a file that was cut off, and a page from the future is refused', async () => {
  const [cut, later] = [copyOfStore('cut'), copyOfStore('later')];
  const fd = openSync(join(cut, 'data.mdb'), 'r+');
  ftruncateSync(fd, 10 * PAGE_BYTES);
  closeSync(fd);
  expect((await outcomeOf('raw-child.mjs', cut)).outcome).toMatch(/^SIG/);
  expect((await outcomeOf('using-child.mjs', cut)).outcome).toBe('refused');
  const future = openSync(join(later, 'data.mdb'), 'r+');
  const { size } = statSync(join(later, 'data.mdb'));
  // Every page says that it comes from a later transaction than any.
  for (let at = 2 * PAGE_BYTES; at < size; at += PAGE_BYTES) writeSync(future, Buffer.alloc(4, 0x7f), 0, 4, at + 12);
  closeSync(future);
  expect((await outcomeOf('using-child.mjs', later)).outcome).toBe('refused');
});

async function outcomeOf(script: string, directory: string): Promise<{ outcome: string; said: string }> {
  const child = engine.start(script, directory);
  const signal = await child.ended();
  const said = child.lines.join(' ');
  if (signal) return { outcome: signal, said };
  if (/^refused: data directory \S+ (holds no usable store|has format) .+$/.test(said))
    return { outcome: 'refused', said };
  if (said === 'used: 0 calls failed') return { outcome: 'fine', said };
  return { outcome: /^used: \d+ calls failed$/.test(said) ? 'failed per call' : 'ended otherwise', said };
}

function copyOfStore(name: string): string {
  const directory = mkdtempSync(join(folder, `${name}-`));
  copyFileSync(join(sound, 'data.mdb'), join(directory, 'data.mdb'));
  return directory;
}

/** Damages one place of a file. @returns what was done to it */
function damage(path: string, random: Random): string {
  const fd = openSync(path, 'r+');
  const { size } = statSync(path);
  const page = random(size / PAGE_BYTES);
  const bytes = Buffer.alloc(PAGE_BYTES);
  readSync(fd, bytes, 0, PAGE_BYTES, page * PAGE_BYTES);
  const write = (to = page) => writeSync(fd, bytes, 0, PAGE_BYTES, to * PAGE_BYTES);
  const noise = (from: number, until: number) => {
    for (let at = from; at < until; at++) bytes[at] = random(256);
    write();
  };
  const damages = [
    () => {
      const at = random(PAGE_BYTES);
      bytes[at]! ^= 1 << random(8);
      write();
      return `a bit of page ${page} at ${at}`;
    },
    () => {
      const at = random(PAGE_BYTES - 16);
      noise(at, at + 16);
      return `16 bytes of page ${page} at ${at}`;
    },
    () => {
      const at = random(PAGE_HEADER_BYTES);
      noise(at, at + 1);
      return `a byte of the header of page ${page} at ${at}`;
    },
    () => {
      const [meta, at] = [random(2), random(META_BYTES)];
      writeSync(fd, Buffer.from([random(256)]), 0, 1, meta * PAGE_BYTES + at);
      return `a byte of meta ${meta} at ${at}`;
    },
    () => {
      noise(0, PAGE_BYTES);
      return `all of page ${page}`;
    },
    () => {
      bytes.fill(0);
      write();
      return `page ${page} zeroed`;
    },
    () => {
      const to = random(size / PAGE_BYTES);
      write(to);
      return `page ${page} over page ${to}`;
    },
    () => {
      const left = random(size);
      ftruncateSync(fd, left);
      return `cut off at ${left} of ${size}`;
    },
  ];
  const what = damages[random(damages.length)]!();
  closeSync(fd);
  return what;
}

/** A store with some of everything: trees of several levels, long values, free pages. */
async function makeStore(directory: string): Promise<void> {
  let nowMs = Date.now();
  const state = await openEmbeddedState({ directory, retentionMs: 1_000, mapSizeBytes: 2 ** 28, now: () => nowMs });
  const makeSessions = (count: number, timeLimitMs: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const given = { sessionId: idIn(index % 256), agentId: `agent-${index % 9}`, timeLimitMs };
        const record = await created(state, { ...given, declaredIntent: 'x'.repeat(index) });
        for (const key of ['k0', 'k1']) await charged(state, record, { idempotencyKey: operation(key) });
        await state.bindIdentity(`trace-${index}`, ALICE, 60_000);
      }),
    );
  await makeSessions(300, 1_000);
  nowMs += 10_000;
  for (let index = 0; index < 30; index++) {
    const run = { ...newRun(nowMs, { runId: idIn(index) }), lastSequence: 20 };
    const records = Array.from({ length: 20 }, (_, place) => Buffer.alloc(place % 5 === 0 ? 9_000 : 300, index));
    const ended = index % 3 === 0 ? finished(run, nowMs) : run;
    await state.commitRun(commitOf(ended, { records }));
  }
  for (let partition = 0; partition < 128; partition++) {
    await state.removeEndedSessions({ partition, endedForMs: 1_000, limit: 100 });
  }
  await makeSessions(200, 60_000);
  await state.close();
}
