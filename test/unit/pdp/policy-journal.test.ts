// The document of a policy is stored before the first record that names it; otherwise nothing is recorded.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { PolicyJournal } from '../../../src/pdp/policy/policy-journal.ts';
import { createSession } from '../../../src/pdp/session/sessions.ts';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { State } from '../../../src/state/port/state.ts';
import { newSession } from '../../contract/fixtures.ts';
import { plainContext } from '../../support/pdp.ts';

const NOW = 1_790_000_000_000;
const KEPT = { revision: 'ab'.repeat(32), document: '{}', inForceAtMs: NOW };

let directory: string;
let state: State;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tollgate-journal-'));
  state = await openEmbeddedState({ directory, retentionMs: 1_000, mapSizeBytes: 2 ** 26, now: () => NOW });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await state.close();
  rmSync(directory, { recursive: true });
});

/** A store that takes no documents for so many times. */
function refusing(times: number) {
  let left = times;
  const keepPolicy: State['keepPolicy'] = async (policy) => {
    if (left-- > 0) throw new Failure('state_unavailable', 'away');
    await state.keepPolicy(policy);
  };
  const refusing: State = { ...state, info: state.info, keepPolicy, within: () => refusing };
  return refusing;
}

function journalOf(...kept: readonly (typeof KEPT)[]): PolicyJournal {
  const policies = new PolicyJournal();
  for (const policy of kept) policies.take(policy);
  return policies;
}

test('nothing is recorded under a policy that the store has not taken', async () => {
  const policies = journalOf(KEPT);
  const context = plainContext(refusing(1), () => NOW, { policies });
  await expect(createSession(context, newSession(), undefined)).rejects.toMatchObject({ kind: 'state_unavailable' });
  expect(await state.readPolicy(KEPT.revision)).toBeUndefined();
  expect((await state.readAgent(newSession().agentId)).liveSessions).toBe(0);
  await createSession(context, newSession(), undefined);
  expect(await state.readPolicy(KEPT.revision)).toEqual({ document: '{}', inForceAtMs: NOW });
});

test('every policy since the last record is kept, not the newest alone', async () => {
  const other = { ...KEPT, revision: 'cd'.repeat(32), document: '{"a":1}' };
  const policies = journalOf(KEPT, other);
  await policies.keep(state);
  expect(policies.isDue()).toBe(false);
  expect(await state.readPolicy(KEPT.revision)).toMatchObject({ document: '{}' });
  expect(await state.readPolicy(other.revision)).toMatchObject({ document: '{"a":1}' });
});

test('a swap is recorded once the store takes it, and once', async () => {
  const policies = journalOf(KEPT);
  policies.swapped({ revision: KEPT.revision, previous: 'before', caller: 'alice' });
  const context = plainContext(refusing(1), () => NOW, { policies });
  await expect(policies.flush(context)).rejects.toMatchObject({ kind: 'state_unavailable' });
  await Promise.all([policies.flush(context), policies.flush(context)]);
  const pages = Array.from({ length: 256 }, (_, partition) =>
    state.pageDecisions({ of: { partition }, fromMs: 0, toMs: 2 * NOW, limit: 10 }),
  );
  const records = (await Promise.all(pages)).flat();
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    rpc: 'ReloadPolicy',
    caller: 'alice',
    policyRevision: KEPT.revision,
    details: { kind: 'swap', previousRevision: 'before' },
  });
});

test('a crowd that waits for a silent store waits for one attempt, and not for one after the other', async () => {
  const policies = journalOf(KEPT);
  let asked = 0;
  let give = (_error: Error) => {};
  const keepPolicy: State['keepPolicy'] = () => {
    asked += 1;
    return new Promise((_resolve, reject) => {
      give = reject;
    });
  };
  const silent: State = { ...state, info: state.info, keepPolicy, within: () => silent };
  const crowd = Promise.allSettled(Array.from({ length: 50 }, () => policies.keep(silent)));
  give(new Failure('state_unavailable', 'timed out'));
  expect((await crowd).every(({ status }) => status === 'rejected')).toBe(true);
  expect(asked).toBe(1);
  await policies.keep(state);
  expect(policies.isDue()).toBe(false);
});

test('a policy that is kept is refreshed beside the decisions, and they do not fail with it', async () => {
  const policies = journalOf(KEPT);
  await policies.keep(state);
  const nowMs = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(nowMs + 61_000);
  expect([policies.isDue(), policies.isAgeing()]).toEqual([false, true]);
  const pdp = plainContext(refusing(1), () => NOW, { policies });
  await createSession(pdp, newSession(), undefined);
  expect((await state.readAgent(newSession().agentId)).liveSessions).toBe(1);
  expect(policies.isAgeing()).toBe(false);
  clock.mockReturnValue(nowMs + 63_000);
  expect(policies.isAgeing()).toBe(true);
});

test('one that was not refreshed for long, or that the store may have lost, is due before the next record', async () => {
  const policies = journalOf(KEPT);
  await policies.keep(state);
  policies.forget();
  expect(policies.isDue()).toBe(true);
  await policies.keep(state);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 601_000);
  expect(policies.isDue()).toBe(true);
  const pdp = plainContext(refusing(1), () => NOW, { policies });
  await expect(createSession(pdp, newSession(), undefined)).rejects.toMatchObject({ kind: 'state_unavailable' });
});
