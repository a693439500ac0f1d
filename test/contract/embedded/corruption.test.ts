// Records that cannot be decoded: never read as absent, never charged, and of no consequence to others.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idKey } from '../../../src/state/embedded/keys.ts';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { State } from '../../../src/state/port/state.ts';
import { commitOf, created, newRun, operation, started, step, stored } from '../fixtures.ts';
import { type TablesBeside, tablesOf } from './tables.ts';

const INTERNAL = { kind: 'internal', message: 'internal error' };

describe('a record that cannot be decoded', () => {
  let directory: string;
  let state: State;
  let tables: TablesBeside;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-corruption-'));
    state = await openEmbeddedState({ directory, retentionMs: 900_000, mapSizeBytes: 2 ** 28 });
    tables = tablesOf(directory);
  });
  afterEach(async () => {
    await state.close();
    await rm(directory, { recursive: true });
  });

  test('fails every operation on its session, and no other session of the same commit', async () => {
    const [damaged, sound] = [await created(state), await created(state)];
    await tables.put('session-counters', idKey(damaged.session.sessionId), Buffer.from('damaged'));
    const [first, second, third] = await Promise.allSettled([
      state.charge(step(sound)),
      state.charge(step(damaged)),
      state.charge(step(sound)),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { kind: 'charged' } });
    expect(second).toMatchObject({ status: 'rejected', reason: { ...INTERNAL, cause: expect.any(Error) } });
    expect(third).toMatchObject({ status: 'fulfilled', value: { kind: 'charged' } });
    expect((await stored(state, sound)).counters.callsMade).toBe(2);
    await expect(state.readSession(damaged.session.sessionId)).rejects.toMatchObject(INTERNAL);
    await expect(state.closeSession(damaged.session.sessionId, undefined)).rejects.toMatchObject(INTERNAL);
  });

  test('fails when a session has lost its facts, rather than taking it for unknown', async () => {
    const record = await created(state);
    const { sessionId } = record.session;
    await tables.put('session-facts', idKey(sessionId), Buffer.from([0x90]));
    await expect(state.charge(step(record))).rejects.toMatchObject(INTERNAL);
    await expect(state.charge(step(record, { idempotencyKey: operation('a') }))).rejects.toMatchObject(INTERNAL);
  });

  test('fails a run, in reading and in writing', async () => {
    const { run, revision } = await started(state, newRun(Date.now()));
    await tables.put('runs', idKey(run.runId), Buffer.from('damaged'));
    await expect(state.readRun(run.runId)).rejects.toMatchObject(INTERNAL);
    await expect(state.commitRun(commitOf(run, { expectedRevision: revision }))).rejects.toMatchObject(INTERNAL);
  });
});
