// Checkpoints: kept with their run, in one step with its change, and only behind the log that they sign.
import { expect } from 'vitest';
import { encodeAuditRecord, leafOf } from '../../src/state/codec/audit-record.ts';
import type { NewCheckpoint } from '../../src/state/port/ledger.ts';
import { commitOf, HOSTILE_IDS, newRun, started, storedRun } from './fixtures.ts';
import type { AddCase } from './suite.ts';

function checkpoint(number: number, given: Partial<NewCheckpoint> = {}): NewCheckpoint {
  return { number, bytes: Buffer.from(`checkpoint ${number}`), drops: [], lastLeaf: Buffer.alloc(0), ...given };
}

export function checkpointCases(add: AddCase): void {
  add('checkpoints are kept in order, and those that are dropped are gone', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    for (const number of [1, 2, 3, 10]) {
      const { revision } = await storedRun(state, run.runId);
      const drops = number === 10 ? [2, 7] : [];
      const commit = commitOf(run, { expectedRevision: revision, checkpoint: checkpoint(number, { drops }) });
      expect(await state.commitRun(commit)).toBe('committed');
    }
    const texts = async (limit: number) => (await state.readCheckpoints(run.runId, limit)).map(String);
    expect(await texts(10)).toEqual(['checkpoint 1', 'checkpoint 3', 'checkpoint 10']);
    expect(await texts(2)).toEqual(['checkpoint 3', 'checkpoint 10']);
    expect(await texts(0)).toEqual([]);
  });

  add('a checkpoint that signs another log than the one that is there is not kept', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    const records = [Buffer.from('one'), Buffer.from('two and more')];
    const longer = { ...run, lastSequence: 2 };
    await state.commitRun(commitOf(longer, { expectedRevision: 1, records }));
    for (const last of ['one', 'two and more than that', 'x']) {
      const other = checkpoint(1, { lastLeaf: Buffer.from(last) });
      expect(await state.commitRun(commitOf(longer, { expectedRevision: 2, checkpoint: other }))).toBe('moved');
    }
    expect(await state.readCheckpoints(run.runId, 10)).toEqual([]);
    const right = checkpoint(1, { lastLeaf: Buffer.from('two') });
    expect(await state.commitRun(commitOf(longer, { expectedRevision: 2, checkpoint: right }))).toBe('committed');
    expect((await state.readCheckpoints(run.runId, 10)).map(String)).toEqual(['checkpoint 1']);
  });

  add('a commit that accounts for a loss which did not happen has moved', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    expect((await state.readRun(run.runId)).lostChanges).toBe(0);
    const commit = commitOf(run, { expectedRevision: 1, lostChanges: 1 });
    expect(await state.commitRun(commit)).toBe('moved');
    expect((await storedRun(state, run.runId)).revision).toBe(1);
  });

  add('a removed run leaves no checkpoint', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    await state.commitRun(commitOf(run, { expectedRevision: 1, checkpoint: checkpoint(1) }));
    expect(await state.removeRun(run.runId, 2)).toBe(true);
    expect(await state.readCheckpoints(run.runId, 10)).toEqual([]);
  });

  add('a purge leaves of a record its leaf, once and for all', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    const records = [1, 2, 3].map((sequence) =>
      encodeAuditRecord(
        { sequence, storedAtMs: 1, occurredAtMs: 1, type: 't', data: '{"a":1}', redactions: [] },
        Buffer.alloc(16, sequence),
      ),
    );
    const leaves = records.map(leafOf);
    await state.commitRun(commitOf({ ...run, lastSequence: 3 }, { expectedRevision: 1, records }));
    const log = () => state.readLog(run.runId, { afterSequence: 0, limit: 10 });
    await state.purgePayloads(run.runId, { first: 2, last: 2 });
    expect(await log()).toEqual([records[0], leaves[1], records[2]]);
    await state.purgePayloads(run.runId, { first: 1, last: 2 });
    await state.purgePayloads(run.runId, { first: 4, last: 9 });
    expect(await log()).toEqual([leaves[0], leaves[1], records[2]]);
    for (const runId of HOSTILE_IDS) await state.purgePayloads(runId, { first: 1, last: 9 });
  });

  add('what was read can be confirmed, and foreign runs have no checkpoints', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    await expect(state.confirmRun(run.runId)).resolves.toBeUndefined();
    for (const runId of HOSTILE_IDS) expect(await state.readCheckpoints(runId, 10)).toEqual([]);
  });
}
