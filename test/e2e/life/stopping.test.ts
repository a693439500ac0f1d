// What a stop does to those who are connected: everyone is told, whoever has begun a call is served, and nobody can hold
// the server up beyond its grace period.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import grpc from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { Answer, Clients } from '../../support/clients.ts';
import { healthClient } from '../../support/health-client.ts';
import { refusalOf } from '../../support/refusals.ts';
import { callOf, started } from '../../support/scene.ts';
import { eventually } from '../../support/times.ts';
import { serverOf, type Test } from '../process/servers.ts';
import { startLoad } from './load.ts';
import { rawConnection } from './raw-call.ts';

const GRACE_MS = 3_000;
/** How long a stop waits for peers that do not close their side. */
const LINGER_MS = 500;
/** Longer than the silence after which a server might think that nobody calls any more. */
const ON_THE_WAY_MS = 800;

const grace = (ms: number) => ['--set', `shutdown.grace_ms=${ms}`];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Server = Awaited<ReturnType<typeof serverOf>>;

async function timedStop(server: Server): Promise<{ code: number | null; ms: number }> {
  const from = performance.now();
  return { code: await server.stop(), ms: performance.now() - from };
}

describe.concurrent('a call of which half has arrived when the server is told to stop', () => {
  async function stopAmidCall(t: Test, graceMs: number) {
    const server = await serverOf(t, { args: grace(graceMs) });
    const line = rawConnection(server.decision);
    t.onTestFinished(line.close);
    const call = line.begin('Authorize', await callOf(server.clients));
    await call.begun;
    const exit = timedStop(server);
    const lastBegun = await line.goaway;
    await pause(ON_THE_WAY_MS);
    call.finish();
    return { lastBegun, status: await call.status, ...(await exit) };
  }

  test('is served, and counted among the begun ones in the GOAWAY', async (t) => {
    const { lastBegun, status, code, ms } = await stopAmidCall(t, 20_000);
    expect(lastBegun).toBe(1);
    expect(status).toBe(String(grpc.status.OK));
    expect(code).toBe(0);
    console.log(`exit ${(ms - ON_THE_WAY_MS).toFixed(0)} ms after the rest of the call was sent`);
    expect(ms).toBeLessThan(10_000);
  });

  test('fails when there is no grace, so that it is the grace that saves it', async (t) => {
    const { status, code } = await stopAmidCall(t, 0);
    expect(status).not.toBe(String(grpc.status.OK));
    expect(code).toBe(0);
  });
});

describe.concurrent('a stop within the grace period', () => {
  test('is not held up by whoever is connected and has no call open: all are told, and it takes a moment', async (t) => {
    const server = await serverOf(t, { args: grace(20 * LINGER_MS) });
    const health = healthClient(server.decision);
    t.onTestFinished(health.close);
    const watches = ['tollgate.v1.PolicyDecisionService', ''].map((service) => health.watch(service));
    await eventually(() => watches.every(({ said }) => said.length > 0));
    const silent = await silentConnection(t, server);
    const load = await startLoad(server.clients, { addresses: [server.decision], processes: 1, channelsEach: 4 });
    t.onTestFinished(load.kill);
    await load.further(2);
    load.freeze();

    const { code, ms } = await timedStop(server);
    console.log(`exit with two Watches, a silent connection and a frozen client: ${ms.toFixed(0)} ms`);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10 * LINGER_MS);
    expect(server.log.some((line) => line.includes('the grace period is over'))).toBe(false);
    for (const { said, ended } of watches) {
      expect(said).toEqual(['SERVING', 'NOT_SERVING']);
      expect(await ended).toBe(grpc.status.UNAVAILABLE);
    }
    await silent.ended;
  });

  test('ends a stream of a run’s events, with a reason, when it must', async (t) => {
    const server = await serverOf(t, { args: grace(GRACE_MS) });
    const { run_id } = await started(server.clients);
    const { ended, begun } = followOf(server.clients, run_id);
    await server.clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'a' } }] });
    await begun;
    const { code, ms } = await timedStop(server);
    console.log(`exit with a stream of events: ${ms.toFixed(0)} ms of ${GRACE_MS} ms`);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10 * GRACE_MS);
    expect(await ended).toMatchObject({ code: 'UNAVAILABLE', reason: 'STOPPING' });
  });
});

/** `ended` resolves when the server has closed its side. */
async function silentConnection(t: Test, { decision }: Server): Promise<{ ended: Promise<unknown> }> {
  const socket = createConnection({ host: '127.0.0.1', port: Number(decision.split(':')[1]), allowHalfOpen: true });
  t.onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.resume();
  const ended = once(socket, 'end');
  await once(socket, 'connect');
  return { ended };
}

/** Reads a stream of events to its end: `begun` with the first of them, `ended` with whatever ended it but a proper end. */
function followOf(clients: Clients, run_id: string) {
  const client = clients.raw('AuditService') as unknown as Record<
    string,
    (request: object) => grpc.ClientReadableStream<Answer>
  >;
  const stream = client.ListRunEvents!({ run_id, follow: true });
  return {
    begun: new Promise((resolve) => stream.on('data', resolve)),
    ended: refusalOf(
      new Promise((resolve, reject) => stream.on('error', reject).on('end', () => resolve('a proper end'))),
    ),
  };
}
