// A real server whose disk fills up under load: every call is answered soon, what cannot be stored is UNAVAILABLE, what
// was answered stays, and once there is space again the server goes on by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { SMALL_DISK_REFUSED, smallDisk, titled } from '../contract/embedded/disks.ts';
import { serverOf } from '../e2e/process/servers.ts';
import { type Answer, type Clients, clientsOf } from '../support/clients.ts';
import { extent, recordFigure } from '../support/figures.ts';
import { refusalOf } from '../support/refusals.ts';
import { bound, callOf, opened, started } from '../support/scene.ts';
import { startServer } from '../support/server.ts';
import { eventually } from '../support/times.ts';

const DISK_BYTES = 2 ** 24;
const LOAD_MS = extent({ cut: 1_500, whole: 20_000 });
const CALLERS = 16;
/** The aims; the machine may be busy. */
const ANSWER_MS = 2_000;
const RECOVERY_MS = 1_000;
const EVENT = { custom: { type: 'note', payload: { fields: {} } } };
const UNAVAILABLE = { code: 'UNAVAILABLE', reason: expect.stringMatching(/^STATE_(FULL|UNAVAILABLE)$/) };

interface Load {
  /** The keys whose charge was answered. */
  readonly charged: string[];
  /** The last sequence that an append was told. */
  lastSequence: number;
  refused: number;
  slowestMs: number;
  isOver: boolean;
}

describe.skipIf(SMALL_DISK_REFUSED)(titled('a server whose disk is full', SMALL_DISK_REFUSED), () => {
  test('refuses what it cannot store, loses nothing that it stored, and recovers', async (t) => {
    const disk = smallDisk(DISK_BYTES);
    t.onTestFinished(() => disk.remove());
    const server = await serverOf(t, { folder: disk.folder });
    const { clients } = server;
    const session = await opened(clients, { call_budget: 1_000_000 });
    const other = await opened(clients);
    const call = await callOf(clients, { session_id: session.session_id, agent_id: session.agent_id });
    const run = await started(clients);

    const load: Load = { charged: [], lastSequence: 0, refused: 0, slowestMs: 0, isOver: false };
    const callers = Promise.all(
      Array.from({ length: CALLERS }, (_, caller) => keepCalling(clients, { call, run, caller, load })),
    );
    const filling = (async () => {
      await eventually(() => load.charged.length > 0);
      await sleep(LOAD_MS / 3);
      disk.fill();
      await eventually(() => load.refused > 0);
      await sleep((2 * LOAD_MS) / 3);
      load.isOver = true;
    })();
    await Promise.all([callers, filling]);
    expect(load.slowestMs).toBeLessThan(10 * ANSWER_MS);

    const adding = addingCalls(clients, { call, run });
    const refusals = await Promise.all(adding.map(refusalOf));
    expect(refusals).toMatchObject(adding.map(() => UNAVAILABLE));
    // Somewhat less than full, so that there is room for what takes away.
    disk.free();
    disk.fill(2 ** 19);
    await sleep(300);
    expect(await refusalOf(opened(clients))).toMatchObject(UNAVAILABLE);
    await clients.sessions('CloseSession', { session_id: other.session_id });
    await clients.agents('DeactivateAgent', { agent_id: 'banned' });
    const { session: read } = await clients.sessions('GetSession', { session_id: session.session_id });
    expect(read.calls_made).toBe(load.charged.length);

    disk.free();
    const from = performance.now();
    await eventually(() => bound(clients), { everyMs: 10 });
    const recoveredMs = performance.now() - from;
    expect(recoveredMs).toBeLessThan(10 * RECOVERY_MS);
    await clients.decisions('Authorize', { ...call, idempotency_key: 'at last' });
    expect(server.process.exitCode).toBeNull();
    await server.kill();

    const again = await startServer({ folder: disk.folder });
    const fresh = clientsOf(again);
    t.onTestFinished(async () => {
      fresh.close();
      await again.kill();
    });
    await expectKept(fresh, { call, run, load });
    recordFigure('embedded-full-disk', {
      what: `Embedded store: a server whose disk fills up under ${CALLERS} callers`,
      result: `${load.charged.length} charges answered, none lost; ${load.refused} calls refused, the slowest answer after ${load.slowestMs.toFixed(0)} ms; adds again ${recoveredMs.toFixed(0)} ms after there is space`,
    });
  });
});

async function keepCalling(
  { decisions }: Clients,
  { call, run, caller, load }: { call: Answer; run: Answer; caller: number; load: Load },
): Promise<void> {
  for (let index = 0; !load.isOver; index++) {
    const key = `${caller}-${index}`;
    await timed(load, async () => {
      const { decision } = await decisions('Authorize', { ...call, idempotency_key: key });
      expect(decision.effect).toBe('EFFECT_ALLOW');
      load.charged.push(key);
    });
    if (caller > 0) continue;
    await timed(load, async () => {
      const { last_sequence } = await decisions('AppendAudit', {
        run_id: run.run_id,
        events: [EVENT],
        idempotency_key: key,
      });
      load.lastSequence = last_sequence;
    });
  }
}

/** A call may be refused as one whose state is unavailable; anything else is a fault. */
async function timed(load: Load, act: () => Promise<void>): Promise<void> {
  const from = performance.now();
  try {
    await act();
  } catch (error) {
    expect(await refusalOf(Promise.reject(error))).toMatchObject(UNAVAILABLE);
    load.refused += 1;
  }
  load.slowestMs = Math.max(load.slowestMs, performance.now() - from);
}

/** One of each call that adds to the store. */
function addingCalls(clients: Clients, { call, run }: { call: Answer; run: Answer }): Promise<unknown>[] {
  const { tool, ...who } = call;
  return [
    clients.decisions('Authorize', { ...call, idempotency_key: 'full' }),
    clients.decisions('ConsumeBudget', { ...who, calls: [{ tool }, { tool }] }),
    clients.decisions('AppendAudit', { run_id: run.run_id, events: [EVENT] }),
    clients.runs('StartRun', { trace_id: call.trace_id, skill_id: 'skill' }),
    clients.runs('FinishRun', { run_id: run.run_id, status: 'RUN_STATUS_OK' }),
    opened(clients),
    bound(clients),
  ];
}

async function expectKept(
  clients: Clients,
  { call, run, load }: { call: Answer; run: Answer; load: Load },
): Promise<void> {
  const { session } = await clients.sessions('GetSession', { session_id: call.session_id });
  // One more: the charge after the disk had space again.
  expect(session.calls_made).toBe(load.charged.length + 1);
  for (const key of load.charged.slice(-500)) {
    const { decision } = await clients.decisions('Authorize', { ...call, idempotency_key: key });
    expect(decision).toMatchObject({ effect: 'EFFECT_ALLOW', replayed: true });
  }
  const { run: kept } = await clients.runs('GetRun', { run_id: run.run_id });
  expect(kept.last_sequence).toBe(load.lastSequence);
}
