// The run decisions of each run, in the order in which they were made: `run(16) | index(6)` → the run decision and the number
// of denials up to it. The run's ledger reads them by index, so none is ever moved.
import { LIMITS } from '../../core/limits.ts';
import { isOwnId } from '../../core/partition.ts';
import { decodeRunDecision, RUN_DECISION_BYTES } from '../codec/run-decision.ts';
import type { DecisionRecords } from '../port/decision.ts';
import type { Tables, Write } from './file/environment.ts';
import { afterPrefix, idKey, integer } from './keys.ts';
import type { Store } from './store.ts';

const ID_BYTES = 16;
const PLACE_BYTES = 6;

export interface NewRunDecision {
  readonly bytes: Buffer;
  readonly isDenial: boolean;
}

/** Appends a run decision to a run that exists. Denials beyond LIMITS.runDenialsMax are not kept. */
export function addRunDecision(tables: Tables, runId: string, { bytes, isDenial }: NewRunDecision): Write[] {
  const id = idKey(runId);
  const last = lastOf(tables, id);
  if (isDenial && last.denials >= LIMITS.runDenialsMax) return [];
  const value = Buffer.concat([bytes, integer(last.denials + (isDenial ? 1 : 0), 4)]);
  return [[tables['noted-decisions'], placeKey(id, last.count), value]];
}

/** Counts the run decisions of a run. */
export function countRunDecisions(tables: Tables, runId: string): number {
  return lastOf(tables, idKey(runId)).count;
}

function lastOf(tables: Tables, id: Buffer): { count: number; denials: number } {
  const range = { start: afterPrefix(id), end: id, reverse: true, limit: 1 };
  for (const { key, value } of tables['noted-decisions'].getRange(range)) {
    return { count: key.readUIntBE(ID_BYTES, PLACE_BYTES) + 1, denials: value.readUInt32BE(RUN_DECISION_BYTES) };
  }
  return { count: 0, denials: 0 };
}

/** Yields the run decisions of a run, newest first, starting strictly before an index. */
export function* runDecisionsBefore(
  tables: Tables,
  runId: string,
  before: number | undefined,
): Generator<{ id: string; place: number }> {
  const run = idKey(runId);
  const start = before === undefined ? afterPrefix(run) : placeKey(run, before);
  for (const { key, value } of tables['noted-decisions'].getRange({ start, end: run, reverse: true })) {
    const place = key.readUIntBE(ID_BYTES, PLACE_BYTES);
    if (place !== before) yield { id: decodeRunDecision(value).decisionId, place };
  }
}

export function readRunDecisions(
  store: Store,
  runId: string,
  { from, limit }: { from: number; limit: number },
): ReturnType<DecisionRecords['readRunDecisions']> {
  return store.environment.query((tables) => {
    if (!isOwnId(runId)) return [];
    const id = idKey(runId);
    const range = { start: placeKey(id, from), end: afterPrefix(id), limit };
    return Array.from(tables['noted-decisions'].getRange(range), ({ value }) => decodeRunDecision(value));
  });
}

/** Reads the keys of up to `limit` run decisions of a run. */
export function runDecisionKeys(tables: Tables, id: Buffer, limit: number): Buffer[] {
  if (limit <= 0) return [];
  return Array.from(tables['noted-decisions'].getKeys({ start: id, end: afterPrefix(id), limit }));
}

function placeKey(id: Buffer, place: number): Buffer {
  return Buffer.concat([id, integer(place, PLACE_BYTES)]);
}
