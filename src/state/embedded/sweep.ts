// The sweep of one partition: removes sessions that ended, and other outdated data.
import { clockOf, endsAtMs, type SessionRecord, statusOf } from '../../core/session/session.ts';
import type { State } from '../port/state.ts';
import { removeOldDecisions } from './decision-tables.ts';
import type { Step, Tables, Write } from './file/environment.ts';
import { removeExpiredIdentities } from './identities.ts';
import { removeLogsLeft, removeOldRuns } from './run-removal.ts';
import { endPrefix, loadSession, removal } from './session-tables.ts';
import { places, type Store } from './store.ts';

/** How many entries of each other kind one call of {@link removeEndedSessions} removes at most. */
const REMOVED_BESIDE_MAX = 1_000;

export async function removeEndedSessions(
  store: Store,
  sweep: Parameters<State['removeEndedSessions']>[0],
): Promise<number> {
  const step = (tables: Tables) => removalStep(store, tables, sweep);
  // Usually there is nothing to remove, and a query costs far less than a transaction.
  const planned = await store.environment.query(step);
  return planned.writes.length === 0 ? planned.answer : store.environment.commit(step);
}

function removalStep(
  store: Store,
  tables: Tables,
  { partition, endedForMs, limit }: Parameters<State['removeEndedSessions']>[0],
): Step<number> {
  const now = store.now();
  const removed: SessionRecord[] = [];
  const ended = { descending: false, upToMs: now - endedForMs };
  for (const { id } of places(tables['session-index'], endPrefix(partition), ended)) {
    if (removed.length >= limit) break;
    const record = loadSession(tables, id);
    if (record && hasEnded(record, endedForMs, now)) removed.push(record);
  }
  const writes: Write[] = [
    ...removed.flatMap((record) => removal(tables, record)),
    ...removeExpiredIdentities(tables, now, REMOVED_BESIDE_MAX),
    ...store.keys.forget(tables, now, REMOVED_BESIDE_MAX),
    ...removeLogsLeft(tables, REMOVED_BESIDE_MAX),
    ...removeOldRuns(store, tables, { partition, now, limit }),
    ...removeOldDecisions(store.decisions, tables, { partition, now, limit: REMOVED_BESIDE_MAX }),
  ];
  return { answer: removed.length, writes };
}

/** Whether a session ended at least `endedForMs` ago. A session that ends exactly now is still active. */
function hasEnded(record: SessionRecord, endedForMs: number, now: number): boolean {
  const { session, counters } = record;
  return statusOf(record, now) !== 'active' && clockOf(counters, now) - endsAtMs(session, counters) >= endedForMs;
}
