// grpc.health.v1 from Go, with the stubs that grpc-go itself ships: Check, List and Watch, tied to the store.
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { buildGoClient, GO_PROGRAM } from '../../support/foreign-clients.ts';
import { eventually } from '../../support/times.ts';

const run = promisify(execFile);

const SERVICES = [
  ...['PolicyDecisionService', 'RunService'],
  ...['SessionService', 'AgentService', 'IdentityService', 'AuditService', 'ServerService'],
].map((name) => `tollgate.v1.${name}`);

describe('health from Go', () => {
  let missing: string | undefined;
  let open: OpenServer;
  beforeAll(async () => {
    missing = await buildGoClient();
    if (missing) console.warn(`skipped: ${missing}`);
    else open = await openServer('Redis', { env: { TOLLGATE_STORE_COMMAND_TIMEOUT_MS: '1500' } });
  }, 300_000);
  afterAll(() => open?.close());
  beforeEach((context) => context.skip(missing !== undefined, missing));

  async function askHealth(address: string): Promise<Record<'listed' | 'checked', Record<string, string>>> {
    return JSON.parse((await run(GO_PROGRAM, ['-address', address, 'health'])).stdout);
  }

  function watch(service: string): { said: string[]; end(): void } {
    const child = spawn(GO_PROGRAM, ['-address', open.server.decision, 'watch', service], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const said: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
    return { said, end: () => child.kill('SIGKILL') };
  }

  const states = (ofServices: string) =>
    Object.fromEntries([['', 'SERVING'], ...SERVICES.map((service) => [service, ofServices])]);

  test('List and Check say the same of each service, on both listeners', async () => {
    for (const address of [open.server.decision, open.server.management]) {
      expect(await askHealth(address)).toEqual({ listed: states('SERVING'), checked: states('SERVING') });
    }
  });

  test('while Redis is unreachable the process lives, no service serves, and every watcher is notified', async () => {
    const watches = ['', 'tollgate.v1.PolicyDecisionService', 'tollgate.v1.NoService'].map(watch);
    try {
      await eventually(() => watches.every(({ said }) => said.length > 0));
      open.redis!.pause();
      await eventually(() => watches[1]!.said.length === 2);
      for (const address of [open.server.decision, open.server.management]) {
        expect(await askHealth(address)).toEqual({ listed: states('NOT_SERVING'), checked: states('NOT_SERVING') });
      }
      open.redis!.resume();
      await eventually(() => watches[1]!.said.length === 3);
      expect(watches.map(({ said }) => said)).toEqual([
        ['SERVING'],
        ['SERVING', 'NOT_SERVING', 'SERVING'],
        ['SERVICE_UNKNOWN'],
      ]);
    } finally {
      open.redis!.resume();
      for (const each of watches) each.end();
    }
  });
});
