// The switches of a server: what requests may assert, and what Authorize requires.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientsOf } from '../../support/clients.ts';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { bound, callOf, opened, started, unknownId } from '../../support/scene.ts';
import { PATIENCE, startServer } from '../../support/server.ts';

function withServer(...settings: string[]): () => OpenServer {
  let open: OpenServer;
  beforeAll(async () => {
    open = await openServer('embedded', { args: settings.flatMap((setting) => ['--set', setting]) });
  });
  afterAll(() => open?.close());
  return () => open;
}

const FACTS = { scope: 'user:discord:5', invocation: { caller_id: 'discord:5' } };
const ASSERTED_COMMAND = { platform: 'discord', chat_type: 'dm', command: '/stop', user_id: '111' };
const REFUSED = { effect: 'EFFECT_DENY', reason: 'REASON_ASSERTION_REFUSED' };

describe('asserted_facts: none', () => {
  const open = withServer('asserted_facts=none');

  test('denies a scope that rests on an invocation, the scope that is open to all too', async () => {
    const { decisions } = open().clients;
    for (const scope of ['user:discord:5', 'skill']) {
      const { decision } = await decisions('ValidateScope', { ...FACTS, scope });
      expect(decision).toMatchObject(REFUSED);
      expect(decision.checks.at(-1)).toMatchObject({ name: 'run', passed: false, asserted: true });
    }
  });

  test('denies a command of a user whom the request names, and says no more of it', async () => {
    const { decisions } = open().clients;
    const answer = await decisions('CheckSlash', ASSERTED_COMMAND);
    expect(answer.decision).toMatchObject(REFUSED);
    expect(answer).not.toHaveProperty('scope');
    const { command: _, ...asked } = ASSERTED_COMMAND;
    expect(await refusalOf(decisions('DescribeSlashAccess', asked))).toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'ASSERTION_REFUSED',
    });
  });

  test('refuses the caller of a run', async () => {
    const asserted = { caller_id: 'discord:5', skill_id: 's' };
    expect(await refusalOf(open().clients.runs('StartRun', asserted))).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  test('denies a command whose platform only the request says, the record having none', async () => {
    const trace_id = await bound(open().clients, { platform: undefined, user_id: '111' });
    const { decision } = await open().clients.decisions('CheckSlash', {
      trace_id,
      platform: 'discord',
      chat_type: 'dm',
      command: '/stop',
    });
    expect(decision).toMatchObject(REFUSED);
  });

  test('leaves what trusted records say', async () => {
    const { decisions } = open().clients;
    const { run_id } = await started(open().clients);
    expect((await decisions('ValidateScope', { run_id, scope: 'user:discord:5' })).decision.effect).toBe(
      'EFFECT_ALLOW',
    );
    const trace_id = await bound(open().clients, { user_id: '111' });
    const slash = { trace_id, chat_type: 'dm', command: '/stop' };
    expect((await decisions('CheckSlash', slash)).decision.effect).toBe('EFFECT_ALLOW');
    const nobody = { platform: 'discord', chat_type: 'dm', command: '/help' };
    expect((await decisions('CheckSlash', nobody)).decision.effect).toBe('EFFECT_ALLOW');
  });
});

