// What was answered is on the disk; what the disk refused has not happened. On a virtual disk, whose power can be cut and
// which can fail a flush.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { State } from '../../../src/state/port/state.ts';
import { charged, commitOf, created, newRun, newSession, operation, step, stored, storedRun } from '../fixtures.ts';
import { ALICE } from '../identities.ts';
import { buildEngine } from './children.ts';
import { titled, VIRTUAL_DISK_REFUSED, type VirtualDisk, virtualDisk } from './disks.ts';

// Not the message: whether a disk that cannot write reports EIO or ENOSPC is the kernel's choice.
const UNAVAILABLE = { kind: 'state_unavailable' };

describe.skipIf(VIRTUAL_DISK_REFUSED)(titled('a disk', VIRTUAL_DISK_REFUSED), () => {
  let disk: VirtualDisk;
  let directory: string;

  beforeEach(() => {
    disk = virtualDisk();
    directory = join(disk.folder, 'data');
    mkdirSync(directory);
  });
  afterEach(() => disk.remove());

  const open = (folder: string) =>
    openEmbeddedState({ directory: folder, retentionMs: 900_000, mapSizeBytes: 2 ** 28 });

  test('holds everything that was answered when its power is cut, at any moment', async () => {
    const state = await open(directory);
    for (let round = 0; round < 5; round++) {
      const agentId = `agent-${round}`;
      const [record, closed] = [await created(state, { agentId }), await created(state)];
      await state.closeSession(closed.session.sessionId, undefined);
      await state.bindIdentity(agentId, ALICE, 60_000);
      await charged(state, record, { idempotencyKey: operation('a') });
      await state.deactivateAgent(`other-${round}`);
      const run = { ...newRun(Date.now()), lastSequence: 1 };
      await state.commitRun(commitOf(run, { records: [Buffer.from('record')] }));

      const cut = disk.cutPower();
      const found = await open(join(cut.folder, 'data'));
      expect((await stored(found, record)).counters.callsMade).toBe(1);
      expect((await found.charge(step(record, { idempotencyKey: operation('a') }))).kind).toBe('replayed');
      expect((await stored(found, closed)).counters.closedAtMs).toBeDefined();
      expect((await found.readIdentity(agentId)).stored?.identity).toEqual(ALICE);
      expect((await found.readAgent(`other-${round}`)).deactivatedAtMs).toBeDefined();
      expect((await storedRun(found, run.runId)).run).toEqual(run);
      expect(await found.readLog(run.runId, { afterSequence: 0, limit: 10 })).toEqual([Buffer.from('record')]);
      await found.close();
      cut.remove();
    }
    await state.close();
  });

  test('has lost what was not flushed when its power was cut', async () => {
    await (await open(directory)).close();
    const unsafe = { noSubdir: false, noSync: true, encoding: 'string' } as const;
    const root = openLmdb<string, string>({ path: directory, ...unsafe });
    await root.put('key', 'value');
    expect(root.get('key')).toBe('value');
    const cut = disk.cutPower();
    const found = openLmdb<string, string>({ path: join(cut.folder, 'data'), ...unsafe });
    expect(found.get('key')).toBeUndefined();
    await found.close();
    await root.close();
    cut.remove();
  });

  test('that fails a flush fails the write, which is not shown, not repeated and not found again', async () => {
    const state = await open(directory);
    const record = await created(state);
    disk.starve();
    const { session: lost, key } = await createUntilRefused(state);
    const charging = step(record, { idempotencyKey: operation('charge') });
    expect((await state.readSession(lost.sessionId)).record).toBeUndefined();

    disk.feed();
    // Whether lmdb goes on with a disk that has failed once is lmdb's choice. That it answers is not, nor that a probe
    // then says so.
    const from = performance.now();
    await new Promise((wake) => setTimeout(wake, 300));
    for (let attempt = 0; attempt < 3; attempt++) {
      const [goes, probed] = [await settled(state.charge(charging)), await settled(state.now())];
      if (attempt > 0) expect(probed).toBe(goes);
    }
    await state.close();
    // Less than what a commit takes that nobody answers.
    expect(performance.now() - from).toBeLessThan(8_000);

    const again = await open(directory);
    const before = (await stored(again, record)).counters.callsMade;
    expect((await again.charge(charging)).kind).toBe(before === 0 ? 'charged' : 'replayed');
    expect((await again.createSession(lost, 10_000, key)).kind).toBe('created');
    await again.close();
  });

  test('that fails a flush fails the write, and shows it all the same, where lmdb overlaps the two', async () => {
    const engine = buildEngine();
    const child = engine.start('overlapping-child.mjs', directory);
    await child.said(1);
    disk.starve();
    await child.ended();
    expect(child.lines).toEqual(['ready', 'shown']);
    engine.remove();
  });

  /** Creates sessions until one takes pages that the disk cannot hold. @returns that one */
  async function createUntilRefused(state: State) {
    for (let index = 0; ; index++) {
      const session = newSession({ declaredIntent: 'x'.repeat(512) });
      const key = operation(`k${index}`, { rpc: 'CreateSession' });
      try {
        expect((await state.createSession(session, 10_000, key)).kind).toBe('created');
      } catch (error) {
        expect(error).toMatchObject(UNAVAILABLE);
        return { session, key };
      }
    }
  }
});

async function settled(call: Promise<unknown>): Promise<'answered' | 'failed'> {
  return call.then(
    () => 'answered',
    () => 'failed',
  );
}
