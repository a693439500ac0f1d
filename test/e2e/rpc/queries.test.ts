// Lists, chains and logs as auditors and controllers read them, page by page, and what time does to runs and sessions.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/clients.ts';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { bound, callOf, opened, started } from '../../support/scene.ts';
import { eventually, msOf, wireTime } from '../../support/times.ts';

const idsOf = (runs: Answer[] = []): string[] => runs.map(({ run_id }) => run_id);

describe.each(ENGINES)('queries, %s engine', (engine) => {
  let open: OpenServer;

  beforeAll(async () => {
    open = await openServer(engine);
  });
  afterAll(() => open?.close());

  /** Every page of a list, by its tokens. */
  async function pagesOf(ask: (page: object) => Promise<Answer>, items: string): Promise<Answer[][]> {
    const pages: Answer[][] = [];
    for (let page_token = ''; ; ) {
      const page = await ask({ page_size: 3, ...(page_token !== '' && { page_token }) });
      pages.push(page[items] ?? []);
      page_token = page.next_page_token ?? '';
      if (page_token === '') return pages;
    }
  }

  test('sessions are listed newest first, page by page, none twice and none left out', async () => {
    const agent_id = `agent-${randomUUID()}`;
    const created: string[] = [];
    for (let i = 0; i < 8; i++) created.push((await opened(open.clients, { agent_id })).session_id);
    await opened(open.clients);
    const pages = await pagesOf((page) => open.clients.sessions('ListSessions', { agent_id, ...page }), 'sessions');
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 2]);
    const listed = pages.flat();
    expect(listed.map(({ session_id }) => session_id).toSorted()).toEqual(created.toSorted());
    const times = listed.map(({ created_at }) => msOf(created_at));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect((await open.clients.sessions('ListSessions', { agent_id, page_size: 3 })).total).toBe(8);
  });

  test('a filter by status is by the status of the moment', async () => {
    const agent_id = `agent-${randomUUID()}`;
    const [active, closed, expired] = [
      await opened(open.clients, { agent_id }),
      await opened(open.clients, { agent_id }),
      await opened(open.clients, { agent_id, time_limit: wireTime(1_000) }),
    ];
    await open.clients.sessions('CloseSession', closed);
    await sleep(1_050);
    const listed = async (status: string) => {
      const { sessions, total } = await open.clients.sessions('ListSessions', { agent_id, status });
      expect(total).toBe(sessions.length);
      return sessions.map(({ session_id }: Answer) => session_id);
    };
    expect(await listed('SESSION_STATUS_ACTIVE')).toEqual([active.session_id]);
    expect(await listed('SESSION_STATUS_CLOSED')).toEqual([closed.session_id]);
    expect(await listed('SESSION_STATUS_EXPIRED')).toEqual([expired.session_id]);
    expect((await open.clients.agents('GetAgent', { agent_id })).agent.live_sessions).toBe(1);
  });

  test('runs are listed newest first, page by page, by skill, caller and session', async () => {
    const skill_id = `skill-${randomUUID()}`;
    const trace_id = await bound(open.clients);
    const { session_id } = await opened(open.clients);
    const runs: string[] = [];
    for (let i = 0; i < 7; i++) {
      runs.push((await started(open.clients, { trace_id, skill_id, ...(i < 2 && { session_id }) })).run_id);
    }
    const other = await started(open.clients, { trace_id: await bound(open.clients, { user_id: 'x' }), skill_id });
    const pages = await pagesOf((page) => open.clients.audit('ListRuns', { skill_id, ...page }), 'runs');
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 2]);
    expect(idsOf(pages.flat()).toSorted()).toEqual([...runs, other.run_id].toSorted());
    const mine = await open.clients.audit('ListRuns', { skill_id, caller_id: 'discord:5' });
    expect(idsOf(mine.runs).toSorted()).toEqual(runs.toSorted());
    const inSession = await open.clients.audit('ListRuns', { session_id });
    expect(idsOf(inSession.runs).toSorted()).toEqual(runs.slice(0, 2).toSorted());
  });

  test('dry runs are listed only when they are asked for', async () => {
    const skill_id = `skill-${randomUUID()}`;
    const { run_id } = await started(open.clients, { skill_id });
    await open.clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_DRY_RUN' });
    const listed = async (filter: object) =>
      idsOf((await open.clients.audit('ListRuns', { skill_id, ...filter })).runs);
    expect(await listed({})).toEqual([]);
    expect(await listed({ include_dry_run: true })).toEqual([run_id]);
    expect(await listed({ status: 'RUN_STATUS_DRY_RUN' })).toEqual([run_id]);
    expect(await listed({ status: 'RUN_STATUS_OK', include_dry_run: true })).toEqual([]);
  });

  test('a chain goes from the root to the run, and shows no more than its last 32', async () => {
    const trace_id = await bound(open.clients);
    const chain = [(await started(open.clients, { trace_id })).run_id];
    for (let i = 1; i < 35; i++) {
      chain.push((await started(open.clients, { trace_id, parent_run_id: chain.at(-1) })).run_id);
    }
    const chainOf = async (run_id: string) => idsOf((await open.clients.audit('GetRunChain', { run_id })).runs);
    expect(await chainOf(chain[0]!)).toEqual([chain[0]]);
    expect(await chainOf(chain[9]!)).toEqual(chain.slice(0, 10));
    expect(await chainOf(chain[34]!)).toEqual(chain.slice(-32));
    const { runs } = await open.clients.audit('GetRunChain', { run_id: chain[9] });
    expect(new Set(runs.map(({ root_run_id }: Answer) => root_run_id))).toEqual(new Set([chain[0]]));
  });

  test('children are listed oldest first by start, of one parent alone, fifty where no sound limit is given', async () => {
    const trace_id = await bound(open.clients);
    const parent = await started(open.clients, { trace_id });
    const children: string[] = [];
    for (let i = 0; i < 52; i++) {
      children.push((await started(open.clients, { trace_id, parent_run_id: parent.run_id })).run_id);
    }
    await started(open.clients, { trace_id, parent_run_id: children[0] });
    const listed = async (given: object = {}) => {
      const { runs } = await open.clients.audit('ListChildRuns', { parent_run_id: parent.run_id, ...given });
      const times = runs.map(({ started_at }: Answer) => msOf(started_at));
      expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
      return idsOf(runs);
    };
    const all = await listed({ limit: 500 });
    expect(all.toSorted()).toEqual(children.toSorted());
    expect(await listed({ limit: 2 })).toEqual(all.slice(0, 2));
    for (const given of [{}, { limit: 0 }, { limit: -1 }, { limit: 501 }]) {
      expect(await listed(given)).toEqual(all.slice(0, 50));
    }
  });

  test('of more than fifty runs, a list without a sound size shows the fifty newest', async () => {
    const skill_id = `skill-${randomUUID()}`;
    for (let i = 0; i < 52; i++) await started(open.clients, { skill_id });
    const listed = async (page: object) => idsOf((await open.clients.audit('ListRuns', { skill_id, ...page })).runs);
    const all = await listed({ page_size: 500 });
    expect(all).toHaveLength(52);
    for (const page of [{}, { page_size: 0 }, { page_size: -1 }, { page_size: 501 }]) {
      expect(await listed(page)).toEqual(all.slice(0, 50));
    }
  });

  test('the last run of each skill is the newest by start that is ok, or that has finished but for dry runs', async () => {
    const [skill, other, never] = [`skill-${randomUUID()}`, `skill-${randomUUID()}`, `skill-${randomUUID()}`];
    const ran = async (skill_id: string, status?: string) => {
      const { run_id } = await started(open.clients, { skill_id });
      if (status !== undefined) await open.clients.runs('FinishRun', { run_id, status: `RUN_STATUS_${status}` });
      await sleep(3);
      return run_id;
    };
    await ran(skill, 'OK');
    const ok = await ran(skill, 'OK');
    const failed = await ran(skill, 'ERROR');
    await ran(skill, 'DRY_RUN');
    await ran(skill);
    const otherFailed = await ran(other, 'TIMEOUT');
    const last = async (given: object) => {
      const skill_ids = [other, skill, never, skill];
      const { last_runs } = await open.clients.audit('GetLastRuns', { skill_ids, ...given });
      return last_runs.map(({ skill_id, run }: Answer) => [skill_id, run.run_id]);
    };
    expect(await last({})).toEqual([[skill, ok]]);
    expect(await last({ include_failed: true })).toEqual([
      [other, otherFailed],
      [skill, failed],
    ]);
  });

  test('finished runs are listed oldest first by finish, strictly before a time, none for a limit of zero', async () => {
    const runs = [await started(open.clients), await started(open.clients), await started(open.clients)];
    const finishedAt: number[] = [];
    for (const run of runs.toReversed()) {
      await sleep(3);
      const { run: finished } = await open.clients.runs('FinishRun', { run_id: run.run_id, status: 'RUN_STATUS_OK' });
      finishedAt.push(msOf(finished.finished_at));
    }
    const ids = idsOf(runs.toReversed());
    const listed = async (beforeMs: number, given: object = {}) => {
      const answer = await open.clients.audit('ListFinishedRuns', {
        finished_before: wireTime(beforeMs),
        limit: 500,
        ...given,
      });
      return idsOf(answer.runs).filter((id) => ids.includes(id));
    };
    expect(await listed(Date.now() + 1_000)).toEqual(ids);
    expect(await listed(finishedAt[2]!)).toEqual(ids.slice(0, 2));
    expect(await listed(finishedAt[0]!)).toEqual([]);
    expect(await listed(Date.now() + 1_000, { limit: 0 })).toEqual([]);
    expect(await listed(Date.now() + 1_000, { limit: -1 })).toEqual([]);
  });

  test('a log can be read from any place on, and followed until its run has finished', async () => {
    const { run_id } = await started(open.clients);
    const append = (message: string) =>
      open.clients.decisions('AppendAudit', { run_id, events: [{ error: { message } }] });
    await append('1');
    await append('2');
    const following = open.clients.stream('AuditService', 'ListRunEvents', { run_id, after_sequence: 1, follow: true });
    await sleep(300);
    await append('3');
    await sleep(300);
    await append('4');
    await open.clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' });
    const sequences = (answers: Answer[]) => answers.map(({ event }) => event.sequence);
    expect(sequences(await following)).toEqual([2, 3, 4]);
    const all = await open.clients.stream('AuditService', 'ListRunEvents', { run_id });
    expect(sequences(all)).toEqual([1, 2, 3, 4]);
    const rest = await open.clients.stream('AuditService', 'ListRunEvents', { run_id, after_sequence: 4 });
    expect(rest).toEqual([]);
    for (const { event } of all) expect(msOf(event.occurred_at)).toBeLessThanOrEqual(msOf(event.stored_at));
  });

  test('a long log comes whole and in order', async () => {
    const { run_id } = await started(open.clients);
    const event = { tool_use: { name: 'x', args: 'a'.repeat(3_000), result: 'b'.repeat(3_000) } };
    for (let i = 0; i < 3; i++) {
      await open.clients.decisions('AppendAudit', { run_id, events: Array.from({ length: 100 }, () => event) });
    }
    const all = await open.clients.stream('AuditService', 'ListRunEvents', { run_id });
    expect(all.map(({ event: { sequence } }) => sequence)).toEqual(
      Array.from({ length: 600 }, (_, index) => index + 1),
    );
  });

  test('a purge takes runs that finished strictly before a time, with their logs, and leaves running ones', async () => {
    const [old, young, running] = [
      await started(open.clients),
      await started(open.clients),
      await started(open.clients),
    ];
    const finish = async ({ run_id }: Answer) => {
      await open.clients.decisions('AppendAudit', { run_id, events: [{ error: {} }] });
      return msOf((await open.clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' })).run.finished_at);
    };
    const oldAt = await finish(old);
    await sleep(5);
    const youngAt = await finish(young);
    const purge = (ms: number) => open.clients.audit('PurgeRuns', { finished_before: wireTime(ms) });
    await purge(oldAt);
    expect((await open.clients.runs('GetRun', old)).run.status).toBe('RUN_STATUS_OK');
    expect((await purge(youngAt)).purged).toBeGreaterThanOrEqual(1);
    expect((await refusalOf(open.clients.runs('GetRun', { run_id: old.run_id }))).code).toBe('NOT_FOUND');
    const log = open.clients.stream('AuditService', 'ListRunEvents', { run_id: old.run_id });
    expect((await refusalOf(log)).code).toBe('NOT_FOUND');
    expect((await open.clients.runs('GetRun', young)).run.status).toBe('RUN_STATUS_OK');
    await purge(Date.now() + 60_000);
    expect((await open.clients.runs('GetRun', running)).run.status).toBe('RUN_STATUS_RUNNING');
    expect((await purge(Date.now() + 60_000)).purged).toBe(0);
  });
});

