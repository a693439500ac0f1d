// What a charge and a session cost the server. Printed to be read; only gross faults fail.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SessionRecord } from '../../../src/core/session/session.ts';
import type { ChargeStep } from '../../../src/state/port/charge.ts';
import { sessionKey, sessionSlotKey } from '../../../src/state/redis/keys.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { calls, created, operation, step, stored } from '../fixtures.ts';
import { ALICE } from '../identities.ts';
import { type OpenedRedis, openRedis } from './open.ts';

const CHARGES = 6_400;

let server: RedisServer;
let opened: OpenedRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  opened = await openRedis(server);
});
afterEach(() => opened.close());

/** Redis's own time for charges, by their number in one turn. */
async function usPerCharge(batch: number, given: (index: number) => Partial<ChargeStep>): Promise<number> {
  const { state, redis } = opened;
  const records: SessionRecord[] = [];
  for (let count = 0; count < 32; count++) {
    records.push(
      await created(state, {
        callBudget: 1_000_000,
        rateLimit: 1_000_000,
        grant: ['read', 'list', 'search', 'mail.send'],
      }),
    );
  }
  await redis.config('RESETSTAT');
  for (let done = 0; done < CHARGES; done += batch) {
    const turn = Array.from({ length: batch }, (_, index) =>
      state.charge(step(records[(done + index) % 32]!, { calls: calls(1, 'search'), ...given(done + index) })),
    );
    for (const answer of await Promise.all(turn)) expect(answer.kind).toBe('charged');
  }
  const stats = await redis.info('commandstats');
  return Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(stats)?.[1]) / CHARGES;
}

describe('figures of this machine', () => {
  test.each([1, 8, 32])('Redis time per charge, %i in a turn', async (batch) => {
    await opened.state.bindIdentity('trace', ALICE, 300_000);
    const { bytes } = (await opened.state.readIdentity('trace')).stored!;
    const plain = await usPerCharge(batch, () => ({}));
    const guarded = await usPerCharge(batch, () => ({ identity: { traceId: 'trace', bytes } }));
    const full = await usPerCharge(batch, (index) => ({
      idempotencyKey: operation(`key-${batch}-${index}`),
      decisionId: randomUUID(),
      identity: { traceId: 'trace', bytes },
    }));
    console.log(
      `Redis time per charge, ${batch} in a turn: plain ${plain.toFixed(1)} µs, with identity ${guarded.toFixed(1)} µs, ` +
        `with identity and key ${full.toFixed(1)} µs`,
    );
    expect(full).toBeLessThan(200);
  });

  test('memory per session and per remembered key', async () => {
    const { state, redis } = opened;
    const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const count = 2_000;
    await created(state);
    const before = await used();
    for (let index = 0; index < count; index++) {
      await created(state, {
        agentId: `agent-${Math.floor(index / 10)}`,
        owner: 'discord:123456789012345678',
        delegationChain: ['planner', 'worker'],
        declaredIntent: 'sort the mail of today and answer what is urgent',
        grant: ['read', 'list', 'search', 'mail.send'],
      });
    }
    const perSession = (await used()) - before;
    const record = await created(state, { callBudget: 1_000_000 });
    const key = sessionKey(record.session.sessionId);
    for (let done = 0; done < 20_000; done += 1_000) {
      const turn = Array.from({ length: 1_000 }, (_, index) =>
        state.charge(step(record, { idempotencyKey: operation(`key-${done + index}`), decisionId: randomUUID() })),
      );
      await Promise.all(turn);
    }
    const { generation, current } = (await stored(state, record)).counters.operations;
    const slot = sessionSlotKey(key, (generation % 2) as 0 | 1);
    const perKey = Number(await redis.memory('USAGE', slot, 'SAMPLES', 0)) / current;
    console.log(
      `memory per session ${(perSession / count).toFixed(0)} B with its indexes ` +
        `(${await redis.memory('USAGE', key)} B of it the record), per remembered key ${perKey.toFixed(0)} B`,
    );
    expect(perSession / count).toBeLessThan(2_048);
    expect(perKey).toBeLessThan(200);
  });
});
