// What has outlived its use leaves the tables, in bounded steps.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/core/limits.ts';
import { idKey } from '../../../src/state/embedded/keys.ts';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { State } from '../../../src/state/port/state.ts';
import { recordedStep, settled } from '../decisions.ts';
import { charged, commitOf, created, finished, MINUTE, newRun, operation, started, step } from '../fixtures.ts';
import { ALICE } from '../identities.ts';
import { type TablesBeside, tablesOf } from './tables.ts';

const RUN_RETENTION_MS = 24 * 60 * MINUTE;

describe('a sweep', () => {
  let directory: string;
  let state: State;
  let tables: TablesBeside;
  let nowMs: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-sweep-'));
    nowMs = 1_750_000_000_000;
    const options = { directory, retentionMs: 900_000, runRetentionMs: RUN_RETENTION_MS, mapSizeBytes: 2 ** 28 };
    state = await openEmbeddedState({ ...options, now: () => nowMs });
    tables = tablesOf(directory);
  });
  afterEach(async () => {
    await state.close();
    await rm(directory, { recursive: true });
  });

  function sweep(partition = 7): Promise<number> {
    return state.removeEndedSessions({ partition, endedForMs: 900_000, limit: 100 });
  }

  test('leaves nothing of a session that was removed', async () => {
    for (const timeLimitMs of [1_000, 2_000]) await created(state, { timeLimitMs });
    const closed = await created(state);
    await state.closeSession(closed.session.sessionId, undefined);
    nowMs += 1_000_000;
    expect(await sweep()).toBe(3);
    for (const name of ['session-facts', 'session-counters', 'session-index', 'agent-sessions'] as const) {
      expect(await tables.count(name)).toBe(0);
    }
  });

  test('removes identities that have expired, and not before', async () => {
    await state.bindIdentity('short', ALICE, 10_000);
    await state.bindIdentity('long', ALICE, 10_000);
    await state.bindIdentity('long', ALICE, 60_000);
    nowMs += 9_999;
    await sweep();
    expect(await tables.count('identities')).toBe(2);
    nowMs += 1;
    await sweep();
    expect([await tables.count('identities'), await tables.count('identity-ends')]).toEqual([1, 1]);
    expect((await state.readIdentity('long')).stored?.identity).toEqual(ALICE);
  });

  test('removes keys that are forgotten, and charges under new keys do so, too', async () => {
    const record = await created(state);
    for (let index = 0; index < 10; index++)
      await charged(state, record, { idempotencyKey: operation(`old-${index}`) });
    nowMs += 10 * MINUTE;
    await sweep();
    expect(await tables.count('operations')).toBe(10);
    nowMs += 20 * MINUTE;
    for (let index = 0; index < 3; index++) await charged(state, record, { idempotencyKey: operation(`new-${index}`) });
    expect(await tables.count('operations')).toBe(10 - 6 + 3);
    await sweep();
    expect(await tables.count('operations')).toBe(3);
    expect((await state.charge(step(record, { idempotencyKey: operation('new-0') }))).kind).toBe('replayed');
  });

  test('removes a long log after its run, step by step', async () => {
    let { run, revision } = await started(state, finished(newRun(nowMs), nowMs));
    for (; run.lastSequence < 2_500; revision++) {
      run = { ...run, lastSequence: run.lastSequence + 500 };
      const records = Array.from({ length: 500 }, () => Buffer.from('record'));
      await state.commitRun(commitOf(run, { expectedRevision: revision, records }));
    }
    expect(await state.removeRun(run.runId, revision)).toBe(true);
    expect(await state.readLog(run.runId, { afterSequence: 0, limit: 10 })).toEqual([]);
    const left = [];
    for (let round = 0; round < 3; round++) {
      left.push(await tables.count('logs'));
      await sweep();
    }
    expect(left).toEqual([1_500, 500, 0]);
    expect(await tables.count('removed-logs')).toBe(0);
  });

  test('removes runs that finished longer ago than runs are kept, and leaves running ones', async () => {
    await started(state, finished(newRun(nowMs), nowMs));
    await started(state, finished(newRun(nowMs), nowMs + 1));
    await started(state, newRun(nowMs));
    nowMs += RUN_RETENTION_MS + 1;
    expect(await sweep(9)).toBe(0);
    // Each run has four entries: by start, by caller, by skill, and by finish or last touch.
    expect([await tables.count('runs'), await tables.count('run-index')]).toEqual([2, 2 * 4]);
  });

  test('removes records of decisions that are older than they are kept, with their entries in lists', async () => {
    const record = await created(state);
    const clock = { now: () => nowMs };
    await state.charge(recordedStep(clock, record));
    await state.charge({ ...recordedStep(clock, record), agentId: 'other' });
    await state.recordDecision(settled(clock, 'PLATFORM_UNKNOWN'));
    const counts = () => Promise.all((['decisions', 'decision-lists'] as const).map((name) => tables.count(name)));
    nowMs += LIMITS.decisionRetentionMsDefault;
    await sweep();
    expect(await counts()).toEqual([3, 3]);
    nowMs += 1;
    await sweep();
    expect(await counts()).toEqual([0, 0]);
  });

  test('a run that remembers as many keys as it may takes no other', async () => {
    const { run, revision } = await started(state, newRun(nowMs));
    const keyed = commitOf(run, { expectedRevision: revision, idempotencyKey: { ...operation('a'), answer: '' } });
    expect(await state.commitRun(keyed)).toBe('committed');
    const header = Buffer.alloc(18);
    header.writeUIntBE(revision + 1, 0, 6);
    header.writeUInt32BE(Math.floor(nowMs / LIMITS.operationGenerationMs), 6);
    header.writeUInt32BE(LIMITS.operationsMax, 10);
    const full = Buffer.concat([header, Buffer.from(JSON.stringify({ format: 2, ...run }))]);
    await tables.put('runs', idKey(run.runId), full);
    const other = { ...keyed, expectedRevision: revision + 1, idempotencyKey: { ...operation('b'), answer: '' } };
    expect(await state.commitRun(other)).toBe('too_many_keys');
    nowMs += 20 * MINUTE;
    expect(await state.commitRun(other)).toBe('committed');
  });
});
