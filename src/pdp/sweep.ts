// Clears away what has ended, a little at a time: sessions past their retention, runs that fell silent, runs past
// theirs. Nothing depends on it for a right answer; it frees memory and closes books.
import { PARTITIONS } from '../core/partition.ts';
import { runAt } from '../core/run.ts';
import type { Pdp } from './pdp.ts';
import { purgeRuns } from './run-queries.ts';

export interface SweepRules {
  readonly endedSessionRetentionMs: number;
  readonly runRetentionMs: number;
}

export interface Swept {
  readonly sessions: number;
  readonly runsTimedOut: number;
  readonly runsPurged: number;
}

/** Removed or finished in one partition by one sweep; what is left waits for the next. */
const PER_PARTITION_MAX = 100;

/** One bounded pass over all partitions. @throws Failure state_unavailable; the next pass goes on where it stopped */
export async function sweep(pdp: Pdp, rules: SweepRules): Promise<Swept> {
  let sessions = 0;
  let runsTimedOut = 0;
  const endedForMs = rules.endedSessionRetentionMs + 1;
  // One partition after the other: a sweep must never be what fills the store's queue.
  for (let partition = 0; partition < PARTITIONS; partition++) {
    sessions += await pdp.state.removeEndedSessions({ partition, endedForMs, limit: PER_PARTITION_MAX });
    runsTimedOut += await timeOutSilentRuns(pdp, partition);
  }
  const runsPurged = await purgeRuns(pdp, (await pdp.state.now()) - rules.runRetentionMs);
  return { sessions, runsTimedOut, runsPurged };
}

async function timeOutSilentRuns(pdp: Pdp, partition: number): Promise<number> {
  let timedOut = 0;
  const page = { partition, index: 'touched', descending: false, limit: PER_PARTITION_MAX } as const;
  const { runs, now } = await pdp.state.pageRuns(page);
  for (const { run, revision } of runs) {
    const current = runAt(run, pdp.runIdleTimeoutMs, now);
    if (current === run) break;
    const commit = { run: current, expectedRevision: revision, records: [], operation: undefined };
    if ((await pdp.state.commitRun(commit)) === 'committed') timedOut++;
  }
  return timedOut;
}
