// Clears away what has ended, a little at a time: sessions past their retention, runs that fell silent, runs past
// theirs. Nothing depends on it for a right answer; it frees memory and closes books.
import { Failure } from '../../core/failure.ts';
import { isSigned } from '../../core/ledger/ledger.ts';
import { PARTITIONS } from '../../core/partition.ts';
import { type Run, runAt } from '../../core/run/run.ts';
import type { Position } from '../../state/port/position.ts';
import type { CallContext } from '../call-context.ts';
import { purgePayloads } from '../ledger/purge-payloads.ts';
import { RUNS_AT_ONCE } from '../merge-pages.ts';
import type { Pdp } from '../pdp.ts';
import { sealRun } from '../run/change-run.ts';
import { purgeRuns } from '../run/run-queries.ts';
import { Slice } from '../turns.ts';

export interface SweepRules {
  readonly endedSessionRetentionMs: number;
  readonly runRetentionMs: number;
}

export interface Swept {
  readonly sessions: number;
  readonly runsTimedOut: number;
  /** Running ones that got a checkpoint. */
  readonly runsSigned: number;
  /** Those whose contents somebody had begun to purge. */
  readonly purgesEnded: number;
  readonly runsPurged: number;
}

/** Removed or finished in one partition by one sweep; what is left waits for the next. */
const PER_PARTITION_MAX = 100;
/** Pages of running runs that one sweep looks at in one partition. */
const RUN_PAGES_MAX = 20;

/**
 * One bounded pass over all partitions.
 *
 * @throws Failure state_unavailable, and the next pass goes on where it stopped; at the end of the pass, what went wrong with
 *   the first run that could not be tended
 */
export async function sweep(context: CallContext, rules: SweepRules): Promise<Swept> {
  let sessions = 0;
  const tended = { runsTimedOut: 0, runsSigned: 0, purgesEnded: 0 };
  const failed: unknown[] = [];
  const slice = new Slice();
  const endedForMs = rules.endedSessionRetentionMs + 1;
  // One partition after the other: a sweep must never be what fills the store's queue.
  for (let partition = 0; partition < PARTITIONS; partition++) {
    sessions += await context.state.removeEndedSessions({ partition, endedForMs, limit: PER_PARTITION_MAX });
    failed.push(...(await tendRuns(context, partition, tended)));
    if (slice.isOver) await slice.next();
  }
  const runsPurged = await purgeRuns(context, (await context.state.now()) - rules.runRetentionMs);
  if (failed.length > 0) throw failed[0];
  return { sessions, ...tended, runsPurged };
}

type Tended = { [Kind in 'runsTimedOut' | 'runsSigned' | 'purgesEnded']: number };

/** Finishes runs that fell silent, signs what has grown of those still running, and ends purges that were cut short. @returns what went wrong */
async function tendRuns(context: CallContext, partition: number, tended: Tended): Promise<unknown[]> {
  const failed: unknown[] = [];
  let after: Position | undefined;
  for (let page = 0; page < RUN_PAGES_MAX; page++) {
    const walk = { partition, index: 'touched', descending: false, limit: RUNS_AT_ONCE } as const;
    const { runs, now } = await context.state.pageRuns({ ...walk, ...(after && { after }) });
    for (const { run } of runs) {
      const due = dueOf(context, run, now);
      if (!due) continue;
      try {
        await (due === 'purgesEnded' ? purgePayloads(context, run.runId) : sealRun(context, run.runId));
        tended[due] += 1;
      } catch (error) {
        if (error instanceof Failure && error.kind === 'state_unavailable') throw error;
        // A run whose log is damaged must not keep all others from being tended. One that is gone was removed since it was listed.
        if (!(error instanceof Failure && error.kind === 'not_found')) failed.push(error);
      }
    }
    const last = runs.at(-1)?.run;
    if (!last || runs.length < RUNS_AT_ONCE) break;
    after = { atMs: last.touchedAtMs, id: last.runId };
  }
  return failed;
}

function dueOf(context: CallContext, run: Run, now: number): keyof Tended | undefined {
  if (run.status !== 'running') return 'purgesEnded';
  if (runAt(run, context.pdp.runIdleTimeoutMs, now) !== run) return 'runsTimedOut';
  return wantsCheckpoint(context.pdp, run, now) ? 'runsSigned' : undefined;
}

function wantsCheckpoint({ ledger: { key, checkpointIntervalMs } }: Pdp, run: Run, now: number): boolean {
  if (!key || run.lastSequence === 0 || isSigned(run)) return false;
  return now - (run.ledger.checkpoint?.atMs ?? run.startedAtMs) >= checkpointIntervalMs;
}
