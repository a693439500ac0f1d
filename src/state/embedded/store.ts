// What every part of the engine works with.
import type { Position } from '../port/position.ts';
import type { Environment, Table } from './file/environment.ts';
import { afterPrefix, placeKey, positionKey, readPlace } from './keys.ts';
import type { RememberedKeys } from './remembered-keys.ts';

export interface Store {
  readonly environment: Environment;
  readonly keys: RememberedKeys;
  /** The store's clock. A step asks for it when it runs, so that times follow the order of the steps. */
  readonly now: () => number;
  /** How long an ended session still answers. */
  readonly retentionMs: number;
  /** How long a finished run is kept at most, should nobody purge it; undefined for as long as it takes. */
  readonly runRetentionMs: number | undefined;
  readonly decisions: DecisionBounds;
}

export interface DecisionBounds {
  /** How long a decision's record is kept. */
  readonly retentionMs: number;
  /** How many are kept of one session, without its denials, or less than a sixteenth more; the oldest go. */
  readonly perSessionMax: number;
}

export interface PlaceRange {
  readonly descending: boolean;
  /** Starts strictly behind this place. */
  readonly after?: Position | undefined;
  /** Ends with this time; for ascending ranges. */
  readonly upToMs?: number;
}

/** The places that an index holds under one prefix, in order. Lazy: stop reading and nothing more is read. */
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
