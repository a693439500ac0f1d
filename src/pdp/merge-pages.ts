// Lists span all partitions, each with an index of its own that is ordered by (time, id). This walks them as one.
//
// INVARIANT: a list never holds up decisions. It asks of a few partitions at one time, and lets the process do other things
// after each answer, which the embedded engine gives at once.
import { setImmediate as turn } from 'node:timers/promises';
import { PARTITIONS } from '../core/partition.ts';
import type { Position } from '../state/port/position.ts';

/** Fetched from each partition at first: most lists show fifty entries out of 256 partitions. */
const CHUNK_FIRST = 2;
/** And when that was not enough; twice as many each time, because finding the place again may cost more than an entry. */
const CHUNK_SECOND = 32;
/** From the one partition that a list lies in. */
const CHUNK_ALONE = 16;
/** What is fetched at once is decoded in one go, and should not take longer than some milliseconds. */
const CHUNK_BYTES = 250_000;
/** At most, of small entries. */
const CHUNK_MAX = 500;
/** So many partitions are asked at one time; the embedded engine answers them all in one turn. */
const AT_ONCE = 8;
/** A page of runs, for whoever walks through one index without knowing how large they are: a run takes up to some 50 KB. */
export const RUNS_AT_ONCE = 50;

export interface Walk<T> {
  readonly page: (partition: number, after: Position | undefined, limit: number) => Promise<readonly T[]>;
  readonly position: (item: T) => Position;
  /** About how many bytes an item takes in an answer. */
  readonly weigh: (item: T) => number;
  readonly descending: boolean;
  readonly after?: Position | undefined;
  /** Those that are walked, where it is not all of them. */
  readonly partitions?: readonly number[];
}

const EVERY_PARTITION = Array.from({ length: PARTITIONS }, (_, partition) => partition);

interface Head<T> {
  readonly partition: number;
  items: readonly T[];
  next: number;
  exhausted: boolean;
}

/** Every item behind `after`, in order over all partitions. Holds at most a chunk of each partition in memory. */
export async function* mergePages<T>(walk: Walk<T>): AsyncGenerator<T> {
  const heads = await headsOf(walk);
  for (;;) {
    const first = firstOf(walk, heads);
    if (!first) return;
    const item = first.items[first.next++]!;
    if (first.next === first.items.length) await fill(walk, first);
    yield item;
  }
}

async function headsOf<T>(walk: Walk<T>): Promise<Head<T>[]> {
  const heads: Head<T>[] = partitionsOf(walk).map((partition) => ({ partition, items: [], next: 0, exhausted: false }));
  for (let from = 0; from < heads.length; from += AT_ONCE) {
    await Promise.all(heads.slice(from, from + AT_ONCE).map((head) => fill(walk, head)));
  }
  return heads;
}

function partitionsOf<T>({ partitions = EVERY_PARTITION }: Walk<T>): readonly number[] {
  return partitions;
}

async function fill<T>(walk: Walk<T>, head: Head<T>): Promise<void> {
  const last = head.items.at(-1);
  const isAlone = partitionsOf(walk).length === 1;
  const chunk = last === undefined ? (isAlone ? CHUNK_ALONE : CHUNK_FIRST) : nextChunk(walk, head.items);
  const after = last === undefined ? walk.after : walk.position(last);
  head.items = head.exhausted ? [] : await walk.page(head.partition, after, chunk);
  await turn();
  head.next = 0;
  head.exhausted = head.items.length < chunk;
}

function nextChunk<T>({ weigh }: Walk<T>, before: readonly T[]): number {
  const heaviest = Math.max(1, ...before.map(weigh));
  const wanted = Math.min(Math.max(2 * before.length, CHUNK_SECOND), CHUNK_MAX);
  return Math.max(1, Math.min(wanted, Math.floor(CHUNK_BYTES / heaviest)));
}

function firstOf<T>(walk: Walk<T>, heads: readonly Head<T>[]): Head<T> | undefined {
  let first: Head<T> | undefined;
  let firstAt: Position | undefined;
  for (const head of heads) {
    const item = head.items[head.next];
    if (item === undefined) continue;
    const at = walk.position(item);
    if (!firstAt || precedes(at, firstAt) !== walk.descending) {
      first = head;
      firstAt = at;
    }
  }
  return first;
}

function precedes(a: Position, b: Position): boolean {
  return a.atMs === b.atMs ? a.id < b.id : a.atMs < b.atMs;
}

/** What a list shows, and how far a request may look for it. */
export interface PageQuery<T> {
  readonly walk: Walk<T>;
  readonly keep: (item: T) => boolean;
  readonly size: number;
}

/** A request looks at no more than this many entries; a page may therefore come short and still have a next one. */
export const LOOKED_AT_MAX = 10_000;
/** gRPC clients refuse messages above 4 MiB unless told otherwise; pages stay well below. */
const PAGE_BYTES_MAX = 2_000_000;

/** One page of what is kept, and the place to go on from; undefined when the list has ended. */
export async function pageOf<T>({
  walk,
  keep,
  size,
}: PageQuery<T>): Promise<{ items: T[]; next: Position | undefined }> {
  const items: T[] = [];
  let last: Position | undefined;
  let lookedAt = 0;
  let bytes = 0;
  for await (const item of mergePages(walk)) {
    if (items.length === size || lookedAt === LOOKED_AT_MAX || bytes > PAGE_BYTES_MAX) return { items, next: last };
    if (keep(item)) {
      items.push(item);
      bytes += walk.weigh(item);
    }
    last = walk.position(item);
    lookedAt++;
  }
  return { items, next: undefined };
}

/** How many there are, counted to 10,000 and no further. */
export async function countOf<T>(walk: Walk<T>, keep: (item: T) => boolean): Promise<number> {
  let count = 0;
  let lookedAt = 0;
  for await (const item of mergePages(walk)) {
    if (lookedAt++ === LOOKED_AT_MAX) break;
    if (keep(item)) count++;
  }
  return count;
}
