// Lists over all partitions: in order, nothing twice, and never in the way of decisions.
import { describe, expect, test } from 'vitest';
import { PARTITIONS } from '../../../src/core/partition.ts';
import { LOOKED_AT_MAX, mergePages, pageOf, type Walk } from '../../../src/pdp/merge-pages.ts';
import type { Position } from '../../../src/state/port/position.ts';

interface Item {
  readonly atMs: number;
  readonly id: string;
}

/** A list that answers at once, as the embedded engine does, and counts what it was asked. */
function listOf(partitions: readonly (readonly Item[])[], descending = true) {
  const asked = { times: 0, atOnceMax: 0 };
  let open = 0;
  const walk: Walk<Item> = {
    descending,
    weigh: () => 1,
    position: ({ atMs, id }) => ({ atMs, id }),
    page: async (partition: number, after: Position | undefined, limit: number) => {
      asked.times++;
      asked.atOnceMax = Math.max(asked.atOnceMax, ++open);
      await Promise.resolve();
      open--;
      const items = partitions[partition] ?? [];
      const from = after === undefined ? 0 : items.findIndex((item) => isBehind(item, after, descending));
      return from < 0 ? [] : items.slice(from, from + limit);
    },
  };
  return { walk, asked };
}

function isBehind(item: Item, after: Position, descending: boolean): boolean {
  const isLater = item.atMs === after.atMs ? item.id > after.id : item.atMs > after.atMs;
  return !(item.atMs === after.atMs && item.id === after.id) && isLater !== descending;
}

/** Entries of one partition, the newest first. */
function entries(count: number, partition: number): Item[] {
  return Array.from({ length: count }, (_, index) => ({ atMs: count - index, id: `${partition}` }));
}

const everywhere = (count: number) => Array.from({ length: PARTITIONS }, (_, partition) => entries(count, partition));
const keepAll = { keep: () => true };

describe('a list', () => {
  test('is in order and whole, however its entries lie in the partitions', async () => {
    const partitions = everywhere(3).map((items, partition) => (partition === 9 ? entries(2_000, 9) : items));
    for (const descending of [true, false]) {
      const lists = descending ? partitions : partitions.map((items) => [...items].reverse());
      const walked: Item[] = [];
      for await (const item of mergePages(listOf(lists, descending).walk)) walked.push(item);
      expect(walked).toHaveLength(3 * (PARTITIONS - 1) + 2_000);
      const times = walked.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => (descending ? b - a : a - b)));
    }
  });

  test('asks of a few partitions at one time', async () => {
    const { walk, asked } = listOf(everywhere(1));
    expect((await pageOf({ walk, size: 50, ...keepAll })).items).toHaveLength(50);
    expect(asked.atOnceMax).toBeLessThanOrEqual(16);
  });

  test('asks a partition that holds most of it for more each time', async () => {
    const { walk, asked } = listOf([entries(LOOKED_AT_MAX, 0)]);
    await pageOf({ walk, size: 50, keep: () => false });
    expect(asked.times - PARTITIONS).toBeLessThan(30);
  });

  test('asks for few entries at a time where they are heavy', async () => {
    const { walk } = listOf([entries(500, 0)]);
    const asked: number[] = [];
    const page: Walk<Item>['page'] = (partition, after, limit) => {
      asked.push(limit);
      return walk.page(partition, after, limit);
    };
    const heavy = { ...walk, page, weigh: () => 50_000 };
    const walked: Item[] = [];
    for await (const item of mergePages(heavy)) walked.push(item);
    expect(walked).toHaveLength(500);
    expect(Math.max(...asked)).toBeLessThanOrEqual(5);
  });

  test('lets the process do other things after each answer', async () => {
    const { walk, asked } = listOf(everywhere(40));
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await pageOf({ walk, size: 50, keep: () => false });
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(asked.times / 16);
  });
});