describe.each(ENGINES)('time, %s engine', (engine) => {
  let open: OpenServer;

  beforeAll(async () => {
    const settings = ['runs.idle_timeout_s=1', 'sessions.ended_retention_s=3', 'sweep.interval_ms=200'];
    open = await openServer(engine, { args: settings.flatMap((setting) => ['--set', setting]) });
  });
  afterAll(() => open?.close());

  test('a run that nobody touches times out by itself, and takes nothing more', async () => {
    const { run_id, started_at } = await started(open.clients);
    const { run } = await eventually(async () => {
      const answer = await open.clients.runs('GetRun', { run_id });
      return answer.run.status === 'RUN_STATUS_RUNNING' ? undefined : answer;
    });
    expect(run.status).toBe('RUN_STATUS_TIMEOUT');
    expect(msOf(run.finished_at) - msOf(started_at)).toBe(1_000);
    const late = [
      open.clients.decisions('AppendAudit', { run_id, events: [{ error: {} }] }),
      open.clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' }),
    ];
    for (const refusal of await Promise.all(late.map(refusalOf))) expect(refusal.reason).toBe('RUN_FINISHED');
  });

  test('a closed session answers for its retention and is then forgotten, swept or not', async () => {
    const call = await callOf(open.clients);
    await open.clients.sessions('CloseSession', call);
    expect((await open.clients.decisions('Authorize', call)).decision.reason).toBe('REASON_SESSION_CLOSED');
    const forgotten = await eventually(async () => {
      const { decision } = await open.clients.decisions('Authorize', call);
      return decision.reason === 'REASON_SESSION_CLOSED' ? undefined : decision;
    });
    expect(forgotten.reason).toBe('REASON_SESSION_UNKNOWN');
    expect((await refusalOf(open.clients.sessions('GetSession', call))).code).toBe('NOT_FOUND');
  });
});

