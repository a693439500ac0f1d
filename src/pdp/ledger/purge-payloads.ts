// Purging the contents of a finished run: what happened stays provable, what was said is gone. The purge record comes first,
// so that at no moment something is missing that no record explains.
import { Failure } from '../../core/failure.ts';
import { purgeRecord, withOwnRecords } from '../../core/ledger/ledger.ts';
import { LIMITS } from '../../core/limits.ts';
import { PARTITIONS } from '../../core/partition.ts';
import type { Run } from '../../core/run/run.ts';
import type { Position } from '../../state/port/position.ts';
import type { CallContext } from '../call-context.ts';
import { RUNS_AT_ONCE } from '../merge-pages.ts';
import { changeRun, sealRun } from '../run/change-run.ts';
import { encodeRecords } from './ledger.ts';

/**
 * Removes the texts of a finished run and the contents of its records, for good. A repeat goes on where an earlier purge was
 * cut short, and changes nothing once that is done.
 *
 * @param by  the caller who asked for it, for the ledger; undefined where a sweep ends what somebody has begun
 * @returns up to which record contents were removed
 * @throws Failure not_found; wrong_state while the run is running; state_unavailable, and then some of it may be left
 */
export async function purgePayloads(context: CallContext, runId: string, by?: string): Promise<number> {
  // A run that fell silent has finished.
  await sealRun(context, runId);
  const { last, isDone } = await changeRun(
    context,
    runId,
    undefined,
    (run, now) => beginPurge(run, now, by),
    () => never(),
  );
  if (isDone) return last;
  await sealRun(context, runId);
  for (let first = 1; first <= last; first += LIMITS.purgeChunk) {
    await context.state.purgePayloads(runId, { first, last: Math.min(last, first + LIMITS.purgeChunk - 1) });
  }
  return changeRun(
    context,
    runId,
    undefined,
    (run) => endPurge(run, last),
    () => never(),
  );
}

/**
 * Purges the contents of all runs that finished strictly before a time and still have some.
 *
 * @param onPurged  is told of each run
 */
export async function purgeOldPayloads(
  context: CallContext,
  finishedBeforeMs: number,
  onPurged: (count: number) => void,
): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    let after: Position | undefined;
    for (;;) {
      const walk = { partition, index: 'finished', descending: false, limit: PAGE } as const;
      const { runs } = await context.state.pageRuns({ ...walk, ...(after && { after }) });
      const old = runs.filter(({ run }) => (run.finishedAtMs ?? Number.POSITIVE_INFINITY) < finishedBeforeMs);
      for (const { run } of old) {
        if (run.ledger.purge?.isDone) continue;
        await purgePayloads(context, run.runId, context.caller.name);
        onPurged(1);
      }
      const last = old.at(-1)?.run;
      if (!last || old.length < PAGE) break;
      after = { atMs: last.finishedAtMs ?? 0, id: last.runId };
    }
  }
}

const PAGE = RUNS_AT_ONCE;

function beginPurge(run: Run, now: number, by: string | undefined) {
  if (run.status === 'running') throw new Failure('wrong_state', 'the run is running', { subject: 'running_run' });
  const { purge, texts } = run.ledger;
  if (purge) return { run, records: [], answer: purge };
  const begun = { last: run.lastSequence, isDone: false };
  const stripped: Run = {
    ...run,
    inputs: undefined,
    output: undefined,
    error: undefined,
    // It is a hash of the texts without a salt.
    finishFingerprint: undefined,
    // From now on it is tended until the purge is done: should this one be cut short, a sweep goes on with it.
    touchedAtMs: now,
    ledger: { ...run.ledger, texts: texts && { salt: undefined, hash: texts.hash }, purge: begun },
  };
  const { run: purged, records } = withOwnRecords(stripped, [purgeRecord(begun.last, now, by)]);
  return { run: purged, records: encodeRecords(records, now), answer: begun };
}

function endPurge(run: Run, last: number) {
  const { purge } = run.ledger;
  if (!purge || purge.isDone) return { run, records: [], answer: last };
  return { run: { ...run, ledger: { ...run.ledger, purge: { ...purge, isDone: true } } }, records: [], answer: last };
}

/** Neither step has a key of its caller's, so nothing is remembered of it. */
function never(): never {
  throw new Error('a purge has no remembered answer');
}
