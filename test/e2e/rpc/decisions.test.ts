// Decisions as a caller sees them: order of checks, rehearsals, repeats, who is behind a call, and what that opens.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/clients.ts';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { bound, callOf, opened, partitionOf, started, unknownId } from '../../support/scene.ts';
import { eventually, msOf, wireTime } from '../../support/times.ts';

const POLICY = `
tools:
  read_file: { sensitivity: internal }
  shell_exec: { requires: [UNSANDBOXED_EXEC] }
  vault_read: { sensitivity: restricted }
privileges:
  UNSANDBOXED_EXEC: ["discord:111", "github:alice"]
admins: ["discord:111"]
platforms:
  discord:
    allow_admin_from: ["111"]
    user_allowed_commands: [status]
    group_allow_admin_from: ["222"]
    group_user_allowed_commands: [stop]
  telegram: {}
`;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(ENGINES)('decisions, %s engine', (engine) => {
  let open: OpenServer;

  beforeAll(async () => {
    open = await openServer(engine, { policy: POLICY });
  });
  afterAll(() => open?.close());

  const authorize = (request: object) => open.clients.decisions('Authorize', request);
  const consume = (request: object) => open.clients.decisions('ConsumeBudget', request);
  const sessionOf = async (session_id: string): Promise<Answer> =>
    (await open.clients.sessions('GetSession', { session_id })).session;

  test('an allow says who, what is left and under which policy, and needs no checks', async () => {
    const call = await callOf(open.clients);
    const { decision, identity, usage } = await authorize(call);
    const { policy } = await open.clients.server('GetServerInfo');
    expect(decision).toMatchObject({
      effect: 'EFFECT_ALLOW',
      would_be: 'EFFECT_UNSPECIFIED',
      reason: 'REASON_ALLOWED',
      replayed: false,
      dry_run: false,
      policy_revision: policy.revision,
    });
    expect(decision.checks ?? []).toEqual([]);
    expect(decision).not.toHaveProperty('retry_after');
    expect(decision.decision_id).toMatch(UUID_V7);
    expect(partitionOf(decision.decision_id)).toBe(partitionOf(call.session_id));
    expect(Math.abs(msOf(decision.evaluated_at) - Date.now())).toBeLessThan(5_000);
    expect(identity).toMatchObject({ user_id: '5', platform: 'discord', principal: 'discord:5' });
    expect(usage).toMatchObject({
      call_budget: 1_000,
      calls_made: 1,
      calls_remaining: 999,
      status: 'SESSION_STATUS_ACTIVE',
      sequence: 2,
    });
  });

  describe('the order of checks', () => {
    /** Everything is wrong with this request; each row mends the first fault of the row before. */
    test('is identity, tool, privilege, slash, run, scope, then the session’s own', async () => {
      const trace_id = await bound(open.clients, { user_id: '5', guild_id: '1' });
      const privileged = await bound(open.clients, { user_id: '111', guild_id: '1' });
      const closed = await opened(open.clients, { tools: { names: [] }, owner: 'discord:7', call_budget: 0 });
      await open.clients.sessions('CloseSession', { session_id: closed.session_id });
      const foreign = await started(open.clients, { trace_id: await bound(open.clients, { user_id: '9' }) });
      const own = await started(open.clients, { trace_id: privileged });
      const wrong = {
        trace_id: 'nobody',
        session_id: unknownId(),
        agent_id: 'another',
        tool: 'shell_exec',
        slash: { platform: 'telegram', command: '/restart' },
        scope: 'user:x',
        run_id: unknownId(),
      };
      const steps: [mended: object, reason: string, check: string][] = [
        [{}, 'IDENTITY_UNKNOWN', 'identity'],
        [{ trace_id }, 'PRIVILEGE_REQUIRED', 'privilege'],
        [{ trace_id: privileged }, 'PLATFORM_MISMATCH', 'slash'],
        [{ slash: { platform: 'discord', command: 'several words' } }, 'NOT_A_COMMAND', 'slash'],
        [{ slash: { platform: 'discord', command: '/restart' } }, 'COMMAND_NOT_ALLOWED', 'slash'],
        [{ slash: { platform: 'discord', command: '/stop' } }, 'RUN_UNKNOWN', 'run'],
        [
          { run_id: foreign.run_id, session_id: unknownId(partitionOf(foreign.run_id)), scope: 'skill' },
          'RUN_FOREIGN',
          'run',
        ],
        [
          { run_id: own.run_id, session_id: unknownId(partitionOf(own.run_id)), scope: 'nonsense' },
          'SCOPE_UNKNOWN_SHAPE',
          'scope',
        ],
        [{ scope: 'user:' }, 'SCOPE_EMPTY_USER', 'scope'],
        [{ scope: 'skill' }, 'SESSION_UNKNOWN', 'session'],
        [{ run_id: undefined, scope: undefined, session_id: closed.session_id }, 'AGENT_MISMATCH', 'agent'],
        [{ agent_id: closed.agent_id }, 'OWNER_MISMATCH', 'owner'],
      ];
      let request: object = wrong;
      for (const [mended, reason, check] of steps) {
        request = Object.fromEntries(
          Object.entries({ ...request, ...mended }).filter(([, value]) => value !== undefined),
        );
        const { decision, identity } = await authorize(request);
        expect(decision.reason, JSON.stringify(mended)).toBe(`REASON_${reason}`);
        expect(decision.effect).toBe(reason === 'NOT_A_COMMAND' ? 'EFFECT_UNSPECIFIED' : 'EFFECT_DENY');
        expect(decision.checks.at(-1)).toMatchObject({ name: check, passed: false, reason: `REASON_${reason}` });
        expect(decision.checks.slice(0, -1).every(({ passed }: { passed: boolean }) => passed)).toBe(true);
        expect(identity).toBeUndefined();
      }
    });

    test('within a session is closed, expired, budget, grant, sensitivity, rate', async () => {
      const terms = { tools: { names: ['granted', 'vault_read'] }, call_budget: 2, rate_limit: 1 };
      const { session_id, agent_id } = await opened(open.clients, { ...terms, time_limit: wireTime(1_000) });
      const call = { session_id, agent_id };
      const reasonOf = async (...tools: string[]) =>
        (await consume({ ...call, calls: tools.map((tool) => ({ tool })) })).decision.reason;
      expect(await reasonOf('other', 'other', 'other')).toBe('REASON_BUDGET_EXHAUSTED');
      expect(await reasonOf('vault_read', 'other')).toBe('REASON_TOOL_NOT_GRANTED');
      expect(await reasonOf('granted', 'vault_read')).toBe('REASON_SENSITIVITY_EXCEEDED');
      expect(await reasonOf('granted', 'granted')).toBe('REASON_RATE_IMPOSSIBLE');
      expect(await reasonOf('granted')).toBe('REASON_ALLOWED');
      expect(await reasonOf('granted')).toBe('REASON_RATE_LIMITED');
      expect(await reasonOf('other')).toBe('REASON_TOOL_NOT_GRANTED');
      await eventually(async () => (await sessionOf(session_id)).status === 'SESSION_STATUS_EXPIRED');
      expect(await reasonOf('other', 'other', 'other')).toBe('REASON_SESSION_EXPIRED');
      await open.clients.sessions('CloseSession', { session_id });
      expect(await reasonOf('other', 'other', 'other')).toBe('REASON_SESSION_CLOSED');
      expect((await consume({ ...call, agent_id: 'x', calls: [] })).decision.reason).toBe('REASON_AGENT_MISMATCH');
    });
  });

  test('a denial for rate says when to come again, another does not', async () => {
    const session = await opened(open.clients, { rate_limit: 1, rate_window: wireTime(10_000) });
    const call = await callOf(open.clients, { session_id: session.session_id, agent_id: session.agent_id });
    await authorize(call);
    const { decision, usage } = await authorize(call);
    expect(decision.reason).toBe('REASON_RATE_LIMITED');
    expect(msOf(decision.retry_after)).toBeGreaterThan(5_000);
    expect(msOf(decision.retry_after)).toBeLessThanOrEqual(10_000);
    expect(msOf(usage.rate.resets_at) - msOf(decision.evaluated_at)).toBeCloseTo(msOf(decision.retry_after), 3);
    const { session_id, agent_id } = call;
    const impossible = await consume({ session_id, agent_id, calls: [{ tool: 'a' }, { tool: 'b' }] });
    expect(impossible.decision.reason).toBe('REASON_RATE_IMPOSSIBLE');
    expect(impossible.decision).not.toHaveProperty('retry_after');
  });

  describe('a dry run', () => {
    test('answers what would be, permits nothing, shows nobody and charges nothing', async () => {
      const call = await callOf(open.clients, { dry_run: true });
      const { decision, identity, usage } = await authorize(call);
      expect(decision).toMatchObject({
        effect: 'EFFECT_UNSPECIFIED',
        would_be: 'EFFECT_ALLOW',
        reason: 'REASON_ALLOWED',
        dry_run: true,
      });
      expect(identity).toBeUndefined();
      expect(usage.calls_made).toBe(1);
      expect(await sessionOf(call.session_id)).toMatchObject({ calls_made: 0, sequence: 1 });
    });

    test('of a denial is a denial that would be, with its checks', async () => {
      const call = await callOf(open.clients, { dry_run: true, tool: 'shell_exec' });
      const { decision } = await authorize(call);
      expect(decision).toMatchObject({
        effect: 'EFFECT_UNSPECIFIED',
        would_be: 'EFFECT_DENY',
        reason: 'REASON_PRIVILEGE_REQUIRED',
      });
      expect(decision.checks.at(-1)).toMatchObject({ name: 'privilege', passed: false });
    });

    test('asks the session’s checks too, of a batch as of one call', async () => {
      const { session_id, agent_id } = await opened(open.clients, { call_budget: 1 });
      const rehearse = async (count: number) =>
        (
          await consume({
            session_id,
            agent_id,
            dry_run: true,
            calls: Array.from({ length: count }, () => ({ tool: 'x' })),
          })
        ).decision;
      expect(await rehearse(2)).toMatchObject({ would_be: 'EFFECT_DENY', reason: 'REASON_BUDGET_EXHAUSTED' });
      expect(await rehearse(1)).toMatchObject({ would_be: 'EFFECT_ALLOW', effect: 'EFFECT_UNSPECIFIED' });
      expect(await rehearse(0)).toMatchObject({ would_be: 'EFFECT_UNSPECIFIED', reason: 'REASON_NOTHING_TO_CHARGE' });
      expect(await rehearse(1)).toMatchObject({ would_be: 'EFFECT_ALLOW' });
      expect((await sessionOf(session_id)).sequence).toBe(1);
    });
  });

  test('explain shows every check of an allow, in order', async () => {
    const trace_id = await bound(open.clients, { user_id: '111' });
    const session = await opened(open.clients);
    const run = await started(open.clients, { trace_id, session_id: session.session_id });
    const { decision } = await authorize({
      trace_id,
      session_id: session.session_id,
      agent_id: session.agent_id,
      tool: 'shell_exec',
      slash: { chat_type: 'dm', command: '/restart' },
      run_id: run.run_id,
      scope: `run:${run.run_id}`,
      explain: true,
    });
    expect(decision.effect).toBe('EFFECT_ALLOW');
    const names = [
      'identity',
      'tool',
      'privilege',
      'slash',
      'run',
      'scope',
      'session',
      'agent',
      'owner',
      'closed',
      'expired',
    ];
    expect(decision.checks).toEqual(
      [...names, 'budget', 'grant', 'sensitivity', 'rate'].map((name) => ({
        name,
        passed: true,
        reason: 'REASON_ALLOWED',
        asserted: false,
      })),
    );
  });

  test('a run started under a session lies in the session’s partition, so both can be named together', async () => {
    const call = await callOf(open.clients);
    const { run_id } = await started(open.clients, { trace_id: call.trace_id, session_id: call.session_id });
    expect(partitionOf(run_id)).toBe(partitionOf(call.session_id));
    const { decision } = await authorize({ ...call, run_id, scope: 'user:discord:5' });
    expect(decision.effect).toBe('EFFECT_ALLOW');
  });

  test('a session and a run of two partitions are INVALID_ARGUMENT, and nothing is charged', async () => {
    const call = await callOf(open.clients);
    const foreign = `${call.session_id.slice(0, -2)}${partitionOf(call.session_id) === '00' ? '01' : '00'}`;
    expect(await refusalOf(authorize({ ...call, run_id: foreign }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['run_id'],
    });
    expect((await sessionOf(call.session_id)).calls_made).toBe(0);
  });

  describe('a repeat of a key', () => {
    test('shows the first decision and the first counters, and charges nothing', async () => {
      const call = await callOf(open.clients, { idempotency_key: 'k' });
      const first = await authorize(call);
      await authorize({ ...call, idempotency_key: 'another' });
      const again = await authorize(call);
      expect(again.decision).toMatchObject({
        decision_id: first.decision.decision_id,
        effect: 'EFFECT_ALLOW',
        replayed: true,
      });
      expect(again.usage).toMatchObject({ calls_made: 1, calls_remaining: 999, sequence: first.usage.sequence });
      expect(again.identity).toEqual(first.identity);
      expect((await sessionOf(call.session_id)).calls_made).toBe(2);
    });

    test('passes a spent budget and a full window, which it has been charged for already', async () => {
      const session = await opened(open.clients, { call_budget: 1, rate_limit: 1 });
      const call = await callOf(open.clients, { session_id: session.session_id, agent_id: session.agent_id });
      await authorize({ ...call, idempotency_key: 'k' });
      expect((await authorize({ ...call, idempotency_key: 'other' })).decision.reason).toBe('REASON_BUDGET_EXHAUSTED');
      expect((await authorize({ ...call, idempotency_key: 'k' })).decision).toMatchObject({
        effect: 'EFFECT_ALLOW',
        replayed: true,
      });
    });

    test('is denied where the identity, the session or the agent no longer stand', async () => {
      const call = await callOf(open.clients, { idempotency_key: 'k' });
      await authorize(call);
      expect((await authorize({ ...call, agent_id: 'x' })).decision.reason).toBe('REASON_AGENT_MISMATCH');
      await open.clients.identities('ReleaseIdentity', { trace_id: call.trace_id });
      expect((await authorize(call)).decision.reason).toBe('REASON_IDENTITY_UNKNOWN');
      await open.clients.identities('BindIdentity', {
        trace_id: call.trace_id,
        identity: { platform: 'discord', user_id: '5' },
      });
      expect((await authorize(call)).decision.replayed).toBe(true);
      await open.clients.sessions('CloseSession', call);
      expect((await authorize(call)).decision.reason).toBe('REASON_SESSION_CLOSED');
    });

    test('of a denial is decided afresh', async () => {
      const session = await opened(open.clients, { tools: { names: ['a'] } });
      const call = { session_id: session.session_id, agent_id: session.agent_id, idempotency_key: 'k' };
      const ask = (tool: string) => consume({ ...call, calls: [{ tool }] });
      expect((await ask('b')).decision.effect).toBe('EFFECT_DENY');
      expect((await ask('a')).decision).toMatchObject({ effect: 'EFFECT_ALLOW', replayed: false });
      expect((await ask('a')).decision.replayed).toBe(true);
    });

    test('makes no second session, run, event or close', async () => {
      const { sessions, runs, decisions, audit } = open.clients;
      const key = { idempotency_key: `k-${randomUUID()}` };
      const creation = { agent_id: `agent-${randomUUID()}`, all: {}, ...key };
      const first = await sessions('CreateSession', creation);
      const again = await sessions('CreateSession', creation);
      expect([first.replayed, again.replayed]).toEqual([false, true]);
      expect(again.session).toEqual(first.session);
      const { session_id } = first.session;
      await sessions('CloseSession', { session_id, ...key });
      expect((await sessions('CloseSession', { session_id, ...key })).session.status).toBe('SESSION_STATUS_CLOSED');

      const skill_id = `skill-${randomUUID()}`;
      const start = { trace_id: await bound(open.clients), skill_id, ...key };
      const { run } = await runs('StartRun', start);
      expect((await runs('StartRun', start)).run).toEqual(run);
      expect((await audit('ListRuns', { skill_id })).runs).toHaveLength(1);

      const step = { response: { text: 'x', usage: { input_tokens: 3, output_tokens: 4 } } };
      const append = { run_id: run.run_id, events: [{ step }, { error: { message: 'oh' } }], ...key };
      const appended = await decisions('AppendAudit', append);
      const repeated = await decisions('AppendAudit', append);
      expect(appended).toMatchObject({ first_sequence: 1, last_sequence: 2, replayed: false });
      expect(repeated).toEqual({ ...appended, replayed: true });
      expect((await runs('GetRun', run)).run).toMatchObject({
        last_sequence: 2,
        token_totals: { input_tokens: 3, output_tokens: 4 },
      });

      const finish = { run_id: run.run_id, status: 'RUN_STATUS_OK', ...key };
      const finished = await runs('FinishRun', finish);
      expect(await runs('FinishRun', finish)).toEqual(finished);
      // A repeat of an append is answered after the run's end as well: it was stored before.
      expect((await decisions('AppendAudit', append)).replayed).toBe(true);
    });

    test('sent a hundred times at once charges once and answers alike', async () => {
      const call = await callOf(open.clients, { idempotency_key: 'k' });
      const answers = await Promise.all(Array.from({ length: 100 }, () => authorize(call)));
      expect(new Set(answers.map(({ decision }) => decision.decision_id)).size).toBe(1);
      expect(answers.filter(({ decision }) => !decision.replayed)).toHaveLength(1);
      expect(new Set(answers.map(({ usage }) => JSON.stringify(usage))).size).toBe(1);
      expect((await sessionOf(call.session_id)).calls_made).toBe(1);
    });
  });

  describe('the identity', () => {
    test('is shown with an allow only', async () => {
      const call = await callOf(open.clients);
      expect(await authorize(call)).toHaveProperty('identity');
      for (const denied of [
        { tool: 'shell_exec' },
        { agent_id: 'x' },
        { session_id: unknownId() },
        { dry_run: true },
      ]) {
        expect(await authorize({ ...call, ...denied })).not.toHaveProperty('identity');
      }
    });

    test('is required, and so is the session', async () => {
      const { trace_id, session_id, agent_id } = await callOf(open.clients);
      const anonymous = await authorize({ session_id, agent_id, tool: 'x' });
      expect(anonymous.decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_IDENTITY_REQUIRED' });
      const unbounded = await authorize({ trace_id, tool: 'x' });
      expect(unbounded.decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_SESSION_REQUIRED' });
      expect(unbounded).not.toHaveProperty('usage');
      expect((await consume({ agent_id, calls: [{ tool: 'x' }] })).decision.reason).toBe('REASON_SESSION_REQUIRED');
    });

    test('owns by its first principal, and passes as owner by an alias', async () => {
      const { session_id, agent_id } = await opened(open.clients, { owner: 'github:alice' });
      const reasonFor = async (identity: object) => {
        const trace_id = await bound(open.clients, identity);
        return (await authorize({ trace_id, session_id, agent_id, tool: 'x' })).decision.reason;
      };
      expect(await reasonFor({})).toBe('REASON_OWNER_MISMATCH');
      expect(await reasonFor({ user_aliases: ['github:alice'] })).toBe('REASON_ALLOWED');
      expect(await reasonFor({ platform: 'github', user_id: 'alice' })).toBe('REASON_ALLOWED');
      expect(await reasonFor({ platform: 'github', user_id: 'Alice' })).toBe('REASON_OWNER_MISMATCH');
      const anonymous = await consume({ session_id, agent_id, calls: [{ tool: 'x' }] });
      expect(anonymous.decision.reason).toBe('REASON_OWNER_MISMATCH');
      expect(anonymous).not.toHaveProperty('usage');
    });

    test('gives a privilege by any of its principals, in a batch too', async () => {
      const { session_id, agent_id } = await opened(open.clients);
      const reasonFor = async (identity?: object) => {
        const trace = identity === undefined ? {} : { trace_id: await bound(open.clients, identity) };
        const { decision } = await consume({
          ...trace,
          session_id,
          agent_id,
          calls: [{ tool: 'x' }, { tool: 'shell_exec' }],
        });
        return decision.reason;
      };
      expect(await reasonFor()).toBe('REASON_IDENTITY_REQUIRED');
      expect(await reasonFor({})).toBe('REASON_PRIVILEGE_REQUIRED');
      expect(await reasonFor({ user_id: '111' })).toBe('REASON_ALLOWED');
      expect(await reasonFor({ user_aliases: ['github:alice'] })).toBe('REASON_ALLOWED');
    });

    test('that is replaced between two calls counts at once, whatever the server has seen before', async () => {
      const call = await callOf(open.clients, { tool: 'shell_exec' });
      const { identities } = open.clients;
      for (const [user_id, effect] of [
        ['111', 'EFFECT_ALLOW'],
        ['5', 'EFFECT_DENY'],
        ['111', 'EFFECT_ALLOW'],
      ]) {
        await identities('ReleaseIdentity', { trace_id: call.trace_id });
        await identities('BindIdentity', { trace_id: call.trace_id, identity: { platform: 'discord', user_id } });
        expect((await authorize(call)).decision.effect).toBe(effect);
      }
      await identities('ReleaseIdentity', { trace_id: call.trace_id });
      expect((await authorize(call)).decision.reason).toBe('REASON_IDENTITY_UNKNOWN');
    });
  });

  describe('slash commands behind a trace', () => {
    const check = async (identity: object, request: object) =>
      open.clients.decisions('CheckSlash', {
        trace_id: await bound(open.clients, identity),
        command: '/restart',
        ...request,
      });

    test('take the platform from the record, and no other', async () => {
      expect((await check({ user_id: '111' }, { chat_type: 'dm' })).decision.reason).toBe('REASON_ALLOWED');
      expect((await check({ user_id: '111' }, { chat_type: 'dm', platform: 'discord' })).decision.effect).toBe(
        'EFFECT_ALLOW',
      );
      const other = await check({ user_id: '111' }, { chat_type: 'dm', platform: 'telegram' });
      expect(other.decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_PLATFORM_MISMATCH' });
    });

    test('in a guild are never a direct chat, whatever the request says', async () => {
      for (const chat_type of ['dm', 'direct', 'private', undefined]) {
        const given = chat_type === undefined ? {} : { chat_type };
        const inGuild = await check({ user_id: '111', guild_id: '9' }, given);
        expect(inGuild).toMatchObject({ scope: 'SLASH_SCOPE_GROUP', decision: { effect: 'EFFECT_DENY' } });
        const admin = await check({ user_id: '222', guild_id: '9' }, given);
        expect(admin).toMatchObject({ tier: 'SLASH_TIER_ADMIN', decision: { effect: 'EFFECT_ALLOW' } });
      }
      expect(await check({ user_id: '111' }, { chat_type: 'dm' })).toMatchObject({ scope: 'SLASH_SCOPE_DM' });
      const described = await open.clients.decisions('DescribeSlashAccess', {
        trace_id: await bound(open.clients, { user_id: '111', guild_id: '9' }),
        chat_type: 'dm',
      });
      expect(described).toMatchObject({ scope: 'SLASH_SCOPE_GROUP', tier: 'SLASH_TIER_USER' });
      expect(described.runnable_commands).toEqual(['help', 'whoami', 'stop']);
    });

    test('say when they rest on what the request asserted', async () => {
      const asserted = await open.clients.decisions('CheckSlash', {
        platform: 'discord',
        chat_type: 'dm',
        command: '/restart',
        user_id: '111',
        explain: true,
      });
      expect(asserted.decision.checks).toMatchObject([{ name: 'slash', passed: true, asserted: true }]);
      const recorded = await check({ user_id: '111' }, { chat_type: 'dm', explain: true });
      expect(recorded.decision.checks).toMatchObject([
        { name: 'identity', asserted: false },
        { name: 'slash', passed: true, asserted: false },
      ]);
    });

    test('that are not gated say so, and no trace that nobody knows opens them', async () => {
      const open_ = await check({ platform: 'telegram' }, {});
      expect(open_.decision).toMatchObject({ effect: 'EFFECT_ALLOW', reason: 'REASON_GATING_DISABLED' });
      const nobody = await open.clients.decisions('CheckSlash', {
        trace_id: 'nobody',
        platform: 'telegram',
        command: '/x',
      });
      expect(nobody.decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_IDENTITY_UNKNOWN' });
    });
  });

  describe('the scopes of a recorded run', () => {
    const validate = async (request: object) => (await open.clients.decisions('ValidateScope', request)).decision;

    test('are its own, its parent’s and its tree’s, and nobody else’s', async () => {
      const trace_id = await bound(open.clients);
      const root = await started(open.clients, { trace_id });
      const parent = await started(open.clients, { trace_id, parent_run_id: root.run_id });
      const child = await started(open.clients, { trace_id, parent_run_id: parent.run_id });
      expect(child.root_run_id).toBe(root.run_id);
      const effectOf = async (scope: string) => (await validate({ run_id: child.run_id, scope })).effect;
      const yes = ['skill', 'user:discord:5', `root_run:${root.run_id}`, `run:${child.run_id}`, `run:${parent.run_id}`];
      for (const scope of yes) expect(await effectOf(scope), scope).toBe('EFFECT_ALLOW');
      const no = ['user:5', 'user:discord:6', `root_run:${parent.run_id}`, `run:${root.run_id}`, '', 'RUN:x'];
      for (const scope of no) expect(await effectOf(scope), scope).toBe('EFFECT_DENY');
      expect((await validate({ run_id: root.run_id, scope: `run:${child.run_id}` })).effect).toBe('EFFECT_DENY');
    });

    test('hold the continued run’s parent, if that has the same caller', async () => {
      const trace_id = await bound(open.clients);
      const stranger = await bound(open.clients, { user_id: '6' });
      const continued = await started(open.clients, { trace_id });
      const own = await started(open.clients, { trace_id, continuation_parent_run_id: continued.run_id });
      const foreign = await started(open.clients, { trace_id: stranger, continuation_parent_run_id: continued.run_id });
      const scope = `run:${continued.run_id}`;
      expect((await validate({ run_id: own.run_id, scope })).effect).toBe('EFFECT_ALLOW');
      expect(await validate({ run_id: foreign.run_id, scope })).toMatchObject({
        effect: 'EFFECT_DENY',
        reason: 'REASON_SCOPE_OTHER_RUN',
      });
    });

    test('are closed to a trace of another principal, an admin’s too; an alias of the caller passes', async () => {
      const { run_id } = await started(open.clients, { trace_id: await bound(open.clients, { user_id: '5' }) });
      const asked = async (identity: object) =>
        (await validate({ run_id, scope: 'user:discord:5', trace_id: await bound(open.clients, identity) })).reason;
      expect(await asked({ user_id: '6' })).toBe('REASON_RUN_FOREIGN');
      expect(await asked({ user_id: '111' })).toBe('REASON_RUN_FOREIGN');
      expect(await asked({ user_id: '5' })).toBe('REASON_ALLOWED');
      expect(await asked({ user_id: '6', user_aliases: ['discord:5'] })).toBe('REASON_ALLOWED');
    });

    test('of an admin’s own run reach everybody’s storage', async () => {
      const trace_id = await bound(open.clients, { user_id: '111' });
      const { run_id } = await started(open.clients, { trace_id });
      expect((await validate({ run_id, scope: 'user:discord:5', trace_id })).effect).toBe('EFFECT_ALLOW');
      expect((await validate({ run_id, scope: 'user:discord:5' })).effect).toBe('EFFECT_DENY');
      expect((await validate({ run_id, scope: 'user:', trace_id })).effect).toBe('EFFECT_DENY');
    });
  });

  test('an empty batch permits nothing, whether or not it could be charged', async () => {
    const { session_id, agent_id } = await opened(open.clients, { call_budget: 0 });
    const { decision, usage } = await consume({ session_id, agent_id, idempotency_key: 'k', explain: true });
    expect(decision).toMatchObject({ effect: 'EFFECT_UNSPECIFIED', reason: 'REASON_NOTHING_TO_CHARGE' });
    expect(decision.checks.map(({ name }: { name: string }) => name)).toEqual([
      'session',
      'agent',
      'owner',
      'closed',
      'expired',
    ]);
    expect(usage).toMatchObject({ calls_made: 0, sequence: 1 });
  });

  test('what a denial may not show of a session it does not: neither to another agent nor to another owner', async () => {
    const { session_id, agent_id } = await opened(open.clients, { owner: 'discord:7' });
    const trace_id = await bound(open.clients);
    for (const wrong of [{ agent_id: 'x' }, {}]) {
      const answer = await authorize({ trace_id, session_id, agent_id, tool: 'x', ...wrong });
      expect(answer.decision.effect).toBe('EFFECT_DENY');
      expect(answer).not.toHaveProperty('usage');
    }
  });
});
