// The context that every operation of the engine works with, and the reading of ordered indexes.
import type { Position } from '../port/position.ts';
import type { Environment, Table } from './file/environment.ts';
import { afterPrefix, placeKey, positionKey, readPlace } from './keys.ts';
import type { RememberedKeys } from './remembered-keys.ts';

export interface Store {
  readonly environment: Environment;
  readonly keys: RememberedKeys;
  /** The store's clock. A step reads it while it runs, so that times follow the order of the steps. */
  readonly now: () => number;
  /** How long an ended session can still be read. */
  readonly retentionMs: number;
  /** How long a finished run is kept at most; undefined for no limit. */
  readonly runRetentionMs: number | undefined;
  readonly decisions: DecisionBounds;
}

export interface DecisionBounds {
  /** How long a decision record is kept. */
  readonly retentionMs: number;
  /** How many records of one session are kept, denials excepted; may be exceeded by less than a sixteenth. The oldest are removed. */
  readonly perSessionMax: number;
}

export interface PlaceRange {
  readonly descending: boolean;
  /** The range starts strictly behind this position. */
  readonly after?: Position | undefined;
  /** The last time of an ascending range. */
  readonly upToMs?: number;
}

/** Yields the positions that an index holds under one prefix, in order. Entries are read only as the caller asks for them. */
export function* places(table: Table, prefix: Buffer, range: PlaceRange): Generator<Position> {
  const { descending, after, upToMs } = range;
  const last = upToMs === undefined ? afterPrefix(prefix) : placeKey(prefix, upToMs + 1, Buffer.alloc(0));
  const behind = after && positionKey(prefix, after);
  const keys = descending
    ? table.getKeys({ start: behind ?? last, end: prefix, reverse: true })
    : table.getKeys({ start: behind ?? prefix, end: last });
  for (const key of keys) {
    if (behind?.equals(key)) continue;
    yield readPlace(key);
  }
}
