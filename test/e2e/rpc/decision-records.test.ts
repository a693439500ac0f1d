// What leaves a record and what does not, asked of a real server over both engines.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Clients } from '../../support/clients.ts';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { bound, callOf, opened, started, unknownId } from '../../support/scene.ts';
import { eventually } from '../../support/times.ts';

const POLICY = `
unlisted_tools: session
tools:
  shell_exec: { requires: [UNSANDBOXED_EXEC] }
platforms:
  discord:
    allow_admin_from: ["111"]
    user_allowed_commands: [status]
`;

const list = async ({ audit }: Clients, of: object): Promise<Answer[]> =>
  (await audit('ListDecisions', { page_size: 500, ...of })).decisions ?? [];
const get = async ({ audit }: Clients, decision_id: string): Promise<Answer> =>
  (await audit('GetDecision', { decision_id })).record;
const missing = (clients: Clients, decision_id: string) =>
  expect(get(clients, decision_id)).rejects.toMatchObject({ code: 5 });
const kinds = (records: Answer[]) => records.map(({ rpc, effect, reason }) => [rpc, effect.slice(7), reason.slice(7)]);

describe.each(ENGINES)('records, %s engine', (engine) => {
  let open: OpenServer;
  let clients: Clients;
  beforeAll(async () => {
    open = await openServer(engine, { policy: POLICY });
    clients = open.clients;
  });
  afterAll(() => open?.close());

  const authorize = async (request: object) => (await clients.decisions('Authorize', request)).decision;

  test('a session’s story is its opening, its charges, its denials and its close', async () => {
    const call = await callOf(clients);
    const { session_id } = call;
    const allowed = await authorize(call);
    const consumed = (
      await clients.decisions('ConsumeBudget', {
        ...call,
        tool: undefined,
        calls: [{ tool: 'a' }, { tool: 'a' }, { tool: 'b' }],
      })
    ).decision;
    const denied = await authorize({ ...call, tool: 'shell_exec' });
    await clients.sessions('CloseSession', { session_id });
    const closed = await authorize(call);
    const records = await list(clients, { session_id });
    expect(new Set(records.map(({ agent_id }) => agent_id))).toEqual(new Set([call.agent_id]));
    expect(kinds(records)).toEqual([
      ['Authorize', 'DENY', 'SESSION_CLOSED'],
      ['CloseSession', 'ALLOW', 'ALLOWED'],
      ['Authorize', 'DENY', 'PRIVILEGE_REQUIRED'],
      ['ConsumeBudget', 'ALLOW', 'ALLOWED'],
      ['Authorize', 'ALLOW', 'ALLOWED'],
      ['CreateSession', 'ALLOW', 'ALLOWED'],
    ]);
    const ids = records.map(({ decision_id }) => decision_id);
    expect([ids[0], ids[2], ids[3], ids[4]]).toEqual(
      [closed, denied, consumed, allowed].map(({ decision_id }) => decision_id),
    );
    expect(records[3]).toMatchObject({
      caller: 'local',
      agent_id: call.agent_id,
      principal: 'discord:5',
      calls: [
        { tool: 'a', count: 2 },
        { tool: 'b', count: 1 },
      ],
      calls_total: 3,
      session: { before: { calls_made: 1 }, after: { calls_made: 4 } },
      policy_revision: allowed.policy_revision,
    });
    expect(records[2].checks.map(({ name, passed }: Answer) => [name, passed])).toEqual([
      ['identity', true],
      ['tool', true],
      ['privilege', false],
    ]);
    expect(Number(records[3].latency.nanos)).toBeGreaterThan(0);
  });

  test('a denial that came before is answered with the id of its record, which counts it', async () => {
    const call = await callOf(clients);
    const first = await authorize({ ...call, tool: 'shell_exec' });
    const again = await authorize({ ...call, tool: 'shell_exec' });
    const other = await authorize({ ...call, agent_id: 'another' });
    expect(again.decision_id).toBe(first.decision_id);
    expect(other.decision_id).not.toBe(first.decision_id);
    expect(await get(clients, first.decision_id)).toMatchObject({ repeats: 1, reason: 'REASON_PRIVILEGE_REQUIRED' });
    expect(await get(clients, other.decision_id)).toMatchObject({ repeats: 0, reason: 'REASON_AGENT_MISMATCH' });
  });

  test('a repeated key is counted with its charge', async () => {
    const call = { ...(await callOf(clients)), idempotency_key: randomUUID() };
    const first = await authorize(call);
    const again = await authorize(call);
    expect(again).toMatchObject({ decision_id: first.decision_id, replayed: true });
    expect(await get(clients, first.decision_id)).toMatchObject({ repeats: 1, effect: 'EFFECT_ALLOW' });
  });

  test('a rehearsal leaves no record, whatever it would have been', async () => {
    const call = { ...(await callOf(clients)), dry_run: true };
    const answers = [
      await authorize(call),
      await authorize({ ...call, tool: 'shell_exec' }),
      await authorize({ ...call, trace_id: 'nobody' }),
    ];
    for (const { decision_id } of answers) await missing(clients, decision_id);
    expect(kinds(await list(clients, { session_id: call.session_id }))).toEqual([
      ['CreateSession', 'ALLOW', 'ALLOWED'],
    ]);
  });

  test('an allow without an effect leaves none, a denial of anything does', async () => {
    const { run_id } = await started(clients);
    const scopes = [
      { scope: 'skill', run_id },
      { scope: 'user:someone', run_id },
      { scope: 'skill', run_id: unknownId() },
    ];
    const [open_, other, unknown] = await Promise.all(
      scopes.map(async (request) => (await clients.decisions('ValidateScope', request)).decision),
    );
    const slash = { platform: 'discord', chat_type: 'dm', user_id: '7' };
    const [status, stop, none] = await Promise.all(
      ['/status', '/hunter2', 'two words'].map(
        async (command) => (await clients.decisions('CheckSlash', { ...slash, command })).decision,
      ),
    );
    for (const { decision_id } of [open_, status, none]) await missing(clients, decision_id);
    expect(await get(clients, other.decision_id)).toMatchObject({
      rpc: 'ValidateScope',
      scope: 'user:someone',
      run_id,
    });
    expect(await get(clients, unknown.decision_id)).toMatchObject({ reason: 'REASON_RUN_UNKNOWN' });
    const command = await get(clients, stop.decision_id);
    expect(command).toMatchObject({ rpc: 'CheckSlash', reason: 'REASON_COMMAND_NOT_ALLOWED', platform: 'discord' });
    // What the policy does not name may be anything.
    expect(JSON.stringify(command)).not.toContain('hunter2');
    expect(kinds(await list(clients, { run_id }))).toEqual([['ValidateScope', 'DENY', 'SCOPE_OTHER_USER']]);
  });

  test('a denial for a session that nobody has, or with an id that is none of ours, has its record', async () => {
    const call = await callOf(clients);
    for (const session_id of [unknownId('3f'), 'no id of ours']) {
      const { decision_id, reason } = await authorize({ ...call, session_id });
      expect(reason).toBe('REASON_SESSION_UNKNOWN');
      const record = await get(clients, decision_id);
      expect(record).toMatchObject({ reason: 'REASON_SESSION_UNKNOWN', session_id });
      expect(record.checks.at(-1)).toMatchObject({ name: 'session', passed: false });
    }
  });

  test('identities, agents and policies leave records', async () => {
    const from = { seconds: Math.floor(Date.now() / 1000) - 1 };
    const trace_id = await bound(clients, { user_id: randomUUID() });
    await clients.identities('ReleaseIdentity', { trace_id });
    const { agent_id, session_id } = await opened(clients);
    await clients.agents('DeactivateAgent', { agent_id });
    await clients.agents('ReactivateAgent', { agent_id });
    writeFileSync(open.server.policyFile, `${POLICY}admins: ["discord:1"]\n`);
    await clients.server('ReloadPolicy');
    const { policy } = await clients.server('GetServerInfo');
    const rpcs = async () => (await list(clients, { from })).map(({ rpc }) => rpc);
    await eventually(async () => (await rpcs()).includes('ReloadPolicy'));
    const records = await list(clients, { from });
    expect(new Set(records.map(({ rpc }) => rpc))).toEqual(
      new Set([
        ...records.map(({ rpc }) => rpc),
        'BindIdentity',
        'ReleaseIdentity',
        'DeactivateAgent',
        'ReactivateAgent',
        'CreateSession',
      ]),
    );
    expect(records.find(({ rpc }) => rpc === 'ReloadPolicy')).toMatchObject({
      policy_revision: policy.revision,
      caller: 'local',
    });
    expect(kinds(await list(clients, { session_id }))[0]).toEqual(['DeactivateAgent', 'ALLOW', 'ALLOWED']);
    const bindings = await list(clients, { from, filter: { trace_id } });
    expect(bindings.map(({ rpc }) => rpc).sort()).toEqual(['BindIdentity', 'ReleaseIdentity']);
  });

  test('no trace id, no credential and no word that a user typed is in a record', async () => {
    const call = await callOf(clients);
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const { run_id } = await started(clients, { trace_id: call.trace_id, session_id: call.session_id });
    await authorize({ ...call, tool: token });
    await authorize({ ...call, tool: token, agent_id: token });
    await authorize({ ...call, session_id: token });
    await authorize({ ...call, run_id, scope: `user:${token}` });
    await authorize({ ...call, slash: { platform: 'discord', chat_type: token, command: `/${token} ${token}` } });
    await clients.decisions('CheckSlash', { platform: 'discord', chat_type: 'dm', user_id: token, command: 'stop' });
    const records = [...(await list(clients, { session_id: call.session_id })), ...(await list(clients, {}))];
    const text = JSON.stringify(records);
    expect(text).toContain('[redacted: github_token]');
    expect(text).not.toContain(token);
    expect(text).not.toContain(call.trace_id);
    if (!open.redis) return;
    const redis = new Redis(open.redis.url);
    for (const key of await redis.keys('tollgate:*decisions*')) {
      const stored = (await redis.type(key)) === 'hash' ? await redis.hvals(key) : [];
      for (const value of [key, ...stored]) {
        expect(value).not.toContain(token);
        expect(value.toLowerCase()).not.toContain(token.toLowerCase());
        expect(value).not.toContain(call.trace_id);
      }
    }
    redis.disconnect();
  });
});

