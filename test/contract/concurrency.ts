// What must hold however many callers come at once.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ChargeResult } from '../../src/state/port/charge.ts';
import {
  calls,
  commitOf,
  created,
  finished,
  newRun,
  newSession,
  operation,
  started,
  step,
  stored,
} from './fixtures.ts';
import { shown } from './keys.ts';
import type { AddCase } from './suite.ts';

function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}

function tally(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export function concurrencyCases(add: AddCase): void {
  add('of 10 charges at once on a budget of 5, exactly 5 go through', async ({ state }) => {
    const record = await created(state, { callBudget: 5 });
    const answers = await times(10, () => state.charge(step(record)));
    expect(tally(answers.map(({ kind }) => kind))).toEqual({ charged: 5, denied: 5 });
    const counts = answers.flatMap((answer) => (answer.kind === 'charged' ? [answer.counters.callsMade] : []));
    expect(counts.sort()).toEqual([1, 2, 3, 4, 5]);
    expect((await stored(state, record)).counters).toMatchObject({ callsMade: 5, sequence: 6 });
  });

  add('batches at once never overspend a budget that they do not divide', async ({ state }) => {
    const record = await created(state, { callBudget: 10 });
    const answers = await times(8, () => state.charge(step(record, { calls: calls(3) })));
    expect(tally(answers.map(({ kind }) => kind))).toEqual({ charged: 3, denied: 5 });
    expect((await stored(state, record)).counters.callsMade).toBe(9);
  });

  add('one key 100 times at once is one charge and 100 equal answers', async ({ state }) => {
    const record = await created(state);
    const answers = await times(100, () =>
      state.charge(step(record, { idempotencyKey: operation('once'), decisionId: randomUUID() })),
    );
    expect(tally(answers.map(({ kind }) => kind))).toEqual({ charged: 1, replayed: 99 });
    const replays = answers.filter((answer) => answer.kind === 'replayed');
    expect(new Set(replays.map(({ decisionId }) => decisionId)).size).toBe(1);
    expect(new Set(answers.map(shownText)).size).toBe(1);
    expect((await stored(state, record)).counters).toMatchObject({ callsMade: 1, sequence: 2 });
  });

  add('of 15 creations at once under a cap of 10, exactly 10 go through', async ({ state }) => {
    const answers = await times(15, (index) =>
      state.createSession(newSession({ sessionId: `${randomUUID().slice(0, -2)}${index + 10}` }), 10, undefined),
    );
    expect(tally(answers.map(({ kind }) => kind))).toEqual({ created: 10, too_many_sessions: 5 });
    expect((await state.readAgent('agent-1')).liveSessions).toBe(10);
  });

  add('one creation key 20 times at once creates one session', async ({ state }) => {
    const answers = await times(20, () => state.createSession(newSession(), 10, operation('create')));
    expect(tally(answers.map(({ kind }) => kind))).toEqual({ created: 1, replayed: 19 });
    const ids = answers.map((answer) => ('record' in answer ? answer.record?.session.sessionId : undefined));
    expect(new Set(ids).size).toBe(1);
  });

  add('a deactivation that races 50 creations leaves none of them alive', async ({ state, clock }) => {
    const sessions = Array.from({ length: 50 }, (_, index) =>
      newSession({ sessionId: `${randomUUID().slice(0, -2)}${index + 10}` }),
    );
    const create = (session: (typeof sessions)[number]) => state.createSession(session, 1_000, undefined);
    const early = sessions.slice(0, 25).map(create);
    const deactivation = state.deactivateAgent('agent-1');
    const late = sessions.slice(25).map(create);
    await Promise.all([...early, deactivation, ...late]);

    expect(await state.readAgent('agent-1')).toEqual({ deactivatedAtMs: clock.now(), liveSessions: 0 });
    for (const { sessionId } of sessions) {
      const { record } = await state.readSession(sessionId);
      if (record) expect(record.counters.closedAtMs).toBeDefined();
    }
  });

  add('a close that races charges is the last change of the session', async ({ state }) => {
    const record = await created(state);
    const [answers] = await Promise.all([
      times(20, () => state.charge(step(record))),
      state.closeSession(record.session.sessionId, undefined),
    ]);
    const made = answers.filter(({ kind }) => kind === 'charged').length;
    const { counters } = await stored(state, record);
    expect(counters).toMatchObject({ callsMade: made, sequence: made + 2 });
  });

  add('of 20 commits at once from one revision of a run, exactly one goes through', async ({ state, clock }) => {
    const { run, revision } = await started(state, newRun(clock.now()));
    const answers = await times(20, (index) =>
      state.commitRun(
        commitOf(
          { ...finished(run, clock.now()), output: `${index}`, lastSequence: 1 },
          {
            expectedRevision: revision,
            records: [Buffer.from([index])],
          },
        ),
      ),
    );
    expect(tally(answers)).toEqual({ committed: 1, moved: 19 });
    const [bytes] = await state.readLog(run.runId, { afterSequence: 0, limit: 10 });
    expect((await state.readRun(run.runId)).stored?.run.output).toBe(`${bytes?.[0]}`);
  });

  add('one StartRun key 20 times at once starts one run', async ({ state, clock }) => {
    const start = { ...operation('start', { rpc: 'StartRun' }), answer: '{}' };
    const answers = await times(20, () => state.commitRun(commitOf(newRun(clock.now()), { idempotencyKey: start })));
    expect(tally(answers)).toEqual({ committed: 1, moved: 19 });
    const page = await state.pageRuns({ partition: 9, index: 'started', descending: false, limit: 50 });
    expect(page.runs).toHaveLength(1);
  });
}

function shownText(answer: ChargeResult): string {
  return 'counters' in answer ? JSON.stringify(shown(answer.counters)) : answer.kind;
}
