import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { history } from './history.ts';
import { openLane } from './lanes.ts';
import { replay, type Tally } from './replay.ts';

const LANES = 12;
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ args: ['--databases', `${LANES}`] });
}, 120_000);
afterAll(() => server.stop());

test('x', async () => {
  const tally: Tally = new Map();
  const t = performance.now();
  const n = Number(process.env.N ?? 200), s = Number(process.env.SEED ?? 1);
  const rs = await Promise.allSettled(Array.from({length: LANES}, async (_, i) => {
    const lane = await openLane(server, i);
    try { await fc.assert(fc.asyncProperty(history, (h) => replay(h, lane, tally)), { seed: s * 1000 + i, numRuns: Math.ceil(n / LANES), endOnFailure: process.env.NOSHRINK === '1' }); }
    finally { await lane.close(); }
  }));
  console.log(performance.now() - t, [...tally].sort().map(([k,v]) => k + ': ' + v).join('\n'));
  const bad = rs.filter((r) => r.status === 'rejected');
  console.log('failed lanes', bad.length);
  for (const b of bad) console.log(b.reason.message.slice(0, 2500), '\nCAUSE', b.reason.cause?.message?.slice(0,1800));
  if (bad.length) throw new Error('bad');
}, 600_000);
