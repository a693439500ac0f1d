import { expect, test } from 'vitest';
import { type Finish, finishRun } from '../../../../src/core/run/finish.ts';
import { FINAL_STATUSES, runAt } from '../../../../src/core/run/run.ts';
import { aRun, STARTED_AT } from '../runs.ts';

const finish: Finish = { status: 'ok', output: 'done', error: undefined, runtimeMs: 12, fingerprint: 'f1' };
const NOW = STARTED_AT + 500;

test('a running run finishes with any final status, and keeps what it counted', () => {
  for (const status of FINAL_STATUSES) {
    const run = aRun({ toolCallsCount: 3, lastSequence: 7 });
    expect(finishRun(run, { ...finish, status }, NOW)).toEqual({
      kind: 'finished',
      run: { ...run, status, finishedAtMs: NOW, output: 'done', runtimeMs: 12, finishFingerprint: 'f1' },
    });
  }
});

test('the same content again changes nothing, other content contradicts', () => {
  const { run } = finishRun(aRun(), finish, NOW);
  const again = finishRun(run, finish, NOW + 9);
  expect(again.kind).toBe('same');
  expect(again.run).toBe(run);
  const other = finishRun(run, { ...finish, status: 'error', fingerprint: 'f2' }, NOW + 9);
  expect(other.kind).toBe('contradiction');
  expect(other.run).toBe(run);
});

test('a run that has timed out by itself is finished by nobody', () => {
  const timedOut = runAt(aRun(), 1_000, STARTED_AT + 1_001);
  expect(finishRun(timedOut, { ...finish, status: 'timeout' }, STARTED_AT + 2_000).kind).toBe('contradiction');
});

test('output and error are cut', () => {
  const { run } = finishRun(aRun(), { ...finish, output: 'é'.repeat(2_001), error: 'e'.repeat(4_000) }, NOW);
  expect(run.output).toBe(`${'é'.repeat(2_000)}…[+2 bytes]`);
  expect(run.error).toBe('e'.repeat(4_000));
});

test('a run does not finish before its last event', () => {
  const run = aRun();
  const later = { ...run, shaping: { ...run.shaping, lastEventAtMs: NOW + 50 } };
  expect(finishRun(later, finish, NOW).run.finishedAtMs).toBe(NOW + 50);
});
