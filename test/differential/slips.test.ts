import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { history } from './history.ts';
import { openLane } from './lanes.ts';
import { replay } from './replay.ts';
import { loadWithSlip, type Slip } from './slips.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
}, 120_000);
afterAll(() => server.stop());

const SLIPS: Record<string, Slip & { engine: 'redis' | 'embedded' }> = {
  expiry: { engine: 'redis', file: 'state/redis/lua/parts/sessions.lua', from: 'counters[CREATED] > facts[TIME_LIMIT]', to: 'counters[CREATED] >= facts[TIME_LIMIT]' },
};

test.each(Object.entries(SLIPS))('%s', async (_, slip) => {
  const t = performance.now();
  const slipped = await loadWithSlip(slip);
  const lane = await openLane(server, 0, { [slip.engine]: slipped.open[slip.engine] });
  try {
    const out = await fc.check(fc.asyncProperty(history, (h) => replay(h, lane)), { seed: 1, numRuns: 400, endOnFailure: true });
    console.log(performance.now() - t, out.failed, out.numRuns, String((out.errorInstance as Error)?.message).slice(0, 300));
    expect(out.failed).toBe(true);
  } finally {
    await lane.close();
    slipped.remove();
  }
});
