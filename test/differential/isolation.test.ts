// Different ids never meet: whatever happens to what one id names leaves alone what another id names, however alike the
// two look, on both engines.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isOwnId } from '../../src/core/partition.ts';
import { encodeIdentity } from '../../src/state/codec/identity-record.ts';
import type { ChargeResult } from '../../src/state/port/charge.ts';
import type { State } from '../../src/state/port/state.ts';
import { calls, created, idIn, newSession, operation, step, stored } from '../contract/fixtures.ts';
import { ALICE, BOB } from '../contract/identities.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type Lane, openLane } from './lanes.ts';
import { FOREIGN_IDS, LOOK_ALIKES, lookAlikesOf } from './names.ts';

const RUNS = 250;
const SEED = 1;
const HOUR = 3_600_000;
const START_MS = 1_740_000_000_000;

let server: RedisServer;
let lane: Lane;
beforeAll(async () => {
  server = await startRedis();
  lane = await openLane(server, 0);
});
afterAll(async () => {
  await lane.close();
  await server.stop();
});

const name = fc.oneof(
  fc.constantFrom(...LOOK_ALIKES),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('{', '}', '%', ':', '7', 'B', 'D', 'a', '\u200b'), minLength: 1, maxLength: 6 }),
);
/** Two names that are not the same; half of the time one is made of the other. */
const twoNames: fc.Arbitrary<readonly [string, string]> = fc
  .oneof(
    fc.tuple(name, name),
    name.chain((one) => fc.tuple(fc.constant(one), fc.constantFrom(...lookAlikesOf(one)))),
  )
  .filter(([one, two]) => one !== two && two !== '');

/** Key names are printable ASCII. */
const keyName = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 8 }).filter((key) => /^[ -~]+$/.test(key));
const twoKeys = fc
  .oneof(
    fc.tuple(keyName, keyName),
    keyName.map((key) => [key, `${key} `] as const),
    keyName.map((key) => [key, key.toUpperCase()] as const),
  )
  .filter(([one, two]) => one !== two);

/** Runs a property on both engines, each with an empty store. */
async function onBoth<T>(arbitrary: fc.Arbitrary<T>, holds: (state: State, given: T) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (given) => {
    lane.nowMs = START_MS;
    for (const { name, state } of await lane.begin()) {
      try {
        await holds(state, given);
      } catch (error) {
        throw new Error(`on ${name}: ${String(error)}`, { cause: error });
      }
    }
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
}

function reasonOf(answer: ChargeResult): string {
  return answer.kind === 'denied' ? answer.reason : answer.kind;
}

test('no two of the names that look alike are the same', () => {
  expect(new Set(LOOK_ALIKES).size).toBe(LOOK_ALIKES.length);
});

test('what happens to one agent, owner, trace and tool leaves another alone', async () => {
  await onBoth(twoNames, async (state, [one, two]) => {
    const key = operation('k');
    const session = (agentId: string) => newSession({ agentId, owner: agentId, grant: [agentId], sessionId: idIn(7) });
    const make = (agentId: string) => state.createSession(session(agentId), 1, { ...key, rpc: 'CreateSession' });
    const [mine, yours] = [await make(one), await make(two)];
    if (mine.kind !== 'created' || yours.kind !== 'created') throw new Error(`${mine.kind}, ${yours.kind}`);
    expect((await state.bindIdentity(one, ALICE, HOUR)).kind).toBe('bound');
    expect((await state.bindIdentity(two, BOB, HOUR)).kind).toBe('bound');

    const identity = { traceId: one, bytes: encodeIdentity(ALICE) };
    const charge = { principals: [one], calls: calls(1, one), idempotencyKey: key, identity };
    const attempt = async (given: Parameters<typeof step>[1]) =>
      reasonOf(await state.charge(step(mine.record, { ...charge, ...given })));
    expect(await attempt({ agentId: two })).toBe('AGENT_MISMATCH');
    expect(await attempt({ principals: [two] })).toBe('OWNER_MISMATCH');
    expect(await attempt({ calls: calls(1, two) })).toBe('TOOL_NOT_GRANTED');
    expect(await attempt({ identity: { ...identity, traceId: two } })).toBe('identity_changed');
    expect(await attempt({})).toBe('charged');
    expect((await state.deactivateAgent(one)).sessionsClosed).toBe(1);
    expect(await state.releaseIdentity(one)).toBe(true);

    expect(await stored(state, yours.record)).toEqual(yours.record);
    expect(await state.readAgent(two)).toEqual({ deactivatedAtMs: undefined, liveSessions: 1 });
    expect((await state.readIdentity(two)).stored?.identity).toEqual(BOB);
    const theirs = { principals: [two], calls: calls(1, two), idempotencyKey: key };
    const answer = await state.charge(
      step(yours.record, { ...theirs, identity: { traceId: two, bytes: encodeIdentity(BOB) } }),
    );
    expect(reasonOf(answer)).toBe('charged');
  });
});

test('a charge on one session changes no other, whatever its id looks like', async () => {
  const digit = fc.record({ place: fc.nat(35), to: fc.constantFrom(...'0123456789abcdefABCDEF-g ') });
  await onBoth(fc.tuple(fc.uuid({ version: 7 }), digit, fc.constantFrom(...FOREIGN_IDS)), async (state, given) => {
    const [sessionId, { place, to }, foreignId] = given;
    const likeId = sessionId.slice(0, place) + to + sessionId.slice(place + 1);
    const mine = await created(state, { sessionId });
    const yours = isOwnId(likeId) && likeId !== sessionId ? await created(state, { sessionId: likeId }) : undefined;
    const strangers = [foreignId, sessionId.toUpperCase(), `${sessionId} `, ...lookAlikesOf(sessionId), likeId];
    for (const id of strangers.filter((each) => each !== sessionId && each !== yours?.session.sessionId)) {
      expect(reasonOf(await state.charge(step(mine, { sessionId: id, idempotencyKey: operation('k') })))).toBe(
        'SESSION_UNKNOWN',
      );
      expect((await state.closeSession(id, undefined)).kind).toBe('unknown');
    }
    expect(await stored(state, mine)).toEqual(mine);

    expect(reasonOf(await state.charge(step(mine, { idempotencyKey: operation('k') })))).toBe('charged');
    await state.closeSession(sessionId, undefined);
    if (!yours) return;
    expect(await stored(state, yours)).toEqual(yours);
    expect(reasonOf(await state.charge(step(yours, { idempotencyKey: operation('k') })))).toBe('charged');
  });
});

test('one idempotency key never stands for another', async () => {
  await onBoth(twoKeys, async (state, [one, two]) => {
    const record = await created(state);
    const charge = async (key: string, rpc = 'Authorize') =>
      (await state.charge(step(record, { idempotencyKey: operation(key, { rpc }), decisionId: randomUUID() }))).kind;
    expect([await charge(one), await charge(two)]).toEqual(['charged', 'charged']);
    expect([await charge(one), await charge(two)]).toEqual(['replayed', 'replayed']);
    expect(await charge(one, 'ConsumeBudget')).toBe('charged');
    const create = async (key: string) =>
      (await state.createSession(newSession(), 9, operation(key, { rpc: 'CreateSession' }))).kind;
    expect([await create(one), await create(two), await create(one)]).toEqual(['created', 'created', 'replayed']);
  });
});