describe('an answer that comes too late', () => {
  let open: OpenServer;

  beforeAll(async () => {
    open = await openServer('Redis');
  });
  afterAll(() => open?.close());

  const IMPATIENT = () => ({ deadline: Date.now() + 1_000 });

  test('leaves the caller in doubt, and a repeat of the key in none: charged once', async () => {
    const call = await callOf(open.clients, { idempotency_key: 'k' });
    open.redis!.pause();
    const { code } = await open.clients.decisions('Authorize', call, IMPATIENT()).catch((error) => error);
    open.redis!.resume();
    // Client and server look at the same time.
    expect([grpc.status.DEADLINE_EXCEEDED, grpc.status.UNAVAILABLE]).toContain(code);
    const again = await open.clients.decisions('Authorize', call);
    expect(again).toMatchObject({ decision: { effect: 'EFFECT_ALLOW' }, usage: { calls_made: 1 } });
    await sleep(50);
    expect((await open.clients.sessions('GetSession', call)).session.calls_made).toBe(1);
  });

  test('does not keep a run from finishing whose runner has gone', async () => {
    const { run_id } = await started(open.clients);
    open.redis!.pause();
    const finish = { run_id, status: 'RUN_STATUS_OK', output: 'done' };
    const { code } = await open.clients.runs('FinishRun', finish, IMPATIENT()).catch((error) => error);
    open.redis!.resume();
    expect(code).toBe(grpc.status.DEADLINE_EXCEEDED);
    const { run } = await eventually(async () => {
      const answer = await open.clients.runs('GetRun', { run_id });
      return answer.run.status === 'RUN_STATUS_OK' ? answer : undefined;
    });
    expect(run.output).toBe('done');
  });
});
