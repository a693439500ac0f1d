// A server that is killed again and again under load, on either engine: what it acknowledged is there, once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Clients, clientsOf } from '../support/clients.ts';
import { ENGINES } from '../support/engines.ts';
import { extent, recordFigure, spread } from '../support/figures.ts';
import { startRedis } from '../support/redis-server.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { expectKept, startWork } from './promises.ts';

const KILLS = extent({ cut: 4, whole: 100 });
/** The aim is 1,500 ms; the machine may be busy. */
const READY_MS_MAX = 15_000;

test.each(ENGINES)('%s: killed under load', { timeout: 1_200_000 }, async (engine) => {
  const redis = engine === 'Redis' ? await startRedis({ appendonly: 'everysec' }) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-kill-'));
  const options = {
    folder,
    ...(redis && { store: redis.url }),
    env: { TOLLGATE_STORE_COMMAND_TIMEOUT_MS: '1000', TOLLGATE_SESSIONS_ENDED_RETENTION_S: '86400' },
  };
  let server: RunningServer = await startServer(options);
  let clients: Clients = clientsOf(server);
  onTestFinished(async () => {
    clients.close();
    await server.kill();
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const work = await startWork(() => clients);
  const readyMs: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 600));
    await server.kill();
    const from = performance.now();
    const before = clients;
    server = await startServer(options);
    clients = clientsOf(server);
    readyMs.push(await work.answered(from));
    // Closed only now: calls under way shall fail for the server's end, not for ours.
    before.close();
  }
  await work.stop();
  await expectKept(clients, work);
  expect(Math.max(...readyMs)).toBeLessThan(READY_MS_MAX);
  expect(work.acknowledgements).toBeGreaterThan(10 * KILLS);
  recordFigure(`kill-server-${engine.toLowerCase()}`, {
    what: `Server killed ${KILLS} times under load, ${engine === 'Redis' ? 'Redis' : 'embedded'}`,
    result:
      `${work.acknowledgements} acknowledged charges, audit events, creations and closes: all there, once, no budget over-spent; ` +
      `from the kill to the first answer of the next process ${spread(readyMs)}`,
  });
});
