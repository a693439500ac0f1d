// grpc.health.v1, as probes and load balancers ask it, on both listeners.
import grpc from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { type HealthClient, healthClient } from '../../support/health-client.ts';
import { startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';

const DECISION = ['PolicyDecisionService', 'RunService'];
const MANAGEMENT = ['SessionService', 'AgentService', 'IdentityService', 'AuditService', 'ServerService'];
const SERVICES = [...DECISION, ...MANAGEMENT].map((name) => `tollgate.v1.${name}`);

describe('health', () => {
  let open: OpenServer;
  let probes: HealthClient[];

  beforeAll(async () => {
    open = await openServer('Redis', { env: { TOLLGATE_STORE_COMMAND_TIMEOUT_MS: '1500' } });
    probes = [open.server.decision, open.server.management].map(healthClient);
  });
  afterAll(async () => {
    for (const probe of probes ?? []) probe.close();
    await open?.close();
  });

  test('says SERVING for the process and for each service, on both listeners', async () => {
    for (const probe of probes) {
      for (const service of ['', ...SERVICES]) expect(await probe.check(service), service).toBe('SERVING');
      const listed = await probe.list();
      expect(Object.keys(listed).toSorted()).toEqual(['', ...SERVICES].toSorted());
      expect(new Set(Object.values(listed))).toEqual(new Set(['SERVING']));
    }
  });

  test('does not know a service that is not there', async () => {
    await expect(probes[0]!.check('tollgate.v1.NoService')).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    await expect(probes[0]!.check('constructor')).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    const watch = probes[0]!.watch('tollgate.v1.NoService');
    await eventually(() => watch.said.length > 0);
    expect(watch.said).toEqual(['SERVICE_UNKNOWN']);
    watch.cancel();
  });

  test('says NOT_SERVING for every service while Redis is stopped, SERVING for the process, and recovers', async () => {
    const [probe] = probes;
    const watches = [probe!.watch('tollgate.v1.PolicyDecisionService'), probe!.watch('')];
    await eventually(() => watches.every(({ said }) => said.length > 0));
    process.kill(open.redis!.pid, 'SIGSTOP');
    try {
      await eventually(async () => (await probe!.check(SERVICES[0]!)) === 'NOT_SERVING');
      for (const each of probes) {
        for (const service of SERVICES) expect(await each.check(service)).toBe('NOT_SERVING');
        expect(await each.check('')).toBe('SERVING');
      }
    } finally {
      process.kill(open.redis!.pid, 'SIGCONT');
    }
    await eventually(async () => (await probe!.check(SERVICES[0]!)) === 'SERVING');
    await eventually(() => watches[0]!.said.length === 3);
    expect(watches.map(({ said }) => said)).toEqual([['SERVING', 'NOT_SERVING', 'SERVING'], ['SERVING']]);
    for (const watch of watches) watch.cancel();
    const lines = open.server.log.map((line) => JSON.parse(line));
    expect(lines.filter(({ msg }) => msg === 'the store cannot be reached')).toHaveLength(1);
  });
});

describe('health at the ends of a server’s life', () => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  test('a server that starts while its Redis is away serves, says NOT_SERVING, and recovers with it', async () => {
    const first = await startRedis();
    await first.stop();
    const { startServer } = await import('../../support/server.ts');
    const server = await startServer({ store: first.url, isStoreAway: true });
    const probe = healthClient(server.decision);
    let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
    close = async () => {
      probe.close();
      await server.stop();
      await redis?.stop();
    };
    expect(await probe.check('')).toBe('SERVING');
    expect(await probe.check(SERVICES[0]!)).toBe('NOT_SERVING');
    redis = await startRedis({ port: first.port });
    await eventually(async () => (await probe.check(SERVICES[0]!)) === 'SERVING');
  });

  test('a stopping server says NOT_SERVING to every watcher, and then ends', async () => {
    const open = await openServer('embedded', { args: ['--set', 'shutdown.grace_ms=500'] });
    close = open.close;
    const probe = healthClient(open.server.decision);
    const watch = probe.watch('tollgate.v1.PolicyDecisionService');
    const process_ = probe.watch('');
    await eventually(() => watch.said.length + process_.said.length === 2);
    expect(await open.server.stop()).toBe(0);
    expect([watch.said, process_.said]).toEqual([
      ['SERVING', 'NOT_SERVING'],
      ['SERVING', 'NOT_SERVING'],
    ]);
    probe.close();
  });
});
