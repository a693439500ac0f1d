// Lanes: each runs one history after the other on stores of its own (a database of one Redis server, a directory), with
// a clock of its own, so that many histories run at a time and none sees another.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openEmbeddedState } from '../../src/state/embedded/state.ts';
import type { State } from '../../src/state/port/state.ts';
import { openRedisState } from '../../src/state/redis/state.ts';
import { openReady, SHIFT_LIFETIMES } from '../contract/redis/open.ts';
import { RETENTION_MS } from '../contract/suite.ts';
import type { RedisServer } from '../support/redis-server.ts';

/** An engine under test, empty, with the lane's clock. */
export interface Engine {
  readonly name: string;
  readonly state: State;
  /** Lets what the store counts down by itself pass by; to be called whenever the clock is moved. */
  pass(ms: number): Promise<void>;
}

export interface Lane {
  /** Milliseconds since the epoch, for every store of the lane. */
  nowMs: number;
  /** The engines, emptied. */
  begin(): Promise<readonly Engine[]>;
  close(): Promise<void>;
}

/** How an engine is opened; a test of the test opens one with a slip in it. */
export interface Openers {
  readonly redis?: typeof openRedisState;
  readonly embedded?: typeof openEmbeddedState;
}

export const BOTH: Openers = { redis: openRedisState, embedded: openEmbeddedState };

/** Longer than any history, because the clock of one may be set back behind what has been swept away. */
const DECISIONS = { retentionMs: 365 * 24 * 3_600_000, perSessionMax: 10_000 };

/** @param number  0 or above; each lane on one server needs its own */
export async function openLane(server: RedisServer, number: number, open: Openers = BOTH): Promise<Lane> {
  let nowMs = 0;
  const now = () => nowMs;
  const stores = [
    ...(open.redis ? [await redisStore(open.redis, server.url.replace(/\d+$/, `${number}`), now)] : []),
    ...(open.embedded ? [embeddedStore(open.embedded, now)] : []),
  ];
  return {
    get nowMs() {
      return nowMs;
    },
    set nowMs(ms) {
      nowMs = ms;
    },
    begin: () => Promise.all(stores.map((store) => store.begin())),
    async close() {
      for (const store of stores) await store.close();
    },
  };
}

interface Store {
  begin(): Promise<Engine>;
  close(): Promise<void>;
}

async function redisStore(open: typeof openRedisState, url: string, now: () => number): Promise<Store> {
  const redis = new Redis(url);
  let state: State | undefined;
  const pass = async (ms: number) => {
    await redis.eval(SHIFT_LIFETIMES, 0, ms);
  };
  return {
    async begin() {
      // A store that was emptied would be met again by an engine that knows what was in it.
      await state?.close();
      await redis.flushdb();
      state = await openReady({ commandTimeoutMs: 30_000, url, now, decisions: DECISIONS }, open);
      return { name: 'redis', state, pass };
    },
    async close() {
      await state?.close();
      redis.disconnect();
    },
  };
}

/** In memory where there is such a folder: nothing here is about the loss of power. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

function embeddedStore(open: typeof openEmbeddedState, now: () => number): Store {
  const folder = mkdtempSync(join(FOLDER, 'tollgate-differential-'));
  let number = 0;
  let state: State | undefined;
  const end = async () => {
    await state?.close();
    rmSync(join(folder, `${number}`), { recursive: true, force: true });
  };
  return {
    async begin() {
      await end();
      const directory = join(folder, `${++number}`);
      state = await open({ directory, retentionMs: RETENTION_MS, mapSizeBytes: 2 ** 28, now, decisions: DECISIONS });
      return { name: 'embedded', state, pass: async () => {} };
    },
    async close() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
