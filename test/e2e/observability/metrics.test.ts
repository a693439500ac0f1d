// What is counted, and that callers cannot add to what it is counted by.
import { writeFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { Metrics } from '../../../src/telemetry/metrics.ts';
import type { Clients } from '../../support/clients.ts';
import { extent } from '../../support/figures.ts';
import { bound, callOf, opened, started } from '../../support/scene.ts';
import { PATIENCE } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { redisOf, serverOf, type Test } from '../process/servers.ts';
import { MONITORED, monitoringOf, Scrape, scrape } from './scrape.ts';

async function monitored(t: Test, options: Parameters<typeof serverOf>[1] = {}) {
  const server = await serverOf(t, { ...options, env: { ...MONITORED, ...options.env } });
  const address = monitoringOf(server);
  return { ...server, address, read: () => scrape(address) };
}

test('decisions are counted by method, effect and reason', async (t) => {
  const { clients, read } = await monitored(t);
  const call = await callOf(clients);
  const authorize = (given: object) => clients.decisions('Authorize', { ...call, ...given });
  await authorize({ idempotency_key: 'k' });
  await authorize({ idempotency_key: 'k' });
  await authorize({});
  await authorize({ trace_id: 'forged' });
  await authorize({ dry_run: true });
  const { session_id, agent_id } = await opened(clients, { call_budget: 1 });
  await clients.decisions('ConsumeBudget', { session_id, agent_id, calls: Array(2).fill({ tool: 'read_file' }) });
  await clients.decisions('CheckSlash', { trace_id: call.trace_id, chat_type: 'dm', command: '/stop' });
  await clients.decisions('DescribeSlashAccess', { trace_id: call.trace_id, chat_type: 'dm', command: '/stop' });

  const seen = await read();
  const decided = (rpc: string, effect: string, reason: string) =>
    seen.value('tollgate_decisions_total', { rpc, effect, reason });
  expect(decided('Authorize', 'ALLOW', 'ALLOWED')).toBe(3);
  expect(decided('Authorize', 'DENY', 'IDENTITY_UNKNOWN')).toBe(1);
  expect(decided('Authorize', 'UNSPECIFIED', 'ALLOWED')).toBe(1);
  expect(decided('ConsumeBudget', 'DENY', 'BUDGET_EXHAUSTED')).toBe(1);
  expect(decided('CheckSlash', 'DENY', 'COMMAND_NOT_ALLOWED')).toBe(1);
  expect(seen.value('tollgate_decisions_total')).toBe(7);
  expect(seen.value('tollgate_replays_total', { rpc: 'Authorize' })).toBe(1);
  expect(seen.value('tollgate_rpcs_total', { rpc: 'Authorize', code: 'OK' })).toBe(5);
  expect(seen.value('tollgate_rpc_seconds_count', { rpc: 'Authorize' })).toBe(5);
  expect(seen.value('tollgate_store_operation_seconds_count', { operation: 'charge' })).toBeGreaterThanOrEqual(4);
  // A second reading adds nothing to what was counted.
  expect((await read()).value('tollgate_decisions_total')).toBe(7);
});

test('what failed is counted by code and error reason, and what was appended by records', async (t) => {
  const { clients, read } = await monitored(t);
  await clients.decisions('Authorize', {}).catch(() => {});
  await clients.runs('GetRun', { run_id: '01890a5d-ac96-774b-bcce-b302099a8000' }).catch(() => {});
  const { run_id } = await started(clients);
  const events = [{ error: { message: 'a' } }, { error: { message: 'b' } }];
  await clients.decisions('AppendAudit', { run_id, events, idempotency_key: 'a' });
  await clients.decisions('AppendAudit', { run_id, events, idempotency_key: 'a' });
  await clients.stream('AuditService', 'ListRunEvents', { run_id });

  const seen = await read();
  const failed = (rpc: string, code: string, reason: string) =>
    seen.value('tollgate_rpcs_total', { rpc, code, reason });
  expect(failed('Authorize', 'INVALID_ARGUMENT', 'INVALID_REQUEST')).toBe(1);
  expect(failed('GetRun', 'NOT_FOUND', 'RUN_NOT_FOUND')).toBe(1);
  expect(seen.value('tollgate_audit_appends_total')).toBe(1);
  expect(seen.value('tollgate_audit_records_total')).toBe(2);
  expect(seen.value('tollgate_replays_total', { rpc: 'AppendAudit' })).toBe(1);
  expect(seen.value('tollgate_rpcs_total', { rpc: 'ListRunEvents', code: 'OK' })).toBe(1);
  expect(seen.value('tollgate_rpc_seconds_count', { rpc: 'ListRunEvents' })).toBe(0);
  expect(seen.value('tollgate_calls_in_flight')).toBe(0);
  expect(seen.value('tollgate_build_info')).toBe(1);
  expect(seen.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
});

test('a policy that is taken over shows its revision and no other; one that is refused is counted', async (t) => {
  const policy = 'tools: {read_file: {}}\n';
  const { clients, read, policyFile } = await monitored(t, { policy });
  const revisions = async () =>
    [...(await read()).series.keys()].filter((series) => series.startsWith('tollgate_policy_info'));
  const first = await revisions();
  expect(first).toEqual([expect.stringMatching(/^tollgate_policy_info\{revision="[0-9a-f]{12}"\}$/)]);

  writeFileSync(policyFile, 'tools: {read_file: {}, write_file: {}}\n');
  await clients.server('ReloadPolicy');
  const second = await revisions();
  expect(second).toHaveLength(1);
  expect(second).not.toEqual(first);
  expect((await read()).value('tollgate_policy_reloads_total')).toBe(1);
  expect((await read()).value('tollgate_policy_refused')).toBe(0);

  writeFileSync(policyFile, 'tools: 1\n');
  await clients.server('ReloadPolicy').catch(() => {});
  const seen = await read();
  expect(seen.value('tollgate_policy_reload_failures_total')).toBe(1);
  expect(seen.value('tollgate_policy_refused')).toBe(1);
  expect(await revisions()).toEqual(second);
});

test('a store that goes, and comes back with another history, shows in every number of the store', async (t) => {
  const redis = await redisOf(t);
  const { clients, read } = await monitored(t, { store: redis.url, env: PATIENCE });
  const breakers = (seen: Scrape) =>
    ['closed', 'half_open', 'open'].map((state) => seen.value('tollgate_store_breakers', { state }));
  const call = await callOf(clients);
  await clients.decisions('Authorize', call);
  const before = await read();
  expect(before.value('tollgate_store_up')).toBe(1);
  // One for decisions, one for what has more patience.
  expect(breakers(before)).toEqual([2, 0, 0]);
  expect(before.value('tollgate_store_errors_total', { operation: 'charge' })).toBe(0);

  await redis.kill();
  await expect(clients.decisions('Authorize', call)).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
  await eventually(async () => (await read()).value('tollgate_store_up') === 0);
  const down = await read();
  expect(breakers(down)[0]).toBe(0);
  expect(down.value('tollgate_store_errors_total')).toBeGreaterThan(0);
  expect(
    down.value('tollgate_rpcs_total', { rpc: 'Authorize', code: 'UNAVAILABLE', reason: 'STATE_UNAVAILABLE' }),
  ).toBe(1);

  await redis.restart();
  await eventually(async () => (await read()).value('tollgate_store_up') === 1);
  await eventually(async () => breakers(await read())[0] === 2);
  const after = await read();
  expect(after.value('tollgate_store_lineage_changes_total')).toBe(1);
});

describe('the number of series', () => {
  test('does not grow with what callers send', async (t) => {
    // The sweep asks the store for what no caller does.
    const { clients, read } = await monitored(t, { env: { TOLLGATE_SWEEP_INTERVAL_MS: '3600000' } });
    const odd = async (count: number, from: number) => {
      const trace_id = await bound(clients);
      const { session_id } = await opened(clients);
      const names = Array.from({ length: count }, (_, at) => oddName(from + at));
      await inTurns(names, 100, (name, at) => oddCall(clients, at % 3, { name, trace_id, session_id }));
    };
    await odd(30, 0);
    const before = await read();
    const count = extent({ cut: 10_000, whole: 100_000 });
    const from = performance.now();
    await odd(count, 1_000);
    const after = await read();
    console.log(`${count} odd names in ${Math.round(performance.now() - from)} ms: ${after.series.size} series`);
    // Node's own appear with what first happens in it: another kind of garbage collection, another kind of handle.
    const isNew = (series: string) => !before.series.has(series) && !series.startsWith('nodejs_');
    expect([...after.series.keys()].filter(isNew)).toEqual([]);
    expect(after.value('tollgate_rpcs_total', { rpc: 'Authorize' })).toBeGreaterThan(count / 2);
    expect(after.series.size).toBeLessThan(2_000);
  });

  test('would be seen to grow, if a label took a name of a caller', async () => {
    const facts = {
      version: '1',
      policy: () => ({ revision: '', reloads: 0, reloadFailures: 0, lastError: undefined }),
      store: () => ({ lineageChanges: 0, lostWrites: 0 }),
      isStoreUp: () => true,
      callsInFlight: () => 0,
      warnings: () => new Map(),
      certificates: () => [],
      callers: () => undefined,
      logDropped: () => 0,
    };
    const metrics = new Metrics(facts);
    const sizeOf = async () => new Scrape(await metrics.text()).series.size;
    const before = await sizeOf();
    for (let at = 0; at < 100; at++) metrics.ofRpc(oddName(at), { effects: [], reasons: [] }).answered(0.001);
    expect(await sizeOf()).toBeGreaterThan(before + 100);
  });
});

function oddName(at: number): string {
  return `odd_${at}_"},x{\\é`;
}

/** A method that is not there, a tool that nobody knows, or an agent that the session is not of. */
async function oddCall(
  clients: Clients,
  kind: number,
  { name, trace_id, session_id }: { name: string; trace_id: string; session_id: string },
): Promise<void> {
  if (kind === 0) return unknownMethod(clients, name);
  const given = kind === 1 ? { tool: name, agent_id: 'a' } : { tool: 'read_file', agent_id: name };
  await clients.decisions('Authorize', { trace_id, session_id, ...given });
}

function unknownMethod(clients: Clients, name: string): Promise<void> {
  const asIs = (bytes: Buffer) => bytes;
  const path = `/tollgate.v1.PolicyDecisionService/${encodeURIComponent(name)}`;
  return new Promise((resolve, reject) => {
    clients
      .raw('PolicyDecisionService')
      .makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), new grpc.Metadata(), {}, (error) =>
        error?.code === grpc.status.UNIMPLEMENTED ? resolve() : reject(error ?? new Error('it is there')),
      );
  });
}

/** A number of them side by side. */
async function inTurns<T>(items: readonly T[], width: number, use: (item: T, at: number) => Promise<void>) {
  for (let at = 0; at < items.length; at += width) {
    await Promise.all(items.slice(at, at + width).map((item, beside) => use(item, at + beside)));
  }
}
