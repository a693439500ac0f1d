// A store that is full: nothing is added, and everything that takes away still works.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { State } from '../../../src/state/port/state.ts';
import { eventually } from '../../support/times.ts';
import { settled } from '../decisions.ts';
import { commitOf, created, finished, newRun, newSession, started, step, stored } from '../fixtures.ts';
import { ALICE } from '../identities.ts';

const FULL = { kind: 'state_unavailable', message: 'the store is full', subject: 'space' };

test('a full store refuses what would add to it, still ends and removes, and then has room again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-full-'));
  const state = await openEmbeddedState({ directory, retentionMs: 900_000, mapSizeBytes: 2 ** 20 });
  const [record, other] = [await created(state), await created(state, { agentId: 'agent-2' })];
  const run = await fill(state);

  expect(state.info.warnings).toEqual([
    { code: expect.stringMatching(/^STORE_F/), message: expect.stringContaining('full') },
  ]);
  await expect(state.charge(step(record))).rejects.toMatchObject(FULL);
  await expect(state.createSession(newSession(), 10, undefined)).rejects.toMatchObject(FULL);
  await expect(state.bindIdentity('trace', ALICE, 60_000)).rejects.toMatchObject(FULL);
  expect((await stored(state, record)).counters.callsMade).toBe(0);
  expect((await state.closeSession(record.session.sessionId, undefined)).kind).toBe('closed');
  expect((await state.deactivateAgent('agent-2')).sessionsClosed).toBe(1);
  const clock = { now: Date.now };
  await expect(state.recordDecision(settled(clock, 'TOOL_UNKNOWN'))).rejects.toMatchObject(FULL);
  const change = settled(clock, 'ALLOWED', { effect: 'ALLOW', context: { rpc: 'DeactivateAgent' } });
  expect(await state.recordDecision(change)).toMatchObject({ decisionId: change.decisionId });
  expect(await stored(state, other)).toMatchObject({ counters: { closedAtMs: expect.any(Number) } });

  expect(await state.removeRun(run.runId, run.revision)).toBe(true);
  await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 10 });
  await eventually(() => state.info.warnings.length === 0);
  await created(state);
  await state.close();
  await rm(directory, { recursive: true });
});

/** Appends to the log of one finished run until the store takes no more. */
async function fill(state: State): Promise<{ runId: string; revision: number }> {
  let { run, revision } = await started(state, finished(newRun(Date.now()), Date.now()));
  for (;;) {
    const records = Array.from({ length: 20 }, () => Buffer.alloc(4_000, 1));
    run = { ...run, lastSequence: run.lastSequence + records.length };
    try {
      await state.commitRun(commitOf(run, { expectedRevision: revision, records }));
    } catch (error) {
      expect(error).toMatchObject(FULL);
      return { runId: run.runId, revision };
    }
    revision += 1;
    await new Promise((wake) => setTimeout(wake, 60));
  }
}
