// What an auditor asks about runs and their logs.
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import { EPOCH_TYPE, isSigned } from '../../core/ledger/ledger.ts';
import { isOwnId, PARTITIONS, partitionOf } from '../../core/partition.ts';
import { chainOf, countsAsLast, matchesStatus, type Run, type RunStatus, runAt } from '../../core/run/run.ts';
import { type AuditRecord, decodeAuditRecord } from '../../state/codec/audit-record.ts';
import type { Position } from '../../state/port/position.ts';
import type { RunIndex, RunSubject, StoredRun } from '../../state/port/run.ts';
import type { CallContext } from '../call-context.ts';
import { LOOKED_AT_MAX, mergePages, pageOf, type Walk } from '../merge-pages.ts';
import { findRun } from '../pdp.ts';
import { foldRun, sealRun } from './change-run.ts';
import { LOG_PAGE, logPages } from './log-pages.ts';
import { getRun } from './runs.ts';

export interface RunFilter {
  readonly skillId: string | undefined;
  readonly callerId: string | undefined;
  readonly sessionId: string | undefined;
  readonly agentId: string | undefined;
  /** From here on, and before there. */
  readonly startedFromMs: number;
  readonly startedBeforeMs: number;
  readonly status: RunStatus | undefined;
  readonly includeDryRun: boolean;
}

/** Runs newest first. */
export async function listRuns(
  context: CallContext,
  filter: RunFilter,
  page: { size: number; after: Position | undefined },
): Promise<{ runs: Run[]; next: Position | undefined }> {
  const keep = ({ run }: StoredRun) =>
    matchesStatus(run, filter.status, filter.includeDryRun) &&
    (filter.skillId === undefined || run.skillId === filter.skillId) &&
    (filter.callerId === undefined || run.callerId === filter.callerId) &&
    (filter.sessionId === undefined || run.sessionId === filter.sessionId) &&
    (filter.agentId === undefined || run.agentId === filter.agentId);
  const walk = filteredWalk(context, filter, page.after);
  const { items, next } = await pageOf({ walk, keep, size: page.size });
  return { runs: items.map(({ run }) => run), next };
}

/** Along the index of what is most telling of a run, and no further than the time range goes. */
function filteredWalk(context: CallContext, filter: RunFilter, after: Position | undefined): Walk<StoredRun> {
  const { startedFromMs, startedBeforeMs, sessionId } = filter;
  const walk = runWalk(context, 'started', true, subjectOf(filter));
  // Behind every run of that very time or later.
  const latest = { atMs: startedBeforeMs, id: '' };
  const page: Walk<StoredRun>['page'] = async (partition, from, limit) => {
    const runs = await walk.page(partition, from, limit);
    const early = runs.findIndex(({ run }) => run.startedAtMs < startedFromMs);
    return early < 0 ? runs : runs.slice(0, early);
  };
  const isWithin = after !== undefined && after.atMs < startedBeforeMs;
  return { ...walk, page, after: isWithin ? after : latest, ...(sessionId !== undefined && nearSession(sessionId)) };
}

/** A run lies in the partition of its session. */
function nearSession(sessionId: string): { partitions: readonly number[] } {
  return { partitions: isOwnId(sessionId) ? [partitionOf(sessionId)] : [] };
}

function subjectOf({ sessionId, callerId, agentId, skillId }: RunFilter): RunSubject | undefined {
  if (sessionId !== undefined) return { field: 'session', value: sessionId };
  if (callerId !== undefined) return { field: 'caller', value: callerId };
  if (agentId !== undefined) return { field: 'agent', value: agentId };
  return skillId === undefined ? undefined : { field: 'skill', value: skillId };
}

/** The texts of a run are what makes it large; a UTF-16 unit takes up to three bytes. */
function weigh({ run }: StoredRun): number {
  const texts = [run.inputs, run.output, run.error];
  return texts.reduce((bytes, text) => bytes + 3 * (text?.length ?? 0), 1_000);
}

/** A run's children, oldest first by start. They lie in their parent's partition. */
export async function listChildRuns(context: CallContext, parentRunId: string, limit: number): Promise<Run[]> {
  if (!isOwnId(parentRunId)) return [];
  const children: Run[] = [];
  const walk = { ...runWalk(context, 'started', false), partitions: [partitionOf(parentRunId)] };
  for await (const { run } of mergePages(walk)) {
    if (run.parentRunId === parentRunId) children.push(run);
    if (children.length === limit) break;
  }
  return children;
}

/** Root first, the run itself last. @throws Failure not_found */
export async function getRunChain(context: CallContext, runId: string): Promise<Run[]> {
  return chainOf(await getRun(context, runId), async ({ parentRunId }) =>
    parentRunId === undefined ? undefined : ((await findRun(context, parentRunId)) ?? undefined),
  );
}

/** Runs that finished strictly before a time, oldest first by finish. */
export async function listFinishedRuns(context: CallContext, finishedBeforeMs: number, limit: number): Promise<Run[]> {
  const runs: Run[] = [];
  if (limit <= 0) return runs;
  for await (const { run } of mergePages(runWalk(context, 'finished', false))) {
    if ((run.finishedAtMs ?? 0) >= finishedBeforeMs) break;
    runs.push(run);
    if (runs.length === limit) break;
  }
  return runs;
}

