// Reads a run's log and checkpoints, and purges the payloads of its log.
import { isOwnId } from '../../core/partition.ts';
import { leafOf } from '../codec/audit-record.ts';
import type { Write } from './file/environment.ts';
import { afterPrefix, idKey } from './keys.ts';
import { loadRun, logKey } from './run-tables.ts';
import type { Store } from './store.ts';

export function readLog(
  store: Store,
  runId: string,
  { afterSequence, limit }: { afterSequence: number; limit: number },
): Promise<Uint8Array[]> {
  return store.environment.query((tables) => {
    if (!isOwnId(runId) || !loadRun(tables, runId)) return [];
    const id = idKey(runId);
    const range = { start: logKey(id, Math.max(afterSequence, 0) + 1), end: afterPrefix(id), limit };
    return Array.from(tables.logs.getRange(range), ({ value }) => value);
  });
}

export function readCheckpoints(store: Store, runId: string, limit: number): Promise<Uint8Array[]> {
  return store.environment.query((tables) => {
    if (!isOwnId(runId) || limit <= 0) return [];
    const id = idKey(runId);
    const range = { start: afterPrefix(id), end: id, reverse: true, limit };
    return Array.from(tables.checkpoints.getRange(range), ({ value }) => value).reverse();
  });
}

export function purgePayloads(
  store: Store,
  runId: string,
  { first, last }: { first: number; last: number },
): Promise<void> {
  return store.environment.commit((tables) => {
    if (!isOwnId(runId)) return { answer: undefined, writes: [] };
    const range = { start: logKey(idKey(runId), first), end: logKey(idKey(runId), last + 1) };
    const writes = Array.from(tables.logs.getRange(range), ({ key, value }): Write => {
      return [tables.logs, key, Buffer.from(leafOf(value))];
    });
    return { answer: undefined, writes };
  });
}
