// Names that mean something to JavaScript, to Redis keys or to hash tags are names like any other.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { bound, callOf, opened, started } from '../../support/scene.ts';
import { encodeWire, methodOf, sendBytes, structBytes, VALUES } from '../../support/wire.ts';

const NAMES = ['constructor', '__proto__', 'hasOwnProperty', 'toString', 'valueOf', 'a}:b{', '{}', '*', '..', '%7B'];

describe.each(ENGINES)('hostile names, %s engine', (engine) => {
  let open: OpenServer;

  beforeAll(async () => {
    open = await openServer(engine);
  });
  afterAll(() => open?.close());

  test.each(NAMES)('%s is an unknown platform', async (name) => {
    const { decisions } = open.clients;
    const { decision } = await decisions('CheckSlash', { platform: name, command: '/help', user_id: '111' });
    expect(decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_PLATFORM_UNKNOWN' });
    const access = await decisions('DescribeSlashAccess', { platform: name, user_id: '111' });
    expect(access).toMatchObject({ gated: true, tier: 'SLASH_TIER_USER' });
    expect(access.runnable_commands ?? []).toEqual([]);
  });

  test.each(NAMES)('%s is a command that nobody is allowed, but admins', async (name) => {
    const ask = (user_id: string) =>
      open.clients.decisions('CheckSlash', { platform: 'discord', chat_type: 'dm', command: name, user_id });
    expect((await ask('222')).decision.effect).toBe('EFFECT_DENY');
    expect((await ask(name)).decision).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_COMMAND_NOT_ALLOWED' });
    expect(await ask('111')).toMatchObject({
      decision: { effect: 'EFFECT_ALLOW' },
      canonical_command: name.toLowerCase(),
    });
  });

  test.each(NAMES)('%s is a session, a run, a root and a trace that nobody knows', async (name) => {
    const { decisions } = open.clients;
    const call = await callOf(open.clients);
    const authorized = (given: object) => decisions('Authorize', { ...call, ...given });
    expect((await authorized({ session_id: name })).decision.reason).toBe('REASON_SESSION_UNKNOWN');
    expect((await authorized({ trace_id: name })).decision.reason).toBe('REASON_IDENTITY_UNKNOWN');
    expect((await authorized({ run_id: name })).decision.reason).toBe('REASON_RUN_UNKNOWN');
    expect((await authorized({ agent_id: name })).decision.reason).toBe('REASON_AGENT_MISMATCH');
    const { decision } = await decisions('ValidateScope', { run_id: name, scope: 'skill' });
    expect(decision.reason).toBe('REASON_RUN_UNKNOWN');
    const { sessions, runs, identities, audit } = open.clients;
    await expect(sessions('GetSession', { session_id: name })).rejects.toMatchObject({ code: 5 });
    await expect(runs('GetRun', { run_id: name })).rejects.toMatchObject({ code: 5 });
    await expect(identities('GetIdentity', { trace_id: name })).rejects.toMatchObject({ code: 5 });
    await expect(audit('GetRunChain', { run_id: name })).rejects.toMatchObject({ code: 5 });
    expect((await audit('ListChildRuns', { parent_run_id: name })).runs ?? []).toEqual([]);
  });

  test.each(NAMES)('%s is granted, and requires nothing, only where it stands in the grant', async (name) => {
    const granting = await callOf(open.clients, await fieldsOf({ tools: { names: [name] } }));
    const other = await callOf(open.clients, await fieldsOf({ tools: { names: ['read_file'] } }));
    const { decisions } = open.clients;
    expect((await decisions('Authorize', { ...granting, tool: name })).decision.effect).toBe('EFFECT_ALLOW');
    expect((await decisions('Authorize', { ...granting, tool: 'x' })).decision.reason).toBe('REASON_TOOL_NOT_GRANTED');
    expect((await decisions('Authorize', { ...other, tool: name })).decision.reason).toBe('REASON_TOOL_NOT_GRANTED');
  });

  test.each(NAMES)('%s is a user, an agent, a trace, a skill and a key like any other', async (name) => {
    const { identities, decisions, sessions, agents, runs, audit } = open.clients;
    const trace_id = `${name} ${randomUUID()}`;
    await identities('BindIdentity', { trace_id: name, identity: { platform: 'discord', user_id: name } });
    await identities('BindIdentity', { trace_id, identity: { platform: 'discord', user_id: name } });
    expect((await identities('GetIdentity', { trace_id: name })).identity.principal).toBe(`discord:${name}`);

    const creation = { agent_id: name, owner: `discord:${name}`, all: {}, idempotency_key: name };
    const { session } = await sessions('CreateSession', creation);
    expect((await sessions('CreateSession', creation)).session.session_id).toBe(session.session_id);
    expect((await agents('GetAgent', { agent_id: name })).agent.live_sessions).toBe(1);
    const call = { trace_id, session_id: session.session_id, agent_id: name, tool: name, idempotency_key: name };
    const first = await decisions('Authorize', call);
    expect(first.decision).toMatchObject({ effect: 'EFFECT_ALLOW', replayed: false });
    expect((await decisions('Authorize', call)).decision).toMatchObject({
      decision_id: first.decision.decision_id,
      replayed: true,
    });
    expect((await agents('DeactivateAgent', { agent_id: name })).sessions_closed).toBe(1);

    const { run } = await runs('StartRun', { trace_id, skill_id: name, channel_id: name });
    expect((await audit('ListRuns', { skill_id: name })).runs.map((r: { run_id: string }) => r.run_id)).toEqual([
      run.run_id,
    ]);
    const scopes = [`user:discord:${name}`, `user:${name}`];
    const answers = await Promise.all(scopes.map((scope) => decisions('ValidateScope', { run_id: run.run_id, scope })));
    expect(answers.map(({ decision }) => decision.effect)).toEqual(['EFFECT_ALLOW', 'EFFECT_DENY']);
  });

  test('they are keys of a custom event like any other, and of a run’s inputs', async () => {
    const payload = structBytes([
      ...NAMES.map((name) => [name, VALUES.text(`value of ${name}`)] as const),
      ['inner', VALUES.struct(structBytes(NAMES.map((name) => [name, VALUES.number(1)] as const)))],
    ]);
    const written = {
      ...Object.fromEntries(NAMES.map((name) => [name, `value of ${name}`])),
      inner: Object.fromEntries(NAMES.map((name) => [name, 1])),
    };
    const append = methodOf('AppendAudit');
    const trace_id = await bound(open.clients);
    const start = methodOf('StartRun');
    const request = encodeWire(start.request, { trace_id, skill_id: 'skill', inputs: payload });
    const [reply] = await sendBytes(open.clients.raw('RunService'), start, request);
    const { run } = start.response.decode(reply!) as unknown as { run: { run_id: string; inputs: WireStruct } };
    expect(jsonOf(run.inputs)).toBe(JSON.stringify(sorted(written)));

    const events = [{ custom: { type: 'constructor', payload } }];
    const appended = encodeWire(append.request, { run_id: run.run_id, events });
    await sendBytes(open.clients.raw('PolicyDecisionService'), append, appended);
    const list = methodOf('ListRunEvents');
    const asked = encodeWire(list.request, { run_id: run.run_id });
    const [event] = await sendBytes(open.clients.raw('AuditService'), list, asked);
    const { event: stored } = list.response.decode(event!) as unknown as {
      event: { type: string; payload: WireStruct };
    };
    expect(stored.type).toBe('constructor');
    expect(jsonOf(stored.payload)).toBe(JSON.stringify(sorted(written)));
  });

  test('they are no run’s ids in a scope', async () => {
    const { run_id } = await started(open.clients);
    for (const name of NAMES) {
      const { decision } = await open.clients.decisions('ValidateScope', { run_id, scope: `run:${name}` });
      expect(decision.reason).toBe('REASON_SCOPE_OTHER_RUN');
      const shape = await open.clients.decisions('ValidateScope', { run_id, scope: name });
      expect(shape.decision.reason).toBe('REASON_SCOPE_UNKNOWN_SHAPE');
    }
  });

  async function fieldsOf(grant: object): Promise<object> {
    const { session_id, agent_id } = await opened(open.clients, grant);
    return { session_id, agent_id };
  }
});

interface WireStruct {
  readonly fields: Readonly<Record<string, { stringValue?: string; numberValue?: number; structValue?: WireStruct }>>;
}

/** As JSON text with sorted keys: comparing objects would not see a lost `__proto__`. */
function jsonOf(struct: WireStruct): string {
  return JSON.stringify(plainOf(struct));
}

function plainOf({ fields }: WireStruct): object {
  const entries = Object.keys(fields).map((key) => {
    const value = fields[key]!;
    if (Object.hasOwn(value, 'structValue')) return [key, plainOf(value.structValue!)] as const;
    return [key, Object.hasOwn(value, 'stringValue') ? value.stringValue : value.numberValue] as const;
  });
  return sorted(Object.fromEntries(entries));
}

function sorted(object: object): object {
  const entries = Object.entries(object).map(([key, value]) => [
    key,
    typeof value === 'object' ? sorted(value) : value,
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
