// Removes runs: one that a caller names, and in the sweep those that finished before the retention.
import { isOwnId } from '../../core/partition.ts';
import type { Tables, Write } from './file/environment.ts';
import { loadRun, logRemoval, runPrefix, runRemoval } from './run-tables.ts';
import { places, type Store } from './store.ts';

/** How many records of a log are removed together with its run. The sweep removes the rest. */
const LOG_REMOVED_AT_ONCE = 1_000;

export function removeRun(store: Store, runId: string, expectedRevision: number): Promise<boolean> {
  return store.environment.commit((tables) => {
    const entry = isOwnId(runId) ? loadRun(tables, runId) : undefined;
    if (entry?.revision !== expectedRevision) return { answer: false, writes: [] };
    return { answer: true, writes: runRemoval(tables, entry.run, LOG_REMOVED_AT_ONCE) };
  });
}

/** Removes up to `limit` entries that an earlier removal of a run has left. */
export function removeLogsLeft(tables: Tables, limit: number): Write[] {
  for (const id of tables['removed-logs'].getKeys({ start: Buffer.from([0]), limit: 1 })) {
    return logRemoval(tables, id, limit);
  }
  return [];
}

/** Removes up to `limit` runs of a partition that finished before the run retention. */
export function removeOldRuns(
  { runRetentionMs }: Store,
  tables: Tables,
  { partition, now, limit }: { partition: number; now: number; limit: number },
): Write[] {
  if (runRetentionMs === undefined) return [];
  const writes: Write[] = [];
  let [runsLeft, recordsLeft] = [limit, LOG_REMOVED_AT_ONCE];
  const old = { descending: false, upToMs: now - runRetentionMs - 1 };
  for (const { id } of places(tables['run-index'], runPrefix('finished', partition), old)) {
    if (runsLeft <= 0 || recordsLeft <= 0) break;
    const entry = loadRun(tables, id);
    if (!entry) continue;
    writes.push(...runRemoval(tables, entry.run, recordsLeft));
    runsLeft -= 1;
    recordsLeft -= entry.run.lastSequence;
  }
  return writes;
}
