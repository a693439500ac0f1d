// A disk without space: nothing is added and nobody waits, what takes away still works, nothing that was acknowledged is
// lost, no process dies of it, and it passes by itself.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { State } from '../../../src/state/port/state.ts';
import { extent } from '../../support/figures.ts';
import { eventually } from '../../support/times.ts';
import { commitOf, created, newRun, newSession, operation, started, step, stored } from '../fixtures.ts';
import { ALICE } from '../identities.ts';
import { type BuiltEngine, buildEngine } from './children.ts';
import { SMALL_DISK_REFUSED, type SmallDisk, smallDisk, titled } from './disks.ts';

const UNAVAILABLE = {
  kind: 'state_unavailable',
  message: expect.stringMatching(/^the store (is full|cannot be written)$/),
};
/** Less than what a commit takes that nobody answers. */
const STUCK_MS = 8_000;
const KIB = 1_024;
const ROUNDS = extent({ cut: 8, whole: 60 });

describe.skipIf(SMALL_DISK_REFUSED)(titled('a disk without space', SMALL_DISK_REFUSED), () => {
  let disk: SmallDisk;
  let state: State | undefined;

  beforeEach(() => {
    disk = smallDisk(8 * KIB * KIB);
  });
  afterEach(async () => {
    await state?.close();
    disk.remove();
  });

  async function open(): Promise<State> {
    state = await openEmbeddedState({
      directory: join(disk.folder, 'data'),
      retentionMs: 900_000,
      mapSizeBytes: 2 ** 30,
    });
    return state;
  }

  test('refuses what adds, ends and removes all the same, keeps what it has said, and recovers', async () => {
    const opened = await open();
    const [record, other] = [await created(opened), await created(opened, { agentId: 'agent-2' })];
    const { run, revision } = await started(opened, newRun(Date.now()));
    // Less than the engine leaves to what takes away.
    disk.fill(512 * KIB);
    const { acknowledged, refused } = await chargeUntilRefused(opened, record);
    expect(refused).toMatchObject(UNAVAILABLE);

    const appended = { ...run, lastSequence: 1 };
    const from = performance.now();
    const adding = [
      opened.createSession(newSession(), 10, undefined),
      opened.bindIdentity('trace', ALICE, 60_000),
      opened.charge(step(other)),
      opened.commitRun(commitOf(appended, { expectedRevision: revision, records: [Buffer.alloc(100)] })),
    ];
    for (const each of await Promise.allSettled(adding)) {
      expect(each).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
    }
    expect(performance.now() - from).toBeLessThan(STUCK_MS);
    const warned = [{ code: 'STORE_FULL', message: expect.stringContaining('disk of the store is full') }];
    await eventually(() => expect(opened.info.warnings).toEqual(warned) ?? true);
    expect(await opened.now()).toBeGreaterThan(0);
    expect((await opened.closeSession(other.session.sessionId, undefined)).kind).toBe('closed');
    expect((await opened.deactivateAgent('agent-3')).agent.deactivatedAtMs).toBeGreaterThan(0);
    expect(await opened.removeRun(run.runId, revision)).toBe(true);

    disk.free();
    await eventually(() => created(opened));
    await opened.close();
    const reopened = await open();
    expect((await stored(reopened, record)).counters.callsMade).toBe(acknowledged.length);
    for (const key of acknowledged) {
      expect((await reopened.charge(step(record, { idempotencyKey: operation(key) }))).kind).toBe('replayed');
    }
    expect((await stored(reopened, other)).counters.closedAtMs).toBeDefined();
  });

  test('answers at once while every write fails in the middle, and then goes on as if it had not', async () => {
    const opened = await open();
    const record = await created(opened, { callBudget: 1_000_000 });
    const closable = await Promise.all(Array.from({ length: ROUNDS }, () => created(opened)));
    const acknowledged: string[] = [];
    let failedRounds = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // The gauge has just looked and will not look again for 50 ms, so these writes do find the disk full.
      await new Promise((wake) => setTimeout(wake, 300));
      expect(opened.info.warnings).toEqual([]);
      disk.fill((round % 5) * 4 * KIB);
      const from = performance.now();
      const keys = Array.from({ length: 200 }, (_, index) => `${round}-${index}`);
      const answers = await Promise.allSettled(
        keys.map((key) => opened.charge(step(record, { idempotencyKey: operation(key) }))),
      );
      expect(performance.now() - from).toBeLessThan(STUCK_MS);
      acknowledged.push(...keys.filter((_, index) => answers[index]?.status === 'fulfilled'));
      const closing = opened.closeSession((closable.pop() ?? record).session.sessionId, undefined);
      expect(
        await closing.then(
          ({ kind }) => kind,
          ({ kind }) => kind,
        ),
      ).toMatch(/^(closed|state_unavailable)$/);
      // Some rounds find room enough among the pages that are free in the file.
      failedRounds += answers.some(({ status }) => status === 'rejected') ? 1 : 0;
      disk.free();
    }
    expect(failedRounds).toBeGreaterThan(0);
    await opened.close();
    // Opening walks through all pages.
    const reopened = await open();
    expect((await stored(reopened, record)).counters.callsMade).toBe(acknowledged.length);
  });

  /** Each charge under a key of its own, so that each adds. */
  async function chargeUntilRefused(opened: State, record: Parameters<typeof step>[0]) {
    const acknowledged: string[] = [];
    for (;;) {
      const key = `k${acknowledged.length}`;
      try {
        await opened.charge(step(record, { idempotencyKey: operation(key), calls: [] }));
        const answer = await opened.charge(step(record, { idempotencyKey: operation(key) }));
        expect(answer.kind).toBe('charged');
        acknowledged.push(key);
      } catch (refused) {
        return { acknowledged, refused };
      }
    }
  }
});

describe.skipIf(SMALL_DISK_REFUSED)(titled('starting on a disk without space', SMALL_DISK_REFUSED), () => {
  let engine: BuiltEngine;
  let disk: SmallDisk;
  let directory: string;

  beforeAll(() => {
    engine = buildEngine();
  });
  beforeEach(() => {
    disk = smallDisk(4 * KIB * KIB);
    directory = join(disk.folder, 'data');
    mkdirSync(directory);
  });
  afterEach(() => disk.remove());
  afterAll(() => engine.remove());

  test.each([0, 4, 8, 12, 20, 64])(
    'refuses in one line to make a store in %i KiB, and then makes one',
    async (left) => {
      disk.fill(left * KIB);
      const refused = engine.start('using-child.mjs', directory);
      expect(await refused.ended()).toBeNull();
      expect(refused.lines).toEqual([`refused: data directory ${directory} is on a full disk: free some space there`]);
      disk.free();
      const served = engine.start('using-child.mjs', directory);
      await served.ended();
      expect(served.lines).toEqual(['used: 0 calls failed']);
    },
  );

  test.each([4, 8])('kills a process that opens lmdb in %i KiB without looking', async (left) => {
    disk.fill(left * KIB);
    const child = engine.start('raw-child.mjs', directory);
    expect(await child.ended()).not.toBeNull();
  });

  test('opens a store that is there, and ends sessions in it', async () => {
    const options = { directory, retentionMs: 900_000, mapSizeBytes: 2 ** 30 };
    const first = await openEmbeddedState(options);
    const record = await created(first);
    await first.close();
    disk.fill();
    const second = await openEmbeddedState(options);
    expect((await stored(second, record)).counters.closedAtMs).toBeUndefined();
    await expect(created(second)).rejects.toMatchObject(UNAVAILABLE);
    disk.free();
    await eventually(() => created(second));
    await second.close();
  });
});
