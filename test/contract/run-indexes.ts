// The three lists of runs: every run by its start, finished ones by their end, those that are tended by their last sign of life.
import { expect } from 'vitest';
import type { Run } from '../../src/core/run/run.ts';
import type { Position } from '../../src/state/port/position.ts';
import type { RunIndex } from '../../src/state/port/run.ts';
import type { State } from '../../src/state/port/state.ts';
import { commitOf, finished, idIn, newRun, started, storedRun } from './fixtures.ts';
import type { AddCase, TestClock } from './suite.ts';

const PLACE = {
  started: (run: Run) => run.startedAtMs,
  finished: (run: Run) => run.finishedAtMs!,
  touched: (run: Run) => run.touchedAtMs,
} satisfies Record<RunIndex, (run: Run) => number>;

export function runIndexCases(add: AddCase): void {
  add('a running run is listed by its start and by its last touch', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    expect(await lists(state)).toEqual({ started: [run.runId], finished: [], touched: [run.runId] });
  });

  add('a finished run leaves the list of running ones for that of finished ones', async ({ state, clock }) => {
    const { run, revision } = await started(state, newRun(clock.now()));
    await state.commitRun(commitOf(finished(run, clock.now()), { expectedRevision: revision }));
    expect(await lists(state)).toEqual({ started: [run.runId], finished: [run.runId], touched: [] });
  });

  add(
    'a finished run whose contents are being purged is listed as tended until that is done',
    async ({ state, clock }) => {
      const { run, revision } = await started(state, finished(newRun(clock.now()), clock.now()));
      const purging = (isDone: boolean): Run => ({ ...run, ledger: { ...run.ledger, purge: { last: 0, isDone } } });
      await state.commitRun(commitOf(purging(false), { expectedRevision: revision }));
      expect(await lists(state)).toEqual({ started: [run.runId], finished: [run.runId], touched: [run.runId] });
      await state.commitRun(commitOf(purging(true), { expectedRevision: revision + 1 }));
      expect(await lists(state)).toEqual({ started: [run.runId], finished: [run.runId], touched: [] });
    },
  );

  add('a run that is touched moves in its list and stays single', async ({ state, clock }) => {
    const [first, second] = [await seeded(state, clock, 0), await seeded(state, clock, 1_000)];
    expect((await lists(state)).touched).toEqual([first, second]);
    const { run, revision } = await storedRun(state, first);
    const touched = { ...run, touchedAtMs: clock.now() + 5_000 };
    await state.commitRun(commitOf(touched, { expectedRevision: revision }));
    expect(await lists(state)).toEqual({ started: [first, second], finished: [], touched: [second, first] });
  });

  add('every list pages both ways, by time and then id, strictly behind a position', async ({ state, clock }) => {
    const made: Run[] = [];
    for (const offset of [0, 0, 0, 1_000, 2_000, 2_000]) {
      const run = newRun(clock.now() + offset);
      const final = finished(run, clock.now() + 10_000 - offset);
      for (const each of [run, { ...final, runId: idIn(9) }]) {
        await started(state, each);
        made.push(each);
      }
    }
    for (const index of ['started', 'finished', 'touched'] as const) {
      const place = PLACE[index];
      const held = made.filter((run) => index === 'started' || (index === 'finished') === (run.status === 'ok'));
      const expected = held.sort((a, b) => place(a) - place(b) || (a.runId < b.runId ? -1 : 1)).map((run) => run.runId);
      expect(await walk(state, index, false)).toEqual(expected);
      expect(await walk(state, index, true)).toEqual(expected.toReversed());
    }
  });

  add('a list shows its own partition only, with revisions', async ({ state, clock }) => {
    const here = await started(state, newRun(clock.now()));
    await started(state, newRun(clock.now(), { runId: idIn(10) }));
    const { runs } = await state.pageRuns({ partition: 9, index: 'started', descending: true, limit: 10 });
    expect(runs).toEqual([here]);
  });

  add('a position need not be held by a run', async ({ state, clock }) => {
    const [first, second] = [await seeded(state, clock, 0), await seeded(state, clock, 1_000)];
    const between: Position = { atMs: clock.now() + 500, id: '' };
    const page = { partition: 9, index: 'started', after: between, limit: 10 } as const;
    expect(idsOf(await state.pageRuns({ ...page, descending: false }))).toEqual([second]);
    expect(idsOf(await state.pageRuns({ ...page, descending: true }))).toEqual([first]);
  });

  add('a removed run is in no list', async ({ state, clock }) => {
    const { run, revision } = await started(state, finished(newRun(clock.now()), clock.now()));
    expect(await state.removeRun(run.runId, revision)).toBe(true);
    expect(await lists(state)).toEqual({ started: [], finished: [], touched: [] });
  });
}

/** Commits a running run that started `offsetMs` from now. */
async function seeded(state: State, clock: TestClock, offsetMs: number): Promise<string> {
  return (await started(state, newRun(clock.now() + offsetMs))).run.runId;
}

function idsOf({ runs }: { runs: readonly { run: Run }[] }): string[] {
  return runs.map(({ run }) => run.runId);
}

async function lists(state: State): Promise<Record<RunIndex, string[]>> {
  const all = async (index: RunIndex) =>
    idsOf(await state.pageRuns({ partition: 9, index, descending: false, limit: 50 }));
  return { started: await all('started'), finished: await all('finished'), touched: await all('touched') };
}

/** All pages of two, one after the other. */
async function walk(state: State, index: RunIndex, descending: boolean): Promise<string[]> {
  const ids: string[] = [];
  let after: Position | undefined;
  for (;;) {
    const { runs } = await state.pageRuns({ partition: 9, index, descending, limit: 2, ...(after && { after }) });
    const last = runs.at(-1)?.run;
    if (!last) return ids;
    ids.push(...runs.map(({ run }) => run.runId));
    after = { atMs: PLACE[index](last), id: last.runId };
  }
}