describe('asserted_facts: decisions', () => {
  const open = withServer();

  test('accepts an invocation and a user, and marks what rests on them', async () => {
    const { decisions } = open().clients;
    const scope = await decisions('ValidateScope', { ...FACTS, explain: true });
    expect(scope.decision).toMatchObject({ effect: 'EFFECT_ALLOW', checks: [{ name: 'scope', asserted: true }] });
    const slash = await decisions('CheckSlash', { ...ASSERTED_COMMAND, explain: true });
    expect(slash.decision).toMatchObject({ effect: 'EFFECT_ALLOW', checks: [{ name: 'slash', asserted: true }] });
  });

  test('says so in every answer, without its being asked for the checks, and says no such thing of the others', async () => {
    const { decisions } = open().clients;
    const assertedIn = async (rpc: string, request: object) => {
      const { effect, asserted, checks = [] } = (await decisions(rpc, request)).decision;
      if (effect === 'EFFECT_ALLOW') expect(checks).toEqual([]);
      return [effect, asserted];
    };
    const denied = { ...ASSERTED_COMMAND, user_id: '222' };
    expect(await assertedIn('ValidateScope', FACTS)).toEqual(['EFFECT_ALLOW', true]);
    expect(await assertedIn('ValidateScope', { ...FACTS, scope: 'user:x' })).toEqual(['EFFECT_DENY', true]);
    expect(await assertedIn('CheckSlash', ASSERTED_COMMAND)).toEqual(['EFFECT_ALLOW', true]);
    expect(await assertedIn('CheckSlash', denied)).toEqual(['EFFECT_DENY', true]);
    const { run_id } = await started(open().clients);
    const trace_id = await bound(open().clients, { user_id: '111' });
    expect(await assertedIn('ValidateScope', { run_id, scope: 'skill' })).toEqual(['EFFECT_ALLOW', false]);
    expect(await assertedIn('CheckSlash', { trace_id, command: '/stop' })).toEqual(['EFFECT_ALLOW', false]);
    expect(await assertedIn('Authorize', await callOf(open().clients))).toEqual(['EFFECT_ALLOW', false]);
  });

  test('a record without a platform makes nobody an admin on the platform that the request names', async () => {
    const { decisions } = open().clients;
    const trace_id = await bound(open().clients, { platform: undefined, user_id: '111' });
    const where = { trace_id, platform: 'discord', chat_type: 'dm' };
    const ask = async (command: string) => (await decisions('CheckSlash', { ...where, command })).decision;
    expect(await ask('/stop')).toMatchObject({
      effect: 'EFFECT_DENY',
      reason: 'REASON_COMMAND_NOT_ALLOWED',
      asserted: true,
    });
    expect(await ask('/status')).toMatchObject({ effect: 'EFFECT_ALLOW', asserted: true });
    expect(await decisions('DescribeSlashAccess', where)).toMatchObject({ tier: 'SLASH_TIER_USER', user_id: '111' });
    const { decision } = await decisions('Authorize', {
      ...(await callOf(open().clients)),
      trace_id,
      slash: { platform: 'discord', chat_type: 'dm', command: '/stop' },
    });
    expect(decision).toMatchObject({ reason: 'REASON_COMMAND_NOT_ALLOWED', asserted: true });
  });

  test('an alias on the platform is a trusted record’s own word', async () => {
    const trace_id = await bound(open().clients, { platform: undefined, user_id: 'x', user_aliases: ['discord:111'] });
    const asked = { trace_id, platform: 'discord', chat_type: 'dm', command: '/stop' };
    expect((await open().clients.decisions('CheckSlash', asked)).decision.effect).toBe('EFFECT_ALLOW');
  });

  test('the record of a decision says it, too', async () => {
    const { decisions, audit } = open().clients;
    const { decision } = await decisions('CheckSlash', { ...ASSERTED_COMMAND, user_id: '222' });
    const { record } = await audit('GetDecision', { decision_id: decision.decision_id });
    expect(record.asserted).toBe(true);
    const denial = await decisions('Authorize', { ...(await callOf(open().clients)), agent_id: 'another' });
    const { record: other } = await audit('GetDecision', { decision_id: denial.decision.decision_id });
    expect(other.asserted).toBe(false);
  });

  test('makes nobody an admin of storage, whatever the invocation says', async () => {
    const invocation = { caller_id: 'discord:111', run_id: 'x' };
    const { decision } = await open().clients.decisions('ValidateScope', { scope: 'user:discord:5', invocation });
    expect(decision.effect).toBe('EFFECT_DENY');
  });
});

describe('asserted_facts: all', () => {
  const open = withServer('asserted_facts=all');
  const inPartition = (session_id: string) => started(open().clients, { caller_id: 'discord:5', session_id });

  test('accepts the caller of a run, says so in the run, and marks every check that rests on it', async () => {
    const { decisions } = open().clients;
    const run = await started(open().clients, { caller_id: 'discord:5' });
    expect(run).toMatchObject({ caller_id: 'discord:5', caller_asserted: true });
    const { decision } = await decisions('ValidateScope', {
      run_id: run.run_id,
      scope: 'user:discord:5',
      explain: true,
    });
    expect(decision.effect).toBe('EFFECT_ALLOW');
    expect(decision.checks).toMatchObject([
      { name: 'run', asserted: true },
      { name: 'scope', asserted: true },
    ]);
    const call = await callOf(open().clients);
    const { trace_id: _, ...charged } = { ...call, run_id: (await inPartition(call.session_id)).run_id };
    const consumed = await decisions('ConsumeBudget', { ...charged, tool: undefined, calls: [{ tool: 'read_file' }] });
    expect(consumed.decision).toMatchObject({ effect: 'EFFECT_ALLOW', asserted: true });
    const recorded = await started(open().clients);
    expect(recorded.caller_asserted).toBe(false);
  });

  test('still holds a child to its parent’s caller', async () => {
    const parent = await started(open().clients, { caller_id: 'discord:5' });
    const child = { caller_id: 'discord:6', skill_id: 's', parent_run_id: parent.run_id };
    expect(await refusalOf(open().clients.runs('StartRun', child))).toMatchObject({ reason: 'RUN_FOREIGN' });
  });
});

