// Lists of decisions as the embedded engine keeps and reads them: how long they get, and that nobody waits for one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { open } from 'lmdb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionRecord } from '../../../src/core/session/session.ts';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { DecisionPage } from '../../../src/state/port/decision.ts';
import type { State } from '../../../src/state/port/state.ts';
import { EVER, recordedStep } from '../decisions.ts';
import { created, HOUR, idIn, newRun, started } from '../fixtures.ts';
import { tablesOf } from './tables.ts';

let directory: string;
let state: State;
const clock = { now: () => 1_750_000_000_000 };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-lists-'));
  state = await openWith(200);
});
afterEach(async () => {
  await state.close();
  await rm(directory, { recursive: true });
});

function openWith(perSessionMax: number): Promise<State> {
  const decisions = { retentionMs: HOUR, perSessionMax };
  return openEmbeddedState({ directory, retentionMs: HOUR, mapSizeBytes: 2 ** 28, decisions, now: clock.now });
}

async function charge(session: SessionRecord, count: number, runId?: string): Promise<void> {
  const context = { runId };
  await Promise.all(Array.from({ length: count }, () => state.charge(recordedStep(clock, session, { context }))));
}

test('a list that may be shorter from now on becomes so by and by', async () => {
  const session = await created(state, { callBudget: 1_000 });
  await charge(session, 150);
  await state.close();
  state = await openWith(32);
  const { sessionId } = session.session;
  const lengths: number[] = [];
  for (let round = 0; round < 4; round++) {
    await charge(session, 40);
    lengths.push((await state.pageDecisions({ of: { sessionId }, ...EVER })).length);
  }
  for (const [round, length] of [110, 70, 32, 32].entries()) {
    expect(Math.abs(lengths[round]! - length)).toBeLessThanOrEqual(1);
  }
  const tables = tablesOf(directory);
  expect(await tables.count('decisions')).toBe(lengths.at(-1));
  expect(await tables.count('decision-lists')).toBe(lengths.at(-1));
});

test.each(['run', 'session', 'partition'] as const)(
  'others are answered while the list of a long %s is looked through',
  async (name) => {
    await state.close();
    state = await openWith(10_000);
    const { run } = await started(state, newRun(clock.now(), { runId: idIn(7) }));
    const session = await created(state, { callBudget: 10_000 });
    for (let count = 0; count < 10; count++) await charge(session, 200, run.runId);
    const of = { run: { runId: run.runId }, session: session.session, partition: { partition: 7 } }[name];
    // Nothing fits, so all of it is looked at.
    const page: DecisionPage = { of, ...EVER, fromMs: clock.now() + 1 };
    let isRead = false;
    const reading = state.pageDecisions(page).finally(() => {
      isRead = true;
    });
    let answered = 0;
    for (; !isRead; answered++) {
      await state.readSession(session.session.sessionId);
      await turn();
    }
    expect(await reading).toEqual([]);
    expect(answered).toBeGreaterThan(5);
  },
);

test('a list that is not read to its end leaves no reader behind', async () => {
  const session = await created(state, { callBudget: 1_000 });
  const { sessionId } = session.session;
  await state.charge({ ...recordedStep(clock, session), agentId: 'other' });
  for (let count = 0; count < 5; count++) {
    await charge(session, 3);
    for (const of of [{ sessionId }, { partition: 7 }]) {
      expect(await state.pageDecisions({ of, ...EVER, limit: 1 })).toHaveLength(1);
    }
  }
  const readers = open({ path: directory, noSubdir: false }).readerList().trim().split('\n');
  // The heading, and the one that serves every read of this process.
  expect(readers.length).toBeLessThanOrEqual(2);
});