describe.each(ENGINES)('decision_log, %s engine', (engine) => {
  const withLog = async (level: string, ask: (clients: Clients) => Promise<void>) => {
    const open = await openServer(engine, { policy: POLICY, args: ['--set', `decision_log=${level}`] });
    try {
      await ask(open.clients);
    } finally {
      await open.close();
    }
  };

  test('off keeps nothing', () =>
    withLog('off', async (clients) => {
      const call = await callOf(clients);
      const allowed = (await clients.decisions('Authorize', call)).decision;
      const denied = (await clients.decisions('Authorize', { ...call, tool: 'shell_exec' })).decision;
      for (const { decision_id } of [allowed, denied]) await missing(clients, decision_id);
      expect(await list(clients, {})).toEqual([]);
    }));

  test('all keeps what is allowed without an effect, too', () =>
    withLog('all', async (clients) => {
      const slash = { platform: 'discord', chat_type: 'dm', user_id: '7' };
      const scope = { scope: 'skill', invocation: { caller_id: 'discord:7', run_id: 'r', root_run_id: 'r' } };
      const call = await callOf(clients);
      const decisions = [
        (await clients.decisions('CheckSlash', { ...slash, command: '/status' })).decision,
        (await clients.decisions('CheckSlash', { ...slash, command: 'two words' })).decision,
        (await clients.decisions('ValidateScope', scope)).decision,
        (await clients.decisions('ConsumeBudget', { ...call, tool: undefined, calls: [] })).decision,
      ];
      const records = await Promise.all(decisions.map(({ decision_id }) => get(clients, decision_id)));
      expect(kinds(records)).toEqual([
        ['CheckSlash', 'ALLOW', 'ALLOWED'],
        ['CheckSlash', 'UNSPECIFIED', 'NOT_A_COMMAND'],
        ['ValidateScope', 'ALLOW', 'ALLOWED'],
        ['ConsumeBudget', 'UNSPECIFIED', 'NOTHING_TO_CHARGE'],
      ]);
      expect(kinds(await list(clients, { session_id: call.session_id }))).toEqual([
        ['ConsumeBudget', 'UNSPECIFIED', 'NOTHING_TO_CHARGE'],
        ['CreateSession', 'ALLOW', 'ALLOWED'],
      ]);
    }));
});

test('a denial whose record cannot be stored is no answer, an allow that stores none is', async () => {
  const open = await openServer('Redis', { policy: POLICY });
  await open.redis!.stop();
  const check = (command: string) =>
    open.clients.decisions('CheckSlash', { platform: 'discord', chat_type: 'dm', user_id: '7', command });
  expect((await check('/status')).decision.effect).toBe('EFFECT_ALLOW');
  await expect(check('/stop')).rejects.toMatchObject({ code: 14 });
  open.clients.close();
  await open.server.stop();
});
