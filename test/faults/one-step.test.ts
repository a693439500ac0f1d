// A charge and its record are one step: wherever the line is lost for good, there is no charge without a record and no
// record without its charge. The twin writes the record in a step of its own, and is seen to leave a charge alone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { State } from '../../src/state/port/state.ts';
import { openRedisState } from '../../src/state/redis/state.ts';
import { EVER, recordedStep } from '../contract/decisions.ts';
import { calls, created, operation, stored } from '../contract/fixtures.ts';
import { openReady } from '../contract/redis/open.ts';
import { loadWithSlip } from '../differential/slips.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

const NOW = 1_800_000_000_000;
const clock = { now: () => NOW };
const ROUNDS_MAX = 40;

let server: RedisServer;
let whole: State;

beforeAll(async () => {
  server = await startRedis();
  whole = await openReady({ url: server.url, now: clock.now });
});
afterAll(async () => {
  await whole.close();
  await server.stop();
});

interface Loss {
  /** Chunks that pass before everything is lost. */
  readonly afterChunks: number;
  readonly of: 'requests' | 'replies';
}

/** Charges over a line that is lost at some point. @returns whether the session's charges and records agree */
async function charged(
  open: typeof openRedisState,
  { afterChunks, of }: Loss,
): Promise<{ agree: boolean; isOver: boolean }> {
  let passed = 0;
  let isCharging = false;
  const proxy = await startFaultProxy(server.port, { random: () => (isCharging && ++passed > afterChunks ? 0 : 1) });
  const url = `redis://127.0.0.1:${proxy.port}/0`;
  const state = await openReady({ commandTimeoutMs: 200, url, now: clock.now }, open);
  const session = await created(whole, { grant: ['search'] });
  proxy.set(of === 'requests' ? { dropBeforeShare: 0.5 } : { dropAfterShare: 0.5, dropBeforeShare: 0 });
  isCharging = true;
  const steps = [
    recordedStep(clock, session),
    recordedStep(clock, session, { idempotencyKey: operation('k') }),
    recordedStep(clock, session, { calls: calls(1, 'shell') }),
    recordedStep(clock, session, { calls: calls(2), context: { callsTotal: 2 } }),
  ];
  for (const one of steps) await state.charge(one).catch(() => {});
  await state.close();
  const { counters } = await stored(whole, session);
  const records = await whole.pageDecisions({ of: { sessionId: session.session.sessionId }, ...EVER });
  const told = records.filter(({ effect }) => effect === 'ALLOW').reduce((sum, { callsTotal }) => sum + callsTotal, 0);
  await proxy.stop();
  return { agree: told === counters.callsMade, isOver: passed <= afterChunks };
}

async function disagreements(open: typeof openRedisState): Promise<number> {
  let found = 0;
  for (const of of ['requests', 'replies'] as const) {
    for (let afterChunks = 0; afterChunks < ROUNDS_MAX; afterChunks++) {
      const { agree, isOver } = await charged(open, { afterChunks, of });
      if (!agree) found++;
      if (isOver) break;
    }
  }
  return found;
}

describe('wherever the line is lost', () => {
  test('charges and their records agree', async () => {
    expect(await disagreements(openRedisState)).toBe(0);
  });

  test('they do not where the record is a step of its own', async () => {
    const slipped = await loadWithSlip({
      file: 'state/redis/state.ts',
      from: 'if (!step.identity || !this.#store.commands.servers.isCluster) return charge(this.#store, this.#charges, step);',
      to: `if (step.record) {
        const { record, decisionId, sessionId } = step;
        const answer = await charge(this.#store, this.#charges, { ...step, record: undefined });
        if (answer.kind !== 'charged') return answer;
        const made = { effect: 'ALLOW', reason: 'ALLOWED', callIndex: undefined } as const;
        const session = 'tollgate:{' + sessionId.slice(-2) + '}:session:' + sessionId + ':decisions';
        await recordDecision(this.#store, { ...record, ...made, decisionId, sessionId });
        await this.#store.commands.ask(session, this.#store.deadline, ({ redis }) =>
          redis.rpush(session, Buffer.from(decisionId.replaceAll('-', ''), 'hex')));
        return answer;
      }
      if (!step.identity) return charge(this.#store, this.#charges, step);`,
    });
    try {
      expect(await disagreements(slipped.open.redis)).toBeGreaterThan(0);
    } finally {
      slipped.remove();
    }
  });
});
