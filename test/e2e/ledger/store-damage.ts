// The stored bytes of one run, taken out behind the engine's back, changed, and put back.
import { Redis } from 'ioredis';
import { type Database, open } from 'lmdb';
import { idKey } from '../../../src/state/embedded/keys.ts';
import { checkpointKey, logKey } from '../../../src/state/embedded/run-tables.ts';
import { runKeys } from '../../../src/state/redis/keys.ts';
import type { LedgerRig } from './rig.ts';

export interface StoredBytes {
  /** The records, in the order in which they lie. */
  readonly log: readonly Buffer[];
  /** The checkpoints by their number. */
  readonly checkpoints: readonly { readonly number: number; readonly bytes: Buffer }[];
  /** The run, as JSON. */
  readonly run: string;
}

export interface Store {
  read(runId: string): Promise<StoredBytes>;
  write(runId: string, bytes: StoredBytes): Promise<void>;
  close(): void;
}

export function storeOf({ redis, directory }: LedgerRig): Store {
  return redis ? redisStore(new Redis(redis.url)) : embeddedStore(directory!);
}

function redisStore(redis: Redis): Store {
  return {
    async read(runId) {
      const keys = runKeys(runId);
      const flat = await redis.zrangeBuffer(keys.checkpoints, 0, -1, 'WITHSCORES');
      return {
        log: await redis.lrangeBuffer(keys.log, 0, -1),
        checkpoints: pairsOf(flat).map(([bytes, score]) => ({ number: Number(score), bytes })),
        run: (await redis.hgetBuffer(keys.run, 'r'))!.toString(),
      };
    },
    async write(runId, { log, checkpoints, run }) {
      const keys = runKeys(runId);
      const all = redis.multi().del(keys.log, keys.checkpoints).hset(keys.run, 'r', run);
      if (log.length > 0) all.rpush(keys.log, ...log);
      for (const { number, bytes } of checkpoints) all.zadd(keys.checkpoints, number, bytes);
      await all.exec();
    },
    close: () => redis.disconnect(),
  };
}

function pairsOf(flat: readonly Buffer[]): [Buffer, Buffer][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index]!, flat[2 * index + 1]!]);
}

/** Before the run itself lie its revision and what it remembers of keys. */
const RUN_AT = 18;
const ID_BYTES = 16;

function embeddedStore(directory: string): Store {
  const root = open<Buffer, Buffer>({ path: directory, noSubdir: false });
  const table = (name: string): Database<Buffer, Buffer> =>
    root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' });
  const [runs, logs, checkpoints] = [table('runs'), table('logs'), table('checkpoints')];
  // What one of those who share the environment writes, others see a turn later.
  const turn = () => new Promise((wake) => setTimeout(wake, 5));
  const under = (one: Database<Buffer, Buffer>, id: Buffer) =>
    Array.from(one.getRange({ start: id })).filter(({ key }) => Buffer.from(key).subarray(0, ID_BYTES).equals(id));
  return {
    async read(runId) {
      await turn();
      const id = idKey(runId);
      return {
        log: under(logs, id).map(({ value }) => Buffer.from(value)),
        checkpoints: under(checkpoints, id).map(({ key, value }) => ({
          number: Buffer.from(key).readUInt32BE(ID_BYTES),
          bytes: Buffer.from(value),
        })),
        run: runs.get(id)!.subarray(RUN_AT).toString(),
      };
    },
    async write(runId, bytes) {
      const id = idKey(runId);
      const head = Buffer.from(runs.get(id)!.subarray(0, RUN_AT));
      await root.transaction(() => {
        for (const one of [logs, checkpoints]) for (const { key } of under(one, id)) one.remove(key);
        bytes.log.forEach((record, index) => {
          logs.put(logKey(id, index + 1), record);
        });
        for (const { number, bytes: checkpoint } of bytes.checkpoints)
          checkpoints.put(checkpointKey(id, number), checkpoint);
        runs.put(id, Buffer.concat([head, Buffer.from(bytes.run)]));
      });
      await turn();
    },
    close() {},
  };
}
