// Walks an index in the order of (time, id), from strictly behind a place.
import type { Position } from '../port/position.ts';
import type { Store } from './store.ts';

const CHUNK_MAX = 100;

export interface Walk {
  readonly key: string;
  readonly descending: boolean;
  readonly after: Position | undefined;
  /** How many are wanted; more follow, because some entries may turn out to have no record. */
  readonly limit: number;
}

/** Ids by the chunk, until the index ends or nobody asks for more. */
export async function* idsBehind(store: Store, { key, descending, after, limit }: Walk): AsyncGenerator<string[]> {
  const count = Math.min(Math.max(limit, 1), CHUNK_MAX);
  let from = after;
  // Entries of the very time of `from` that lie before it or at it; Redis orders equal scores by member, as we do.
  let skip = 0;
  for (;;) {
    const chunk = await readChunk(store, { key, descending, fromMs: from?.atMs, skip, count });
    const behind = chunk.filter((place) => from === undefined || isBehind(place, from, descending));
    if (behind.length > 0) yield behind.map(({ id }) => id);
    if (chunk.length < count) return;
    const last = chunk.at(-1)!;
    skip = from?.atMs === last.atMs ? skip + chunk.length : 0;
    if (behind.length > 0) from = last;
  }
}

interface Chunk {
  readonly key: string;
  readonly descending: boolean;
  readonly fromMs: number | undefined;
  readonly skip: number;
  readonly count: number;
}

async function readChunk(store: Store, { key, descending, fromMs, skip, count }: Chunk): Promise<Position[]> {
  const entries = await store.commands.ask(key, store.deadline, ({ redis }) =>
    descending
      ? redis.zrevrangebyscore(key, fromMs ?? '+inf', '-inf', 'WITHSCORES', 'LIMIT', skip, count)
      : redis.zrangebyscore(key, fromMs ?? '-inf', '+inf', 'WITHSCORES', 'LIMIT', skip, count),
  );
  return entries.flatMap((id, index) => (index % 2 === 0 ? [{ atMs: Number(entries[index + 1]), id }] : []));
}

/** Ids of an index up to a time, oldest first. */
export function idsUpTo(
  store: Store,
  { key, upToMs, skip, count }: { key: string; upToMs: number; skip: number; count: number },
): Promise<string[]> {
  return store.commands.ask(key, store.deadline, ({ redis }) =>
    redis.zrangebyscore(key, '-inf', upToMs, 'LIMIT', skip, count),
  );
}

function isBehind(place: Position, from: Position, descending: boolean): boolean {
  if (place.atMs !== from.atMs) return descending ? place.atMs < from.atMs : place.atMs > from.atMs;
  return descending ? place.id < from.id : place.id > from.id;
}
