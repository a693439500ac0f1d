// A second look into the engine's tables, beside the engine: to count what is there, and to damage it.
import { type Database, open } from 'lmdb';
import type { TABLES } from '../../../src/state/embedded/file/environment.ts';

type Table = Database<Buffer, Buffer>;

export interface TablesBeside {
  count(name: (typeof TABLES)[number]): Promise<number>;
  /** What the pages of one table take, free ones not counted. */
  usedBytes(name: (typeof TABLES)[number]): Promise<number>;
  put(name: (typeof TABLES)[number], key: Buffer, value: Buffer): Promise<void>;
}

/** lmdb-js shares one environment between those who open it in one process; what one writes, others see a turn later. */
export function tablesOf(directory: string): TablesBeside {
  const root = open<Buffer, Buffer>({ path: directory, noSubdir: false });
  const table = (name: string): Table => root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' });
  const turn = () => new Promise((wake) => setTimeout(wake, 10));
  return {
    async count(name) {
      await turn();
      return table(name).getCount({ start: Buffer.from([0]) });
    },
    async usedBytes(name) {
      await turn();
      const stats = table(name).getStats() as Record<string, number>;
      return (stats.treeBranchPageCount! + stats.treeLeafPageCount! + stats.overflowPages!) * stats.pageSize!;
    },
    async put(name, key, value) {
      await table(name).put(key, value);
      await turn();
    },
  };
}
