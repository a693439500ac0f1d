// The Redis engine as tests open it: an empty database, and a clock in the test's hands.
import { Redis } from 'ioredis';
import type { State } from '../../../src/state/port/state.ts';
import { openRedisState, type RedisStateOptions } from '../../../src/state/redis/state.ts';
import type { RedisServer } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import { DECISIONS, type Opened, RETENTION_MS } from '../suite.ts';

export const PREFIX = 'sg:tools:session:';

export const OPTIONS = {
  /** Far above what a busy machine needs. */
  commandTimeoutMs: 5_000,
  identityKeyPrefix: PREFIX,
  retentionMs: RETENTION_MS,
  runRetentionMs: 30 * 24 * 3_600_000,
  decisions: DECISIONS,
};

/** Opens an engine on servers that are there, and waits for all its connections: after a second it goes on without. */
export async function openReady(
  options: Partial<RedisStateOptions> & Pick<RedisStateOptions, 'url'>,
  open = openRedisState,
): Promise<State> {
  const state = await open({ ...OPTIONS, ...options });
  await eventually(() => {
    const { closed = 0, half_open = 0, open: away = 0 } = state.info.breakers ?? {};
    return closed > 0 && half_open + away === 0;
  });
  return state;
}

/** Lets every key's remaining time pass by, as the clock passes. */
export const SHIFT_LIFETIMES = `
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local left = redis.call('PTTL', key)
    if left >= 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
  end`;

export interface OpenedRedis extends Opened {
  /** A second connection, to look behind the engine's back. */
  readonly redis: Redis;
}

export async function openRedis(server: RedisServer, options: Partial<RedisStateOptions> = {}): Promise<OpenedRedis> {
  const redis = new Redis(server.url);
  await redis.flushall();
  let nowMs = Date.now();
  const clock = {
    now: () => nowMs,
    async advance(ms: number) {
      nowMs += ms;
      await redis.eval(SHIFT_LIFETIMES, 0, ms);
    },
  };
  const state = await openReady({ url: server.url, now: clock.now, ...options });
  return {
    state,
    clock,
    redis,
    async close() {
      await state.close();
      redis.disconnect();
    },
    async plantIdentity(traceId, bytes, ttlMs) {
      await redis.set(PREFIX + traceId, Buffer.from(bytes), 'PX', ttlMs);
    },
  };
}
