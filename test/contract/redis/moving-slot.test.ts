// A slot of a cluster that is on its way: whatever has gone ahead, no record is made on one server while its bucket or list
// lies on the other, and no charge is without its record.
import calculateSlot from 'cluster-key-slot';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../../../src/core/limits.ts';
import { sessionKey, sessionSlotKey } from '../../../src/state/redis/keys.ts';
import { openRedisState } from '../../../src/state/redis/state.ts';
import { loadWithSlip } from '../../differential/slips.ts';
import { type ClusterNode, type RedisCluster, startCluster } from '../../support/redis-cluster.ts';
import { eventually } from '../../support/times.ts';
import { EVER, entryOf, recordedStep } from '../decisions.ts';
import { created, operation, stored } from '../fixtures.ts';
import { openReady } from './open.ts';

const SLOT = calculateSlot('tollgate:{07}');

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster({ masters: 2, replicas: 0 });
});
afterAll(() => cluster.stop());

/** @throws as soon as a key lies on both servers of the slot */
async function chargeWhileMoving(open: typeof openRedisState): Promise<void> {
  let nowMs = Date.now();
  const clock = { now: () => nowMs };
  const state = await openReady({ commandTimeoutMs: 300, url: cluster.url, now: clock.now }, open);
  const session = await eventually(() => created(state, { grant: ['search'] }));
  const { sessionId } = session.session;
  const made = (answers: PromiseSettledResult<unknown>[]) =>
    answers.filter(({ status }) => status === 'fulfilled').length;
  const act = async (round: string) => {
    // Both slots of remembered keys are there after the second time, so a charge with a key lacks nothing.
    const decision = { ...recordedStep(clock, session), ...entryOf({ sessionId }) };
    return Promise.allSettled([
      state.charge(recordedStep(clock, session, { idempotencyKey: operation(`key ${round}`) })),
      state.charge(
        recordedStep(clock, session, {
          calls: [{ tool: 'shell', sensitivity: 0 }],
          idempotencyKey: operation(`shell ${round}`),
        }),
      ),
      state.recordDecision({ ...decision, effect: 'DENY', reason: 'TOOL_UNKNOWN', callIndex: 0 }),
    ]);
  };
  const untilAllMade = (when: string) => eventually(async () => made(await act(`${when} ${Math.random()}`)) === 3);
  await untilAllMade('before');
  // Exactly one generation: from some minutes of the hour any more would be two, which use the same slot again.
  nowMs += LIMITS.operationGenerationMs;
  await untilAllMade('before, next generation');

  const old = await cluster.ownerOf(SLOT);
  const next = cluster.nodes.find((node) => node !== old)!;
  const lines = new Map([old, next].map((node) => [node, new Redis({ port: node.port })]));
  const keysOn = async (node: ClusterNode) => new Set(await lines.get(node)!.keys('tollgate:{07}*'));
  const during: number[] = [];
  const look = async (step: string) => {
    during.push(made(await act(step)));
    const [here, there] = [await keysOn(old), await keysOn(next)];
    const both = [...here].filter((key) => there.has(key));
    if (both.length > 0) throw new Error(`on both servers: ${both.join(' ')}`);
  };
  // What a charge with a key is handed goes first, so that nothing but what its script spells itself is missing there.
  const first = [
    sessionKey(sessionId),
    ...([0, 1] as const).map((slot) => sessionSlotKey(sessionKey(sessionId), slot)),
  ];
  await cluster.moveSlot(SLOT, next.port, {
    keysAtOnce: 1,
    between: async (step) => {
      await look(`${step} ${during.length}`);
      if (step !== 'opened') return;
      await old.ask('MIGRATE', '127.0.0.1', next.port, '', 0, 4_000, 'KEYS', ...first);
      for (const key of first) expect(await keysOn(next)).toContain(key);
      await look('the session has gone ahead');
    },
  });
  expect(during.length).toBeGreaterThan(4);
  await untilAllMade('after');

  const { counters } = await stored(state, session);
  const records = await state.pageDecisions({ of: { sessionId }, ...EVER });
  expect(records.filter(({ effect }) => effect === 'ALLOW')).toHaveLength(counters.callsMade);
  for (const line of lines.values()) line.disconnect();
  await state.close();
}

test('charges and denials wait until a slot has arrived, and nothing lies on both servers', async () => {
  await chargeWhileMoving(openRedisState);
});

// The last one: it leaves a slot on its way.
test('without the key that never is, records are made anew where their buckets have yet to arrive', async () => {
  const slipped = await loadWithSlip({ file: 'state/redis/keys.ts', from: '}:absent', to: '}:sessions' });
  await expect(chargeWhileMoving(slipped.open.redis)).rejects.toThrow(/tollgate:\{07\}:decisions/);
  slipped.remove();
});
