import { describe, expect, test } from 'vitest';
import { checkRun } from '../../../../src/core/decision/run-check.ts';
import { chainOf, countsAsLast, matchesStatus, type Run, runAt } from '../../../../src/core/run/run.ts';
import { aRun, STARTED_AT } from '../runs.ts';

test('a run left untouched for longer than the limit has timed out at that very limit', () => {
  const run = aRun({ touchedAtMs: STARTED_AT + 100 });
  expect(runAt(run, 1_000, STARTED_AT + 1_100)).toBe(run);
  expect(runAt(run, 1_000, STARTED_AT + 1_101)).toMatchObject({ status: 'timeout', finishedAtMs: STARTED_AT + 1_100 });
  const finished = aRun({ status: 'ok' });
  expect(runAt(finished, 1_000, STARTED_AT + 9_000)).toBe(finished);
});

test('dry runs are listed when asked for, by status or by name', () => {
  const dry = aRun({ status: 'dry_run' });
  expect(matchesStatus(dry, undefined, false)).toBe(false);
  expect(matchesStatus(dry, undefined, true)).toBe(true);
  expect(matchesStatus(dry, 'dry_run', false)).toBe(true);
  expect(matchesStatus(dry, 'ok', true)).toBe(false);
  expect(matchesStatus(aRun(), undefined, false)).toBe(true);
});

test('the last run of a skill is a good one, or any finished one, but never a dry one', () => {
  const counts = (status: Run['status']) => [false, true].map((failed) => countsAsLast(aRun({ status }), failed));
  expect(counts('ok')).toEqual([true, true]);
  expect(counts('error')).toEqual([false, true]);
  expect(counts('timeout')).toEqual([false, true]);
  expect(counts('running')).toEqual([false, false]);
  expect(counts('dry_run')).toEqual([false, false]);
});

/** A family of runs by id, each with its parent. */
function family(parents: Record<string, string | undefined>) {
  const runs = new Map(Object.entries(parents).map(([runId, parentRunId]) => [runId, aRun({ runId, parentRunId })]));
  const parentOf = async ({ parentRunId }: Run) => (parentRunId === undefined ? undefined : runs.get(parentRunId));
  return async (runId: string) => (await chainOf(runs.get(runId)!, parentOf)).map((run) => run.runId);
}

test('a chain goes from the root to the run itself', async () => {
  const chain = family({ root: undefined, child: 'root', grandchild: 'child', orphan: 'gone' });
  expect(await chain('grandchild')).toEqual(['root', 'child', 'grandchild']);
  expect(await chain('root')).toEqual(['root']);
  expect(await chain('orphan')).toEqual(['orphan']);
});

test('a chain ends at a loop and at 32', async () => {
  expect(await family({ a: 'b', b: 'c', c: 'a' })('a')).toEqual(['c', 'b', 'a']);
  expect(await family({ self: 'self' })('self')).toEqual(['self']);
  const line = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`r${n}`, n === 0 ? undefined : `r${n - 1}`]));
  const chain = await family(line)('r39');
  expect(chain).toHaveLength(32);
  expect(chain.at(-1)).toBe('r39');
});

describe('the run that a decision names', () => {
  const reasonOf = (given: Partial<Run>, sessionId: string | undefined, principals?: string[]) =>
    checkRun(aRun({ sessionId: 's-1', ...given }), { principals, sessionId }, 'decisions').reason;

  test('belongs to the session that pays, and to the identity', () => {
    expect(reasonOf({}, 's-1', ['discord:1'])).toBe('ALLOWED');
    expect(reasonOf({}, 's-2', ['discord:1'])).toBe('RUN_FOREIGN');
    expect(reasonOf({}, 's-2')).toBe('RUN_FOREIGN');
    expect(reasonOf({}, 's-1', ['discord:2'])).toBe('RUN_FOREIGN');
    expect(reasonOf({}, undefined, ['discord:1'])).toBe('ALLOWED');
  });

  test('goes with any session if it began in none', () => {
    expect(reasonOf({ sessionId: undefined }, 's-2', ['discord:1'])).toBe('ALLOWED');
  });
});
