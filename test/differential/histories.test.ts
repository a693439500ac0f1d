// Random histories of sessions and agents, played on the model (test/unit/core/session/session-model.ts, which is core's rules over
// maps), on the embedded engine and on Redis. Every answer of both engines, and everything that is left at the end, must
// be the model's.
//
// To replay a failure: put the seed and the path that it prints into REPLAY. To keep it: put the history that it prints
// into cases.ts. That the histories find faults is shown in slips.test.ts.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extent } from '../support/figures.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { CASES } from './cases.ts';
import { history } from './history.ts';
import { openLane } from './lanes.ts';
import { replay, type Tally } from './replay.ts';

const REPLAY = undefined as { seed: number; path: string } | undefined;

/** Histories that run at a time, each on a Redis database and in a directory of its own. */
const LANES = 16;
/** A whole run, of `npm run test:differential`, plays more. */
const COUNTS = extent({ cut: { fixed: 1_000, today: 100 }, whole: { fixed: 2_000, today: 500 } });
const FIXED_SEED = 1_000;
/** Every day finds other histories; a failure prints which. */
const TODAYS_SEED = 100 * Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''));
/** Finding the smallest history that fails takes longer than finding one. */
const TIME_MS = 600_000;

/**
 * The answers that the histories must reach. Not among them: `too_many_keys`, which takes 100,000 keys (the contract's
 * cases reach it).
 */
const EXPECTED = [
  ...['created', 'replayed', 'key_reused', 'agent_deactivated', 'too_many_sessions'].map((kind) => `create: ${kind}`),
  ...['charged', 'replayed', 'key_reused', 'nothing_to_charge', 'identity_changed'].map((kind) => `charge: ${kind}`),
  ...['SESSION_UNKNOWN', 'AGENT_MISMATCH', 'OWNER_MISMATCH', 'SESSION_CLOSED'].map((reason) => `charge: ${reason}`),
  ...['SESSION_EXPIRED', 'BUDGET_EXHAUSTED', 'TOOL_NOT_GRANTED'].map((reason) => `charge: ${reason}`),
  ...['SENSITIVITY_EXCEEDED', 'RATE_LIMITED', 'RATE_IMPOSSIBLE'].map((reason) => `charge: ${reason}`),
  ...['closed', 'replayed', 'key_reused', 'already_closed', 'unknown'].map((kind) => `close: ${kind}`),
  ...['remove: some', 'remove: nothing', 'clock: on', 'clock: set back', 'end: replayed'],
];

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ args: ['--databases', `${LANES + 1}`] });
});
afterAll(() => server.stop());

/** Plays as many histories on all lanes at once. @throws the first failure, with the smallest history found */
async function playAll(seed: number, count: number): Promise<Tally> {
  const tally: Tally = new Map();
  const lanes = Array.from({ length: LANES }, async (_, number) => {
    const lane = await openLane(server, number);
    try {
      const property = fc.asyncProperty(history, (each) => replay(each, lane, tally));
      await fc.assert(property, { seed: seed + number, numRuns: Math.ceil(count / LANES) });
    } finally {
      await lane.close();
    }
  });
  const failed = (await Promise.allSettled(lanes)).find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return tally;
}

describe('the model, the embedded engine and Redis', () => {
  test.runIf(REPLAY)('answer alike in the history that failed', { timeout: TIME_MS }, async () => {
    const lane = await openLane(server, LANES);
    try {
      await fc.assert(
        fc.asyncProperty(history, (each) => replay(each, lane)),
        REPLAY,
      );
    } finally {
      await lane.close();
    }
  });

  test(`answer alike in ${COUNTS.fixed} histories`, { timeout: TIME_MS }, async () => {
    const tally = await playAll(FIXED_SEED, COUNTS.fixed);
    const rare = EXPECTED.filter((answer) => (tally.get(answer) ?? 0) < COUNTS.fixed / 100);
    expect(rare, 'answers that the histories hardly reach').toEqual([]);
  });

  test(`answer alike in ${COUNTS.today} histories of today, seed ${TODAYS_SEED}`, { timeout: TIME_MS }, async () => {
    await playAll(TODAYS_SEED, COUNTS.today);
  });

  test.each(Object.entries(CASES))('answer alike where they once did not: %s', async (_, each) => {
    const lane = await openLane(server, LANES);
    try {
      await replay(each, lane);
    } finally {
      await lane.close();
    }
  });
});
