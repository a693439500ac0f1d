// What did the agents of a user do, and who allowed it: one request each, and one command each, over both engines.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Clients } from '../../support/clients.ts';
import { linesOf, tollgate } from '../../support/command.ts';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { bound, opened, started } from '../../support/scene.ts';
import { wireTime } from '../../support/times.ts';

describe.each(ENGINES)('evidence, %s engine', (engine) => {
  let open: OpenServer;
  let clients: Clients;
  const [alice, bob] = [randomUUID(), randomUUID()];
  const told: { run: Answer; session: Answer; decision: Answer }[] = [];
  beforeAll(async () => {
    open = await openServer(engine, { policy: 'unlisted_tools: session\n' });
    clients = open.clients;
    for (const user_id of [alice, bob, alice]) {
      const trace_id = await bound(clients, { user_id });
      const session = await opened(clients);
      const { session_id, agent_id } = session;
      const run = await started(clients, { trace_id, session_id });
      const call = { trace_id, session_id, agent_id, run_id: run.run_id, tool: 'search' };
      const { decision } = await clients.decisions('Authorize', call);
      told.push({ run, session, decision });
    }
  });
  afterAll(() => open?.close());

  const decisionsOf = async (request: object): Promise<string[]> =>
    ((await clients.audit('ListDecisions', request)).decisions ?? []).map(({ decision_id }: Answer) => decision_id);
  const runsOf = async (request: object): Promise<string[]> =>
    ((await clients.audit('ListRuns', request)).runs ?? []).map(({ run_id }: Answer) => run_id);
  const day = () => ({ from: wireTime(Date.now() - 3_600_000), before: wireTime(Date.now() + 3_600_000) });

  test('decisions of a principal on a day, and none of anybody else', async () => {
    const { from, before } = day();
    const filter = { principal: `discord:${alice}`, rpc: 'Authorize', effect: 'EFFECT_ALLOW', tool: 'search' };
    const mine = [told[2]!, told[0]!].map(({ decision }) => decision.decision_id);
    expect(await decisionsOf({ filter, decided_from: from, decided_before: before })).toEqual(mine);
    expect(await decisionsOf({ filter, decided_before: from })).toEqual([]);
    const page = await clients.audit('ListDecisions', { filter, page_size: 1 });
    expect(page.decisions.map(({ decision_id }: Answer) => decision_id)).toEqual(mine.slice(0, 1));
    expect(await decisionsOf({ filter, page_token: page.next_page_token })).toEqual(mine.slice(1));
    const { agent_id } = told[1]!.session;
    expect(await decisionsOf({ filter: { agent_id } })).toHaveLength(2);
    expect(await decisionsOf({ filter: { principal: `discord:${alice}`, rpc: 'BindIdentity' } })).toHaveLength(2);
  });

  test('runs of a caller, an agent, a session', async () => {
    const { from, before } = day();
    const caller_id = `discord:${alice}`;
    const mine = [told[2]!, told[0]!].map(({ run }) => run.run_id);
    expect(await runsOf({ caller_id, started_from: from, started_before: before })).toEqual(mine);
    expect(await runsOf({ caller_id, started_from: before })).toEqual([]);
    expect(await runsOf({ caller_id, started_before: from })).toEqual([]);
    const { agent_id, session_id } = told[1]!.session;
    expect(await runsOf({ agent_id })).toEqual([told[1]!.run.run_id]);
    expect(await runsOf({ session_id, agent_id, caller_id: `discord:${bob}` })).toEqual([told[1]!.run.run_id]);
    expect(await runsOf({ session_id, caller_id })).toEqual([]);
  });

  test('the commands ask the same', async () => {
    const server = ['--server', open.server.management];
    const found = await tollgate(['audit', 'decisions', ...server, '--principal', `discord:${bob}`, '--json'], {
      cwd: open.server.folder,
    });
    expect(found.code).toBe(0);
    const ids = linesOf(found.stdout).map((line) => JSON.parse(line).decision_id);
    expect(ids).toContain(told[1]!.decision.decision_id);
    const runs = await tollgate(['audit', 'runs', ...server, '--agent', told[0]!.session.agent_id], {
      cwd: open.server.folder,
    });
    expect(linesOf(runs.stdout).map((line) => JSON.parse(line).run_id)).toEqual([told[0]!.run.run_id]);
    const none = await tollgate(['audit', 'runs', ...server, '--before', '2020-01-01T00:00:00Z'], {
      cwd: open.server.folder,
    });
    expect([none.code, none.stdout]).toEqual([1, '']);
    const wrong = await tollgate(['audit', 'runs', ...server, '--from', 'yesterday'], { cwd: open.server.folder });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--from')]);
  });
});
