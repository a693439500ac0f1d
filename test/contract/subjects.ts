// Decisions and runs by whom they are about: all of theirs and nobody else's, in order, page by page.
import { expect } from 'vitest';
import type { DecisionSubject } from '../../src/core/decision/decision-subject.ts';
import type { RunSubject } from '../../src/state/port/run.ts';
import type { State } from '../../src/state/port/state.ts';
import { EVER, recordedStep, settled } from './decisions.ts';
import { commitOf, created, finished, idIn, newRun, storedRun } from './fixtures.ts';
import type { AddCase } from './suite.ts';

const ALICE = { field: 'principal', value: 'discord:alice' } as const;
const AGENT = { field: 'agent', value: 'agent-1' } as const;

const about = async (state: State, subject: DecisionSubject, more = {}) =>
  (await state.pageDecisions({ of: { partition: 7, about: subject }, ...EVER, ...more })).map(
    ({ decisionId }) => decisionId,
  );

export function subjectCases(add: AddCase): void {
  add('decisions about a subject are those of its sessions and of no session, newest first', async (opened) => {
    const { state, clock } = opened;
    const [mine, shared, other] = [await created(state), await created(state), await created(state)];
    for (const { session } of [mine, shared]) await state.noteSubjects(session.sessionId, [ALICE, AGENT]);
    await state.noteSubjects(other.session.sessionId, [AGENT]);
    const alice = { principal: ALICE.value };
    const steps = [
      recordedStep(clock, mine, { context: alice }),
      recordedStep(clock, shared, { context: alice }),
      recordedStep(clock, shared, { context: { principal: 'discord:bob' } }),
      recordedStep(clock, other, { context: { principal: 'discord:bob' } }),
    ];
    for (const step of steps) expect((await state.charge(step)).kind).toBe('charged');
    const denial = settled(clock, 'PRIVILEGE_REQUIRED', { sessionId: mine.session.sessionId, context: alice });
    const sessionless = settled(clock, 'SESSION_REQUIRED', { context: alice });
    const foreign = settled(clock, 'SESSION_REQUIRED', { context: { principal: 'discord:bob', agentId: 'agent-2' } });
    for (const decision of [denial, sessionless, foreign]) await state.recordDecision(decision);

    const ids = [steps[0]!, steps[1]!, denial, sessionless].map(({ decisionId }) => decisionId).reverse();
    expect(await about(state, ALICE)).toEqual(ids);
    expect(await about(state, ALICE, { limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await about(state, ALICE, { after: ids[1] })).toEqual(ids.slice(2));
    expect(await about(state, { field: 'principal', value: 'discord:nobody' })).toEqual([]);
    // What an agent is called is no principal.
    expect(await about(state, { field: 'principal', value: AGENT.value })).toEqual([]);
    expect(await about(state, AGENT)).toHaveLength(6);
  });

  add('a time range leaves out what was decided before and behind it', async ({ state, clock }) => {
    const session = await created(state);
    const { sessionId } = session.session;
    const ids: string[] = [];
    const startMs = clock.now();
    for (let hour = 0; hour < 4; hour++) {
      await state.noteSubjects(sessionId, [ALICE]);
      const step = recordedStep(clock, session, { context: { principal: ALICE.value } });
      ids.push(step.decisionId);
      await state.charge(step);
      await clock.advance(3_600_000);
    }
    const range = { fromMs: startMs + 3_600_000, toMs: startMs + 3 * 3_600_000 };
    expect(await about(state, ALICE, range)).toEqual([ids[2], ids[1]]);
    expect(await about(state, ALICE, { fromMs: 0, toMs: startMs })).toEqual([]);
    expect(await about(state, ALICE)).toHaveLength(4);
  });

  add('runs are found by caller, agent, session and skill, until they are removed', async ({ state, clock }) => {
    const sessionId = idIn(9);
    const given = { callerId: 'discord:alice', agentId: 'agent-1', sessionId, skillId: 'triage' };
    const runs = [
      newRun(clock.now(), given),
      newRun(clock.now() + 1, { ...given, skillId: 'fetch', sessionId: undefined, agentId: undefined }),
      newRun(clock.now() + 2, { ...given, callerId: 'discord:bob' }),
    ];
    for (const run of runs) expect(await state.commitRun(commitOf(run))).toBe('committed');
    const found = async (by: RunSubject, more = {}) => {
      const page = { partition: 9, index: 'started', by, descending: true, limit: 10, ...more } as const;
      return (await state.pageRuns(page)).runs.map(({ run }) => runs.findIndex(({ runId }) => runId === run.runId));
    };
    expect(await found({ field: 'caller', value: 'discord:alice' })).toEqual([1, 0]);
    expect(await found({ field: 'agent', value: 'agent-1' })).toEqual([2, 0]);
    expect(await found({ field: 'session', value: sessionId })).toEqual([2, 0]);
    expect(await found({ field: 'skill', value: 'fetch' })).toEqual([1]);
    expect(await found({ field: 'skill', value: 'agent-1' })).toEqual([]);
    const after = { atMs: runs[2]!.startedAtMs, id: runs[2]!.runId };
    expect(await found({ field: 'session', value: sessionId }, { after })).toEqual([0]);

    // A run that goes on and ends keeps its places.
    const { run, revision } = await storedRun(state, runs[2]!.runId);
    expect(await state.commitRun(commitOf(finished(run, clock.now()), { expectedRevision: revision }))).toBe(
      'committed',
    );
    expect(await found({ field: 'agent', value: 'agent-1' })).toEqual([2, 0]);
    expect(await state.removeRun(run.runId, revision + 1)).toBe(true);
    expect(await found({ field: 'agent', value: 'agent-1' })).toEqual([0]);
    expect(await found({ field: 'caller', value: 'discord:bob' })).toEqual([]);
  });
}
