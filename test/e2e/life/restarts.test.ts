// Servers that are stopped and replaced under load: nobody who calls may notice, and nothing may be charged twice.
import { describe, expect, test } from 'vitest';
import type { clientsOf } from '../../support/clients.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { extent, spread } from '../../support/figures.ts';
import { freePort } from '../../support/free-port.ts';
import { PATIENCE } from '../../support/server.ts';
import { folderOf, redisOf, serverOf, type Test } from '../process/servers.ts';
import { type LoadReport, SERVICE_CONFIG, startLoad } from './load.ts';

const SIGTERMS = extent({ cut: 2, whole: 20 });
/** Only a whole run takes long. */
const WITHIN_MS = extent({ cut: 180_000, whole: 900_000 });
const ROUNDS = extent({ cut: 1, whole: 5 });
const PROCESSES = 2;
const CHANNELS_EACH = 4;
/** So many has each caller had between two restarts. */
const ANSWERS = extent({ cut: 5, whole: 50 });
/** Of the slow line, in each direction. */
const DELAY_MS = 40;
const GRACE_MS = 5_000;
const EXIT_MS = 1_000;

async function expectChargedOnce(clients: ReturnType<typeof clientsOf>, { charged }: LoadReport): Promise<void> {
  for (const { session_id, allowed } of charged) {
    const { session } = await clients.sessions('GetSession', { session_id });
    expect({ session_id, calls: session.calls_made }).toEqual({ session_id, calls: allowed });
  }
}

const timed = async <T>(act: () => Promise<T>) => {
  const from = performance.now();
  const result = await act();
  return { ms: performance.now() - from, result };
};
const sumOf = ({ charged }: LoadReport) => charged.reduce((sum, { allowed }) => sum + allowed, 0);
const graceful = (port: number) => ['--listen', `127.0.0.1:${port}`, '--set', `shutdown.grace_ms=${GRACE_MS}`];

describe.concurrent('callers with no retry policy, who wait for their one server to come back, see no failed call', {
  timeout: WITHIN_MS,
}, () => {
  test('beside it', async (t) => {
    const report = await restartUnderLoad(t, { line: 'beside it', delayMs: 0 });
    expect(report.failures).toEqual([]);
  });

  // Whenever the server is told to stop, calls are under way to it that it has not seen yet.
  test('at the end of a slow line', async (t) => {
    const report = await restartUnderLoad(t, { line: 'at the end of a slow line', delayMs: DELAY_MS });
    expect(report.failures).toEqual([]);
  });

  test('unless their library may not ask again: then calls that were under way are refused, and not begun', async (t) => {
    const line = 'at the end of a slow line, without retries';
    const { failures } = await restartUnderLoad(t, { line, delayMs: DELAY_MS, retries: false });
    expect(failures.length).toBeGreaterThan(0);
    expect(new Set(failures)).toEqual(new Set(['14 Stream refused by server']));
  });

  async function restartUnderLoad(
    t: Test,
    { line, delayMs, retries }: { line: string; delayMs: number; retries?: boolean },
  ): Promise<LoadReport> {
    const port = await freePort();
    const proxy = await startFaultProxy(port);
    proxy.set({ delayMs });
    t.onTestFinished(proxy.stop);
    const options = { folder: folderOf(t), args: graceful(port) };
    let server = await serverOf(t, options);
    const load = await startLoad(server.clients, {
      addresses: [delayMs === 0 ? server.decision : `127.0.0.1:${proxy.port}`],
      processes: PROCESSES,
      channelsEach: CHANNELS_EACH,
      waitForReady: true,
      retries,
    });
    t.onTestFinished(load.kill);
    const exitsMs: number[] = [];
    for (let stops = 0; stops < SIGTERMS; stops++) {
      await load.further(ANSWERS);
      const { ms, result } = await timed(() => server.stop());
      expect(result).toBe(0);
      exitsMs.push(ms);
      server = await serverOf(t, options);
    }
    await load.further(ANSWERS);
    const report = await load.stop();
    console.log(
      `${SIGTERMS} SIGTERMs under ${PROCESSES * CHANNELS_EACH} callers ${line}: ${sumOf(report)} calls, ` +
        `${report.failures.length} failed; exit ${spread(exitsMs)}`,
    );
    await expectChargedOnce(server.clients, report);
    expect(Math.max(...exitsMs)).toBeLessThan(10 * EXIT_MS);
    return report;
  }
});

test.concurrent('a rolling restart of three servers on one Redis is not seen by callers with the documented retry policy', {
  timeout: WITHIN_MS,
}, async (t) => {
  const redis = await redisOf(t);
  const ports = [await freePort(), await freePort(), await freePort()];
  const start = (port: number) => serverOf(t, { store: redis.url, args: graceful(port), env: PATIENCE });
  const servers = await Promise.all(ports.map(start));
  const load = await startLoad(servers[0]!.clients, {
    addresses: servers.map(({ decision }) => decision),
    processes: PROCESSES,
    channelsEach: CHANNELS_EACH,
    serviceConfig: SERVICE_CONFIG,
  });
  t.onTestFinished(load.kill);
  const exitsMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, port] of ports.entries()) {
      await load.further(ANSWERS);
      const { ms, result } = await timed(() => servers[index]!.stop());
      expect(result).toBe(0);
      exitsMs.push(ms);
      servers[index] = await start(port);
    }
  }
  await load.further(ANSWERS);
  const report = await load.stop();
  console.log(
    `${ROUNDS} rolling restarts of three servers on one Redis under ${PROCESSES * CHANNELS_EACH} callers: ` +
      `${sumOf(report)} calls, ${report.failures.length} failed, slowest ${report.slowestMs.toFixed(0)} ms; exit ${spread(exitsMs)}`,
  );
  expect(report.failures).toEqual([]);
  await expectChargedOnce(servers[0]!.clients, report);
});
