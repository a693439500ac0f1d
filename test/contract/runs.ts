// Runs: compare and set with a log, and the remembered operations of both.
import { expect } from 'vitest';
import type { Run } from '../../src/core/run/run.ts';
import type { RunCommit } from '../../src/state/port/run.ts';
import {
  commitOf,
  created,
  finished,
  HOSTILE_IDS,
  HOSTILE_NAMES,
  idIn,
  MINUTE,
  newRun,
  OTHER_FINGERPRINT,
  operation,
  started,
  storedRun,
} from './fixtures.ts';
import { type AddCase, RETENTION_MS } from './suite.ts';

const APPEND = { ...operation('append-1', { rpc: 'AppendAudit' }), answer: '{"first":1}' };
const START = operation('start-1', { rpc: 'StartRun' });

/** A new run under a key: what is remembered of it is its id. */
function keyed(run: Run) {
  return commitOf(run, { idempotencyKey: { ...START, answer: run.runId } });
}

export function runCases(add: AddCase): void {
  add('a run is read back as it was committed', async ({ state, clock }) => {
    const bare = newRun(clock.now());
    const full: Run = {
      ...finished(newRun(clock.now(), { runId: idIn(9) }), clock.now() + 5),
      parentRunId: bare.runId,
      rootRunId: bare.runId,
      continuationParentRunId: bare.runId,
      continuationSharesCaller: true,
      channelId: 'c\u0000é',
      sessionId: idIn(9),
      inputs: '{"a":"𝕊"}',
      toolCallsCount: 3,
      tokens: { input: 2 ** 40, output: 1, thinking: 2, cacheRead: 3 },
      output: 'done',
      error: 'none',
      runtimeMs: 17,
      shaping: { lastEventAtMs: 1, lastStepAtMs: 2, modelRecorded: true, secretPending: true },
    };
    for (const run of [bare, full]) {
      expect((await started(state, run)).run).toEqual(run);
    }
  });

  add(
    'a run begins in a session only if that lets its caller in, as it stands in that step',
    async ({ state, clock }) => {
      const enter = (sessionId: string, principals: string[], given: Partial<RunCommit> = {}) => {
        const run = newRun(clock.now(), { runId: idIn(7), sessionId });
        return state.commitRun(commitOf(run, { session: { sessionId, principals }, ...given }));
      };
      const free = (await created(state)).session.sessionId;
      const owned = (await created(state, { owner: 'discord:1' })).session.sessionId;
      const brief = (await created(state, { timeLimitMs: 1_000 })).session.sessionId;
      expect(await enter(free, [])).toBe('committed');
      expect(await enter(owned, ['discord:2', 'discord:1'])).toBe('committed');
      for (const others of [[], ['discord:2'], ['discord:11', '']])
        expect(await enter(owned, others)).toBe('OWNER_MISMATCH');
      expect(await enter(idIn(7), ['discord:1'])).toBe('SESSION_UNKNOWN');
      for (const id of HOSTILE_IDS) expect(await enter(id, ['discord:1'])).toBe('SESSION_UNKNOWN');
      expect(await enter(brief, [])).toBe('committed');
      await clock.advance(1_001);
      expect(await enter(brief, [])).toBe('SESSION_EXPIRED');
      await state.closeSession(owned, undefined);
      expect(await enter(owned, ['discord:1'])).toBe('SESSION_CLOSED');
      expect(await enter(owned, ['discord:2'])).toBe('OWNER_MISMATCH');
      await clock.advance(RETENTION_MS + MINUTE);
      expect(await enter(owned, ['discord:1'])).toBe('SESSION_UNKNOWN');
    },
  );

  add('a run that a session keeps out leaves nothing, and its key begins it later', async ({ state, clock }) => {
    const { sessionId } = (await created(state, { owner: 'discord:1' })).session;
    const run = newRun(clock.now(), { runId: idIn(7), sessionId });
    const start = keyed(run);
    expect(await state.commitRun({ ...start, session: { sessionId, principals: ['discord:2'] } })).toBe(
      'OWNER_MISMATCH',
    );
    expect((await state.readRun(run.runId)).stored).toBeUndefined();
    const listed = await state.pageRuns({ partition: 7, index: 'started', descending: true, limit: 10 });
    expect(listed.runs).toEqual([]);
    expect(await state.commitRun({ ...start, session: { sessionId, principals: ['discord:1'] } })).toBe('committed');
    expect((await storedRun(state, run.runId)).run).toEqual(run);
  });

  // The twin: what StartRun would do if it looked at the session first and named it no more.
  add('a commit that names no session asks none', async ({ state, clock }) => {
    const { sessionId } = (await created(state, { owner: 'discord:1' })).session;
    await state.closeSession(sessionId, undefined);
    expect(await state.commitRun(commitOf(newRun(clock.now(), { runId: idIn(7), sessionId })))).toBe('committed');
  });

  add('a new run is committed once, then only from its own revision', async ({ state, clock }) => {
    const run = newRun(clock.now());
    const first = await started(state, run);
    expect(await state.commitRun(commitOf(run))).toBe('moved');
    const touched = { ...run, toolCallsCount: 1 };
    expect(await state.commitRun(commitOf(touched, { expectedRevision: first.revision }))).toBe('committed');
    const second = await storedRun(state, run.runId);
    expect(second.run).toEqual(touched);
    expect(second.revision).not.toBe(first.revision);
    expect(await state.commitRun(commitOf(run, { expectedRevision: first.revision }))).toBe('moved');
    expect(await storedRun(state, run.runId)).toEqual(second);
  });

  add('a run that does not exist cannot be committed from a revision', async ({ state, clock }) => {
    const run = newRun(clock.now());
    expect(await state.commitRun(commitOf(run, { expectedRevision: 3 }))).toBe('moved');
    expect((await state.readRun(run.runId)).stored).toBeUndefined();
  });

  add('a log keeps its records byte by byte, in sequence, and pages through them', async ({ state, clock }) => {
    const run = newRun(clock.now());
    await started(state, run);
    const records = Array.from({ length: 250 }, (_, index) => Buffer.from([0, 255, index, 0x80, 0x0a]));
    for (const end of [1, 100, 250]) {
      const { run: current, revision } = await storedRun(state, run.runId);
      const added = records.slice(current.lastSequence, end);
      const next = { ...current, lastSequence: end };
      expect(await state.commitRun(commitOf(next, { expectedRevision: revision, records: added }))).toBe('committed');
    }
    const page = async (afterSequence: number, limit: number) =>
      (await state.readLog(run.runId, { afterSequence, limit })).map((bytes) => Buffer.from(bytes));
    expect(await page(0, 1_000)).toEqual(records);
    expect(await page(0, 3)).toEqual(records.slice(0, 3));
    expect(await page(99, 2)).toEqual(records.slice(99, 101));
    expect(await page(249, 10)).toEqual(records.slice(249));
    expect(await page(250, 10)).toEqual([]);
  });

  add('a commit that has moved leaves the log as it was', async ({ state, clock }) => {
    const run = newRun(clock.now());
    await started(state, run);
    const stale = commitOf({ ...run, lastSequence: 1 }, { records: [Buffer.from('lost')] });
    expect(await state.commitRun(stale)).toBe('moved');
    expect(await state.readLog(run.runId, { afterSequence: 0, limit: 10 })).toEqual([]);
  });

  add('a run remembers its operation and commits it once', async ({ state, clock }) => {
    const { run, revision } = await started(state, newRun(clock.now()));
    const commit = commitOf({ ...run, toolCallsCount: 1 }, { expectedRevision: revision, idempotencyKey: APPEND });
    expect((await state.readRun(run.runId, APPEND)).remembered).toBeUndefined();
    expect(await state.commitRun(commit)).toBe('committed');
    const found = await state.readRun(run.runId, APPEND);
    expect(found.remembered).toEqual({ fingerprint: APPEND.fingerprint, answer: APPEND.answer });
    expect((await state.readRun(run.runId)).remembered).toBeUndefined();
    expect((await state.readRun(run.runId, { ...APPEND, rpc: 'FinishRun' })).remembered).toBeUndefined();
    expect((await state.readRun(run.runId, { ...APPEND, key: 'append-2' })).remembered).toBeUndefined();

    const again = { ...commit, expectedRevision: found.stored!.revision };
    expect(await state.commitRun(again)).toBe('moved');
    const reused = { ...again, idempotencyKey: { ...APPEND, fingerprint: OTHER_FINGERPRINT } };
    expect(await state.commitRun(reused)).toBe('moved');
    expect((await storedRun(state, run.runId)).run.toolCallsCount).toBe(1);
  });

  add('a run’s key belongs to the run and is remembered for ten minutes', async ({ state, clock }) => {
    const [one, two] = [await started(state, newRun(clock.now())), await started(state, newRun(clock.now()))];
    await state.commitRun(commitOf(one.run, { expectedRevision: one.revision, idempotencyKey: APPEND }));
    expect((await state.readRun(two.run.runId, APPEND)).remembered).toBeUndefined();
    await clock.advance(10 * MINUTE);
    expect((await state.readRun(one.run.runId, APPEND)).remembered?.answer).toBe(APPEND.answer);
  });

  add('a run’s key is remembered beside later ones, and forgotten two generations later', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    const commit = async (key: string) => {
      const { revision } = await storedRun(state, run.runId);
      const outcome = await state.commitRun(
        commitOf(run, { expectedRevision: revision, idempotencyKey: { ...APPEND, key } }),
      );
      return outcome === 'committed';
    };
    for (let index = 0; index < 4; index++) {
      expect(await commit(`append-${index}`)).toBe(true);
      await clock.advance(10 * MINUTE);
      expect(await commit(`beside-${index}`)).toBe(true);
      for (const key of [`append-${index}`, `beside-${index}`]) expect(await commit(key)).toBe(false);
    }
    await clock.advance(20 * MINUTE);
    expect((await state.readRun(run.runId, { ...APPEND, key: 'append-3' })).remembered).toBeUndefined();
    expect(await commit('append-3')).toBe(true);
    expect(await commit('append-3')).toBe(false);
    await clock.advance(-10 * MINUTE);
    expect(await commit('append-3')).toBe(false);
  });

  add('a StartRun key is remembered for its caller, and starts one run', async ({ state, clock }) => {
    const run = newRun(clock.now());
    expect(await state.readStartedRun(run.callerId, START.key)).toBeUndefined();
    expect(await state.commitRun(keyed(run))).toBe('committed');
    const remembered = { fingerprint: START.fingerprint, answer: run.runId };
    expect(await state.readStartedRun(run.callerId, START.key)).toEqual(remembered);
    const second = newRun(clock.now(), { runId: idIn(10) });
    expect(await state.commitRun(keyed(second))).toBe('moved');
    expect((await state.readRun(second.runId)).stored).toBeUndefined();
    await clock.advance(10 * MINUTE);
    expect(await state.readStartedRun(run.callerId, START.key)).toEqual(remembered);
  });

  add('hostile caller ids are callers like any other and never collide', async ({ state, clock }) => {
    const runs = HOSTILE_NAMES.map((callerId) => newRun(clock.now(), { callerId }));
    for (const run of runs) {
      expect(await state.readStartedRun(run.callerId, START.key)).toBeUndefined();
      expect(await state.commitRun(keyed(run))).toBe('committed');
    }
    for (const { callerId, runId } of runs) {
      expect((await state.readStartedRun(callerId, START.key))?.answer).toBe(runId);
    }
  });

  add('foreign and hostile run ids are simply unknown', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now()));
    for (const runId of [...HOSTILE_IDS, run.runId.toUpperCase(), idIn(9)]) {
      const { stored, remembered } = await state.readRun(runId, APPEND);
      expect([stored, remembered]).toEqual([undefined, undefined]);
      expect(await state.readLog(runId, { afterSequence: 0, limit: 10 })).toEqual([]);
      expect(await state.removeRun(runId, 1)).toBe(false);
    }
  });

  add('removal takes the run, its log and its keys, and only at the revision it was decided on', async (opened) => {
    const { state, clock } = opened;
    const first = await started(state, newRun(clock.now()));
    const end = { ...finished(first.run, clock.now()), lastSequence: 3 };
    const records = [1, 2, 3].map((index) => Buffer.from([index]));
    await state.commitRun(commitOf(end, { expectedRevision: first.revision, records, idempotencyKey: APPEND }));
    const last = await storedRun(state, end.runId);
    expect(await state.removeRun(end.runId, first.revision)).toBe(false);
    expect(await storedRun(state, end.runId)).toEqual(last);

    expect(await state.removeRun(end.runId, last.revision)).toBe(true);
    expect(await state.readRun(end.runId, APPEND)).toMatchObject({ stored: undefined, remembered: undefined });
    expect(await state.readLog(end.runId, { afterSequence: 0, limit: 10 })).toEqual([]);
    expect(await state.removeRun(end.runId, last.revision)).toBe(false);
  });
}
