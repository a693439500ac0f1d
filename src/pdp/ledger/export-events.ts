// The records of all finished runs, one after the other, from a place that a reader has kept: at least once, in the order
// in which the runs finished. It must never pass a run that may yet turn up behind the reader.
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import { PARTITIONS } from '../../core/partition.ts';
import { type Run, runAt } from '../../core/run/run.ts';
import type { AuditRecord } from '../../state/codec/audit-record.ts';
import type { Position } from '../../state/port/position.ts';
import type { CallContext } from '../call-context.ts';
import { mergePages, RUNS_AT_ONCE } from '../merge-pages.ts';
import { findRun } from '../pdp.ts';
import { sealRun } from '../run/change-run.ts';
import { listRunEvents, runWalk } from '../run/run-queries.ts';
import { Slice } from '../turns.ts';

/** A record of a run that is read already, or is the next to be read. */
export interface ExportPlace {
  /** Of the run among those that have finished. */
  readonly run: Position;
  readonly sequence: number;
}

export interface ExportedRecord {
  readonly runId: string;
  readonly record: AuditRecord;
  /** Whoever goes on from here has this record and all before it. */
  readonly place: ExportPlace;
}

/** How far the clocks of several stores may be apart, and a commit be on its way behind its time. */
const CLOCKS_MS = 5_000;
const FOLLOW_INTERVAL_MS = 5_000;

/**
 * Records behind a place, in the order (finish, run, sequence). With `follow` it goes on until `signal` is aborted.
 *
 * A run is stored up to the patience of a finish later than the time that it finishes with, and each server reads the clock
 * for itself. So nothing is shown that finished less than that, and a margin for clocks, ago: by then whatever finished
 * earlier is there.
 */
export async function* exportEvents(
  context: CallContext,
  { after, follow }: { after: ExportPlace | undefined; follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<ExportedRecord> {
  let place = after;
  if (place) {
    for await (const exported of restOfRun(context, place, signal)) yield exported;
  }
  while (!signal.aborted) {
    const untilMs = (await context.state.now()) - context.pdp.writeTimeouts.finishMs - CLOCKS_MS;
    await finishSilentRuns(context, signal);
    if (signal.aborted) return;
    for await (const { run } of mergePages({ ...runWalk(context, 'finished', false), after: place?.run })) {
      const position = { atMs: run.finishedAtMs ?? 0, id: run.runId };
      if (position.atMs >= untilMs || signal.aborted) break;
      for await (const exported of recordsOf(context, position, 0, signal)) yield exported;
      place = { run: position, sequence: 0 };
    }
    if (!follow) return;
    await sleep(FOLLOW_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The run at which a reader has stopped may have more records, or be purged. */
async function* restOfRun(
  context: CallContext,
  place: ExportPlace,
  signal: AbortSignal,
): AsyncGenerator<ExportedRecord> {
  const run = await findRun(context, place.run.id);
  if (run?.finishedAtMs === place.run.atMs) yield* recordsOf(context, place.run, place.sequence, signal);
}

async function* recordsOf(
  context: CallContext,
  run: Position,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<ExportedRecord> {
  try {
    for await (const record of listRunEvents(context, { runId: run.id, afterSequence, follow: false }, signal)) {
      yield { runId: run.id, record, place: { run, sequence: record.sequence } };
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * WHY: a run that fell silent has finished at a time that has long passed when it is stored as finished. Whoever passes that
 * time first would never see it.
 */
async function finishSilentRuns(context: CallContext, signal: AbortSignal): Promise<void> {
  const slice = new Slice();
  for (let partition = 0; partition < PARTITIONS && !signal.aborted; partition++) {
    let after: Position | undefined;
    for (;;) {
      const walk = { partition, index: 'touched', descending: false, limit: RUNS_AT_ONCE } as const;
      const { runs, now } = await context.state.pageRuns({ ...walk, ...(after && { after }) });
      for (const { run } of runs.filter(({ run }) => isSilent(context, run, now))) {
        await sealRun(context, run.runId).catch((error) => {
          if (!isGone(error)) throw error;
        });
      }
      if (slice.isOver) await slice.next();
      const last = runs.at(-1)?.run;
      // They come by their last sign of life; among them may be some that have finished and are being purged.
      if (!last || runs.length < RUNS_AT_ONCE || (last.status === 'running' && !isSilent(context, last, now))) break;
      after = { atMs: last.touchedAtMs, id: last.runId };
    }
  }
}

function isSilent(context: CallContext, run: Run, now: number): boolean {
  return runAt(run, context.pdp.runIdleTimeoutMs, now) !== run;
}

/** Purged since it was listed. */
function isGone(error: unknown): boolean {
  return error instanceof Failure && error.kind === 'not_found';
}
