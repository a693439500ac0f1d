// A reader of decisions of any speed: in order, nothing twice, and what it was too slow for is counted.
import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../../src/core/decision/decision-record.ts';
import { DecisionFeed } from '../../../src/pdp/record/decision-feed.ts';
import { WATCH_BUFFER_MAX, type Watched, watchDecisions } from '../../../src/pdp/record/watch-decisions.ts';

function publish(feed: DecisionFeed, from: number, to: number): void {
  for (let n = from; n < to; n++) feed.publish(recordOf(n));
}

function recordOf(n: number): DecisionRecord {
  return { decisionId: String(n) } as DecisionRecord;
}

function watching(keep: (record: DecisionRecord) => boolean = () => true) {
  const feed = new DecisionFeed();
  const stop = new AbortController();
  const stream = watchDecisions(feed, keep, stop.signal);
  const next = async (): Promise<Watched> => (await stream.next()).value as Watched;
  return { feed, stop, stream, next };
}

test('a reader that keeps up gets every decision as it is made', async () => {
  const { feed, next } = watching();
  for (let n = 0; n < 3 * WATCH_BUFFER_MAX; n++) {
    const waiting = next();
    publish(feed, n, n + 1);
    expect(await waiting).toEqual({ record: recordOf(n) });
  }
});

test('a reader that is slow is told of its gap where the gap is', async () => {
  const { feed, next } = watching();
  const first = next();
  publish(feed, 0, 1);
  await first;
  publish(feed, 1, WATCH_BUFFER_MAX + 8);
  expect(await next()).toEqual({ record: recordOf(1) });
  publish(feed, WATCH_BUFFER_MAX + 8, WATCH_BUFFER_MAX + 9);
  for (let n = 2; n <= WATCH_BUFFER_MAX; n++) expect(await next()).toEqual({ record: recordOf(n) });
  expect(await next()).toEqual({ missed: 7 });
  expect(await next()).toEqual({ record: recordOf(WATCH_BUFFER_MAX + 8) });
});

test('a gap at the end is told, though nothing follows it', async () => {
  const { feed, next } = watching();
  const first = next();
  publish(feed, 0, 1);
  await first;
  publish(feed, 1, WATCH_BUFFER_MAX + 3);
  for (let n = 1; n <= WATCH_BUFFER_MAX; n++) await next();
  expect(await next()).toEqual({ missed: 2 });
});

test('what is not asked for takes no place and is no gap', async () => {
  const { feed, next } = watching(({ decisionId }) => Number(decisionId) >= 5_000);
  const first = next();
  publish(feed, 0, 5_001);
  expect(await first).toEqual({ record: recordOf(5_000) });
});

test('it ends when its reader goes, and listens no more', async () => {
  const { feed, stop, stream } = watching();
  const waiting = stream.next();
  expect(feed.isHeard).toBe(true);
  stop.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(feed.isHeard).toBe(false);
});