/** The last run of each skill by start, among the newest 10,000 runs; skills without one are absent. */
export async function getLastRuns(
  context: CallContext,
  skillIds: readonly string[],
  includeFailed: boolean,
): Promise<{ skillId: string; run: Run }[]> {
  const wanted = new Set(skillIds);
  const last = new Map<string, Run>();
  let lookedAt = 0;
  for await (const { run } of mergePages(runWalk(context, 'started', true))) {
    if (lookedAt++ === LOOKED_AT_MAX) break;
    if (wanted.has(run.skillId) && countsAsLast(run, includeFailed)) {
      last.set(run.skillId, run);
      wanted.delete(run.skillId);
      if (wanted.size === 0) break;
    }
  }
  return [...new Set(skillIds)].flatMap((skillId) => {
    const run = last.get(skillId);
    return run ? [{ skillId, run }] : [];
  });
}

/**
 * Removes all runs that finished strictly before a time; running ones stay.
 *
 * @param onRemoved  is told how many were removed, as they are
 * @returns how many were removed in all
 */
export async function purgeRuns(
  context: CallContext,
  finishedBeforeMs: number,
  onRemoved: (count: number) => void = () => undefined,
): Promise<number> {
  let purged = 0;
  const count = (removed: number) => {
    purged += removed;
    onRemoved(removed);
  };
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await purgePartition(context, partition, finishedBeforeMs, count);
  }
  return purged;
}

async function purgePartition(
  context: CallContext,
  partition: number,
  finishedBeforeMs: number,
  onRemoved: (count: number) => void,
): Promise<void> {
  for (;;) {
    const page = { partition, index: 'finished', descending: false, limit: REMOVED_AT_ONCE } as const;
    const { runs } = await context.state.pageRuns(page);
    const old = runs.filter(({ run }) => (run.finishedAtMs ?? Number.POSITIVE_INFINITY) < finishedBeforeMs);
    const removals = old.map(({ run, revision }) => context.state.removeRun(run.runId, revision));
    const removed = await Promise.all(removals);
    onRemoved(removed.filter(Boolean).length);
    await turn();
    if (old.length < REMOVED_AT_ONCE || !removed.includes(true)) return;
  }
}

/** Each with up to a thousand records of its log, in one step. */
const REMOVED_AT_ONCE = 16;

/** The runs of one index, as they stand now. */
export function runWalk(context: CallContext, index: RunIndex, descending: boolean, by?: RunSubject): Walk<StoredRun> {
  const timeOf = { started: 'startedAtMs', finished: 'finishedAtMs', touched: 'touchedAtMs' } as const;
  return {
    descending,
    weigh,
    position: ({ run }) => ({ atMs: run[timeOf[index]] ?? 0, id: run.runId }),
    page: async (partition, after, limit) => {
      const { runs, now } = await context.state.pageRuns({
        partition,
        index,
        by,
        descending,
        limit,
        ...(after && { after }),
      });
      return runs.map(({ run, revision }) => ({ run: runAt(run, context.pdp.runIdleTimeoutMs, now), revision }));
    },
  };
}

/** A run with what is due in its ledger; as it is, where the store takes nothing more. */
async function upToDate(context: CallContext, runId: string): Promise<Run> {
  try {
    const run = await foldRun(context, runId);
    if (run.status === 'running' || isSigned(run) || !context.pdp.ledger.key) return run;
    await sealRun(context, runId);
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'state_unavailable')) throw error;
  }
  return getRun(context, runId);
}

const FOLLOW_INTERVAL_MS = 250;

/**
 * A run's records in order, from `afterSequence + 1`. With `follow` it goes on until the run has finished or `signal`
 * is aborted. A reader that is ahead of what the store has kept is taken back to the record that says what was lost.
 *
 * @throws Failure not_found; an error behind the last record of a log that is not as long as its run says
 */
export async function* listRunEvents(
  context: CallContext,
  request: { runId: string; afterSequence: number; follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<AuditRecord> {
  let { afterSequence } = request;
  let epoch: number | undefined;
  while (!signal.aborted) {
    // The run is read before its log: what it holds when it has finished is all there will be.
    const run = await upToDate(context, request.runId);
    // Whoever has read more than there is has read what was lost.
    epoch ??= run.ledger.epoch - (afterSequence > run.lastSequence ? 1 : 0);
    if (epoch < run.ledger.epoch) afterSequence = await beforeEpoch(context, run, { after: epoch, afterSequence });
    epoch = run.ledger.epoch;
    for (;;) {
      const page = await context.state.readLog(request.runId, { afterSequence, limit: LOG_PAGE });
      for (const bytes of page) yield decodeAuditRecord(bytes);
      afterSequence += page.length;
      if (page.length < LOG_PAGE || signal.aborted) break;
    }
    // A log that is removed while it is read, or has lost its end, must not look like a whole one.
    if (afterSequence < run.lastSequence && !signal.aborted) {
      await getRun(context, request.runId);
      throw new Error(`run ${request.runId}: its log ends at ${afterSequence}, before ${run.lastSequence}`);
    }
    if (!request.follow || run.status !== 'running') return;
    await sleep(FOLLOW_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns the place before the record that ends an epoch, if `afterSequence` is behind that */
async function beforeEpoch(
  { state }: CallContext,
  { runId }: Run,
  { after, afterSequence }: { after: number; afterSequence: number },
): Promise<number> {
  for await (const page of logPages(state, runId, { afterSequence: 0, upTo: afterSequence })) {
    for (const { type, data, sequence } of page.map(decodeAuditRecord)) {
      if (type === EPOCH_TYPE && data !== undefined && JSON.parse(data).epoch > after) return sequence - 1;
    }
  }
  return afterSequence;
}
