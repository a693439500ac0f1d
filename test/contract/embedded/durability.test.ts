// What a store in a directory must survive: its process being killed at any moment, and being opened again.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import { commitOf, created, newRun, operation, step, stored, storedRun } from '../fixtures.ts';
import { ALICE } from '../identities.ts';
import { buildEngine } from './children.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-durability-'));
});
afterEach(() => rm(directory, { recursive: true }));

function open() {
  return openEmbeddedState({ directory, retentionMs: 900_000, mapSizeBytes: 2 ** 28 });
}

describe('a store in a directory', () => {
  test('is the same when it is opened again', async () => {
    const first = await open();
    const record = await created(first, { grant: ['search'], rateLimit: 5 });
    await first.charge(step(record, { idempotencyKey: operation('a') }));
    const charged = await stored(first, record);
    await first.bindIdentity('trace', ALICE, 60_000);
    await first.deactivateAgent('agent-2');
    const run = { ...newRun(Date.now()), lastSequence: 1 };
    await first.commitRun(commitOf(run, { records: [Buffer.from('record')] }));
    await first.close();

    const second = await open();
    expect(await stored(second, record)).toEqual(charged);
    expect((await second.charge(step(record, { idempotencyKey: operation('a') }))).kind).toBe('replayed');
    expect((await second.readIdentity('trace')).stored?.identity).toEqual(ALICE);
    expect((await second.readAgent('agent-2')).deactivatedAtMs).toBeDefined();
    expect((await storedRun(second, run.runId)).run).toEqual(run);
    expect(await second.readLog(run.runId, { afterSequence: 0, limit: 10 })).toEqual([Buffer.from('record')]);
    await second.close();
  });

  test('loses no acknowledged charge when its process is killed under load', async () => {
    const engine = buildEngine();
    const setup = await open();
    const record = await created(setup, { callBudget: 1_000_000 });
    await setup.close();

    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round++) {
      const child = engine.start('charging-child.mjs', directory, record.session.sessionId, `${round}`);
      await child.said(200 + Math.floor(Math.random() * 500));
      await child.kill();
      acknowledged.push(...child.lines);

      const state = await open();
      const { callsMade } = (await stored(state, record)).counters;
      // What was charged and not yet said when the process died: at most one charge of each of its 16 loops.
      expect(callsMade).toBeGreaterThanOrEqual(acknowledged.length);
      expect(callsMade).toBeLessThanOrEqual(acknowledged.length + 16 * (round + 1));
      const answers = await Promise.all(
        acknowledged.map((key) =>
          state.charge(step(record, { idempotencyKey: operation(key), decisionId: randomUUID() })),
        ),
      );
      expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['replayed']));
      expect((await stored(state, record)).counters.callsMade).toBe(callsMade);
      await state.close();
    }
    engine.remove();
  });
});