test('a run whose caller was asserted opens nothing once assertions are refused', async () => {
  const open = await openServer('Redis', { args: ['--set', 'asserted_facts=all'] });
  const strict = await startServer({ store: open.redis!.url, env: PATIENCE });
  const strictClients = clientsOf(strict);
  try {
    const { run_id } = await started(open.clients, { caller_id: 'discord:5' });
    const asked = { run_id, scope: 'user:discord:5' };
    expect((await open.clients.decisions('ValidateScope', asked)).decision.effect).toBe('EFFECT_ALLOW');
    const { decision } = await strictClients.decisions('ValidateScope', asked);
    expect(decision).toMatchObject(REFUSED);
  } finally {
    strictClients.close();
    await strict.stop();
    await open.close();
  }
});

describe('authorize.require.identity: false', () => {
  const open = withServer('authorize.require.identity=false');

  test('lets a call pass without a trace, and checks one that is given', async () => {
    const { trace_id: _, ...anonymous } = await callOf(open().clients);
    const { decisions } = open().clients;
    const allowed = await decisions('Authorize', { ...anonymous, explain: true });
    expect(allowed.decision.effect).toBe('EFFECT_ALLOW');
    expect(allowed).not.toHaveProperty('identity');
    expect(allowed.decision.checks.map(({ name }: { name: string }) => name)).not.toContain('identity');
    const unknown = await decisions('Authorize', { ...anonymous, trace_id: 'nobody' });
    expect(unknown.decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_IDENTITY_UNKNOWN' });
  });

  test('still wants an identity for a privilege and for an owned session', async () => {
    const { trace_id: _, ...anonymous } = await callOf(open().clients);
    const { decisions } = open().clients;
    const privileged = await decisions('Authorize', { ...anonymous, tool: 'shell_exec' });
    expect(privileged.decision.reason).toBe('REASON_IDENTITY_REQUIRED');
    const { session_id, agent_id } = await opened(open().clients, { owner: 'discord:5' });
    const owned = await decisions('Authorize', { session_id, agent_id, tool: 'x' });
    expect(owned.decision.reason).toBe('REASON_OWNER_MISMATCH');
  });

  test('still wants the session', async () => {
    const { decision } = await open().clients.decisions('Authorize', { tool: 'x' });
    expect(decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_SESSION_REQUIRED' });
  });
});

describe('authorize.require.session: false', () => {
  const open = withServer('authorize.require.session=false');

  test('lets a call pass without a session and charges none; one that is given is charged', async () => {
    const call = await callOf(open().clients);
    const { decisions } = open().clients;
    const free = await decisions('Authorize', { trace_id: call.trace_id, tool: 'x', explain: true });
    expect(free.decision.effect).toBe('EFFECT_ALLOW');
    expect(free.identity.principal).toBe('discord:5');
    expect(free).not.toHaveProperty('usage');
    expect((await decisions('Authorize', call)).usage.calls_made).toBe(1);
    const unknown = await decisions('Authorize', { ...call, session_id: unknownId() });
    expect(unknown.decision.reason).toBe('REASON_SESSION_UNKNOWN');
  });

  test('still wants the identity, still asks tool and slash, and ConsumeBudget still wants a session', async () => {
    const { decisions } = open().clients;
    const reasonOf = async (request: object) => (await decisions('Authorize', request)).decision.reason;
    expect(await reasonOf({ tool: 'x' })).toBe('REASON_IDENTITY_REQUIRED');
    const trace_id = await bound(open().clients);
    expect(await reasonOf({ trace_id, tool: 'shell_exec' })).toBe('REASON_PRIVILEGE_REQUIRED');
    const slash = { chat_type: 'dm', command: '/stop' };
    expect(await reasonOf({ trace_id, tool: 'x', slash })).toBe('REASON_COMMAND_NOT_ALLOWED');
    const batch = await decisions('ConsumeBudget', { agent_id: 'a', calls: [{ tool: 'x' }] });
    expect(batch.decision.reason).toBe('REASON_SESSION_REQUIRED');
  });
});

describe('with neither required', () => {
  const open = withServer('authorize.require.identity=false', 'authorize.require.session=false');

  test('the catalogue alone decides', async () => {
    const { decisions } = open().clients;
    expect((await decisions('Authorize', { tool: 'x' })).decision).toMatchObject({
      effect: 'EFFECT_ALLOW',
      reason: 'REASON_ALLOWED',
    });
    expect((await decisions('Authorize', { tool: 'shell_exec' })).decision.effect).toBe('EFFECT_DENY');
  });
});
