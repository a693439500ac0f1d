// What repeats folds: equal denials, calls that fail in an outage. Nothing is left out of the counts, and memory is bounded.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BUILT_IN } from '../../../src/core/redaction/scanner.ts';
import { DecisionLog } from '../../../src/rpc/call/decision-log.ts';
import { FoldedLines } from '../../../src/telemetry/folded-lines.ts';
import { createLogger } from '../../../src/telemetry/log.ts';
import { OutageLog } from '../../../src/telemetry/outage-log.ts';
import { Warnings } from '../../../src/telemetry/warnings.ts';

type Line = Readonly<Record<string, unknown>>;
let lines: Line[];
const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(JSON.parse(line)) } });

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const said = () => lines.map(({ msg }) => msg);

function denial(at: number) {
  return {
    decisionId: `d-${at}`,
    effect: 'DENY',
    wouldBe: undefined,
    reason: 'BUDGET_EXHAUSTED',
    replayed: false,
    dryRun: false,
    policyRevision: 'abc',
  } as never;
}

test('13,589 equal denials of a session in 14 s are a line and a count for each 10 s', () => {
  const decisions = new DecisionLog(log, () => BUILT_IN);
  for (let at = 0; at < 13_589; at++) {
    decisions.write('Authorize', 'local', {
      decision: denial(at),
      about: () => ({ session_id: 's', tool: 'read_file' }),
    });
    vi.advanceTimersByTime(1);
  }
  decisions.write('Authorize', 'local', {
    decision: denial(0),
    about: () => ({ session_id: 'other', tool: 'read_file' }),
  });
  decisions.close();
  expect(said()).toEqual(['denied', 'more equal denials', 'denied', 'more equal denials']);
  expect(lines[0]).toMatchObject({ decision_id: 'd-0', session_id: 's', reason: 'BUDGET_EXHAUSTED' });
  const counts = lines.filter(({ session_id, more }) => session_id === 's' && more !== undefined);
  expect(counts.reduce((sum, { more }) => sum + Number(more), 1)).toBe(13_589);
});

test('a denial that comes again after a quiet time is written again', () => {
  const decisions = new DecisionLog(log, () => BUILT_IN);
  for (let round = 0; round < 2; round++) {
    decisions.write('Authorize', 'local', { decision: denial(round), about: () => ({ session_id: 's' }) });
    vi.advanceTimersByTime(20_000);
  }
  expect(said()).toEqual(['denied', 'denied']);
});

test('a million different lines cost the log and the memory no more than a thousand', () => {
  const folded = new FoldedLines(log, 'more');
  for (let at = 0; at < 100_000; at++) {
    folded.write({ key: `${at}`, kind: at % 2 === 0 ? 'even' : 'odd', about: { at } }, (to) => to.info('first'));
  }
  folded.close();
  expect(lines.filter(({ msg }) => msg === 'first')).toHaveLength(1_000);
  expect(lines.filter(({ msg }) => msg === 'more')).toMatchObject([
    { kind: 'even', more: 49_500 },
    { kind: 'odd', more: 49_500 },
  ]);
});

test('an outage is a line at its begin, one for each 10 s with its failed calls, and one at its end', () => {
  const outage = new OutageLog(log, Date.now);
  outage.checked(true, undefined);
  expect(outage.failed()).toBe(false);
  outage.lost(new Error('refused'));
  outage.lost(new Error('timed out'));
  outage.checked(false, new Error('away'));
  for (let ms = 0; ms < 25_000; ms++) {
    expect(outage.failed()).toBe(true);
    vi.advanceTimersByTime(1);
  }
  outage.ready();
  outage.checked(true, undefined);
  outage.ready();
  expect(said()).toEqual([
    'the store answers: serving',
    'the store cannot be reached',
    'the store still cannot be reached',
    'the store still cannot be reached',
    'the store answers: serving',
  ]);
  expect(lines[1]).toMatchObject({ error: { message: 'refused' } });
  expect(Number(lines[2]!.failed_calls) + Number(lines[3]!.failed_calls)).toBeLessThan(25_000);
  expect(lines.at(-1)).toMatchObject({ failed_calls: 25_000, outage_ms: 25_000 });
  expect(outage.failed()).toBe(false);
});

test('a connection that is back before the health check has noticed ends its outage itself', () => {
  const outage = new OutageLog(log);
  outage.checked(true, undefined);
  outage.lost(new Error('reset'));
  outage.ready();
  expect(said().slice(1)).toEqual(['the store cannot be reached', 'the store answers: serving']);
});

test('a warning is logged when it comes and when it goes, and says since when it holds', () => {
  let now = 1_000;
  let full = false;
  const warnings = new Warnings(log, () => now);
  warnings.addSource(() => (full ? [{ code: 'STORE_FULL', message: 'full' }] : []));
  expect(warnings.list()).toEqual([]);
  full = true;
  warnings.list();
  now = 2_000;
  warnings.raise('POLICY_REFUSED', 'line 3');
  expect(warnings.list()).toEqual([
    { code: 'POLICY_REFUSED', message: 'line 3', sinceMs: 2_000 },
    { code: 'STORE_FULL', message: 'full', sinceMs: 1_000 },
  ]);
  expect(warnings.counts().get('STORE_FULL')).toBe(1);
  expect(warnings.counts().get('STORE_EMPTIED')).toBe(0);
  warnings.clear('POLICY_REFUSED');
  full = false;
  expect(warnings.list()).toEqual([]);
  expect(lines.map(({ level, warning }) => `${level} ${warning}`)).toEqual([
    'warn STORE_FULL',
    'warn POLICY_REFUSED',
    'info POLICY_REFUSED',
    'info STORE_FULL',
  ]);
});
