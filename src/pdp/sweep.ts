// Clears away what has ended, a little at a time: sessions past their retention, runs that fell silent, runs past
// theirs. Nothing depends on it for a right answer; it frees memory and closes books.

import { Failure } from '../core/failure.ts';
import { isSigned } from '../core/ledger.ts';
import { PARTITIONS } from '../core/partition.ts';
import { type Run, runAt } from '../core/run.ts';
import type { Position } from '../state/port.ts';
import { sealRun } from './change-run.ts';
import type { Pdp } from './pdp.ts';
import { purgeRuns } from './run-queries.ts';

export interface SweepRules {
  readonly endedSessionRetentionMs: number;
  readonly runRetentionMs: number;
}

export interface Swept {
  readonly sessions: number;
  readonly runsTimedOut: number;
  /** Running ones that got a checkpoint. */
  readonly runsSigned: number;
  readonly runsPurged: number;
}

/** Removed or finished in one partition by one sweep; what is left waits for the next. */
const PER_PARTITION_MAX = 100;
/** Pages of running runs that one sweep looks at in one partition. */
const RUN_PAGES_MAX = 10;

/** One bounded pass over all partitions. @throws Failure state_unavailable; the next pass goes on where it stopped */
export async function sweep(pdp: Pdp, rules: SweepRules): Promise<Swept> {
  let sessions = 0;
  let runsTimedOut = 0;
  let runsSigned = 0;
  const endedForMs = rules.endedSessionRetentionMs + 1;
  // One partition after the other: a sweep must never be what fills the store's queue.
  for (let partition = 0; partition < PARTITIONS; partition++) {
    sessions += await pdp.state.removeEndedSessions({ partition, endedForMs, limit: PER_PARTITION_MAX });
    const { timedOut, signed } = await tendRuns(pdp, partition);
    runsTimedOut += timedOut;
    runsSigned += signed;
  }
  const runsPurged = await purgeRuns(pdp, (await pdp.state.now()) - rules.runRetentionMs);
  return { sessions, runsTimedOut, runsSigned, runsPurged };
}

/** Finishes runs that fell silent, and signs what has grown of those still running. */
async function tendRuns(pdp: Pdp, partition: number): Promise<{ timedOut: number; signed: number }> {
  const tended = { timedOut: 0, signed: 0 };
  let after: Position | undefined;
  for (let page = 0; page < RUN_PAGES_MAX; page++) {
    const walk = { partition, index: 'touched', descending: false, limit: PER_PARTITION_MAX } as const;
    const { runs, now } = await pdp.state.pageRuns({ ...walk, ...(after && { after }) });
    for (const { run } of runs) {
      const isSilent = runAt(run, pdp.runIdleTimeoutMs, now) !== run;
      if (!isSilent && !wantsCheckpoint(pdp, run, now)) continue;
      await sealIfThere(pdp, run.runId);
      tended[isSilent ? 'timedOut' : 'signed'] += 1;
    }
    const last = runs.at(-1)?.run;
    if (!last || runs.length < PER_PARTITION_MAX) break;
    after = { atMs: last.touchedAtMs, id: last.runId };
  }
  return tended;
}

function wantsCheckpoint({ ledger: { key, checkpointIntervalMs } }: Pdp, run: Run, now: number): boolean {
  if (!key || run.lastSequence === 0 || isSigned(run)) return false;
  return now - (run.ledger.checkpoint?.atMs ?? run.startedAtMs) >= checkpointIntervalMs;
}

async function sealIfThere(pdp: Pdp, runId: string): Promise<void> {
  try {
    await sealRun(pdp, runId);
  } catch (error) {
    // Removed since it was listed.
    if (!(error instanceof Failure && error.kind === 'not_found')) throw error;
  }
}
