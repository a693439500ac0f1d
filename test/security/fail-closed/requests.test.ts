// A request that is denied stays denied whatever becomes of its optional fields, and one that is allowed is not when it
// loses a fact that the answer needs. Fields are taken from the descriptor; where leaving one out is an answer of its own,
// the proto file says so.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { bound, opened, started, unknownId } from '../../support/scene.ts';
import { encodeWire, methodOf, sendBytes, type WireMessage } from '../../support/wire.ts';
import { isOptional, type Slip, slipsOf } from './request-slips.ts';

/** Who is who: 222 is a user and no admin, 111 an admin, of the policy that a fresh checkout serves. */
const DECISIONS = ['Authorize', 'ConsumeBudget', 'ValidateScope', 'CheckSlash'] as const;
type DecisionRpc = (typeof DECISIONS)[number];

/**
 * Fields that narrow a request: without one there is less to ask, and its comment in the proto file says what is then
 * asked. Any other optional field must not turn a denial into an ALLOW by being left out.
 */
const NARROWING: Readonly<Record<string, RegExp>> = {
  'AuthorizeRequest.sensitivity': /Absent leaves it to the policy/,
  'AuthorizeRequest.scope': /Absent means that it touches none/,
  'AuthorizeRequest.run_id': /Absent means that it belongs to no run/,
  'AuthorizeRequest.slash': /Absent means that none did/,
  'SlashContext.platform': /Absent means the platform of the identity record/,
  'Call.sensitivity': /Absent leaves it to the policy/,
  'ConsumeBudgetRequest.trace_id': /Absent means that no identity is presented/,
  'ConsumeBudgetRequest.run_id': /Absent means that they belong to no run/,
  'ValidateScopeRequest.trace_id': /Absent means that nobody is an admin/,
  'CheckSlashRequest.platform': /Absent means the platform of the identity record/,
  'CheckSlashRequest.trace_id':
    /If none is given, only an ungated scope and the commands that are open to all are allowed/,
};

interface Case {
  readonly rpc: DecisionRpc;
  readonly request: WireMessage;
  readonly reason: string;
}

let open: OpenServer;
let strict: OpenServer;
let cases: Case[];
let strictCases: Case[];
let allowed: { readonly rpc: DecisionRpc; readonly request: WireMessage }[];

beforeAll(async () => {
  [open, strict] = await Promise.all([
    openServer('embedded'),
    openServer('embedded', { args: ['--set', 'asserted_facts=none'] }),
  ]);
  ({ cases, allowed } = await sceneOf(open));
  ({ strictCases } = await strictSceneOf(strict));
});
afterAll(() => Promise.all([open?.close(), strict?.close()]));

async function sceneOf({ clients }: OpenServer): Promise<{ cases: Case[]; allowed: typeof allowed }> {
  const trace_id = await bound(clients, { user_id: '222' });
  const others = await bound(clients, { user_id: '333' });
  const nowhere = await bound(clients, { user_id: '222', platform: 'elsewhere' });
  const { session_id, agent_id } = await opened(clients, { call_budget: 1_000_000 });
  const owned = await opened(clients, { owner: 'discord:333' });
  const spent = await opened(clients, { call_budget: 1 });
  const narrow = await opened(clients, {
    tools: { names: ['read_file'] },
    sensitivity_ceiling: 'SENSITIVITY_INTERNAL',
  });
  const rated = await opened(clients, { rate_limit: 1, rate_window: { seconds: 3_600 } });
  const closed = await opened(clients);
  await clients.sessions('CloseSession', { session_id: closed.session_id });
  for (const session of [spent, rated]) {
    await clients.decisions('ConsumeBudget', {
      session_id: session.session_id,
      agent_id: session.agent_id,
      calls: [{ tool: 'x' }],
    });
  }
  const run = await started(clients, { trace_id, session_id });
  const foreign = await started(clients, { trace_id: others, session_id });

  const call = { trace_id, session_id, agent_id, tool: 'read_file', explain: true };
  const of = (session: { session_id: string; agent_id: string }) => ({
    session_id: session.session_id,
    agent_id: session.agent_id,
  });
  const slash = (given: object) => ({ slash: { platform: 'discord', chat_type: 'dm', command: '/status', ...given } });
  const { trace_id: _, ...nobody } = call;
  const { session_id: __, agent_id: ___, ...unbound } = call;
  const batch = { session_id, agent_id, trace_id, calls: [{ tool: 'read_file', sensitivity: 1 }], explain: true };
  const ask = (rpc: DecisionRpc, reason: string, request: WireMessage): Case => ({ rpc, reason, request });
  const authorize = (reason: string, given: object) => ask('Authorize', reason, { ...call, ...given } as WireMessage);
  const consume = (reason: string, given: object) =>
    ask('ConsumeBudget', reason, { ...batch, ...given } as WireMessage);
  const validate = (reason: string, given: object) =>
    ask('ValidateScope', reason, {
      scope: 'skill',
      trace_id,
      run_id: run.run_id,
      explain: true,
      ...given,
    } as WireMessage);
  const asserted = (reason: string, scope: string, invocation: WireMessage) =>
    ask('ValidateScope', reason, { scope, invocation });
  const command = (reason: string, given: object) =>
    ask('CheckSlash', reason, { platform: 'discord', chat_type: 'dm', command: '/stop', ...given } as WireMessage);

  return {
    cases: [
      ask('Authorize', 'IDENTITY_REQUIRED', nobody),
      authorize('IDENTITY_UNKNOWN', { trace_id: 'forged' }),
      authorize('PRIVILEGE_REQUIRED', { tool: 'shell_exec' }),
      authorize('COMMAND_NOT_ALLOWED', slash({ command: '/stop' })),
      authorize('COMMAND_NOT_ALLOWED', slash({ chat_type: 'group', command: '/model' })),
      authorize('PLATFORM_MISMATCH', slash({ platform: 'elsewhere' })),
      authorize('PLATFORM_UNKNOWN', { trace_id: nowhere, ...slash({ platform: 'elsewhere' }) }),
      authorize('RUN_UNKNOWN', { run_id: unknownId(run.run_id.slice(-2)) }),
      authorize('RUN_FOREIGN', { run_id: foreign.run_id }),
      authorize('SCOPE_OTHER_USER', { run_id: run.run_id, scope: 'user:discord:333' }),
      authorize('SCOPE_EMPTY_USER', { run_id: run.run_id, scope: 'user:' }),
      authorize('SCOPE_OTHER_TREE', { run_id: run.run_id, scope: `root_run:${foreign.run_id}` }),
      authorize('SCOPE_OTHER_RUN', { run_id: run.run_id, scope: `run:${foreign.run_id}` }),
      authorize('SCOPE_UNKNOWN_SHAPE', { run_id: run.run_id, scope: '' }),
      ask('Authorize', 'SESSION_REQUIRED', unbound),
      authorize('SESSION_UNKNOWN', { session_id: unknownId() }),
      authorize('AGENT_MISMATCH', { agent_id: 'another' }),
      authorize('OWNER_MISMATCH', of(owned)),
      authorize('SESSION_CLOSED', of(closed)),
      authorize('BUDGET_EXHAUSTED', of(spent)),
      authorize('TOOL_NOT_GRANTED', { ...of(narrow), tool: 'http_get' }),
      authorize('SENSITIVITY_EXCEEDED', { ...of(narrow), sensitivity: 4 }),
      authorize('RATE_LIMITED', of(rated)),
      consume('IDENTITY_UNKNOWN', { trace_id: 'forged' }),
      consume('PRIVILEGE_REQUIRED', { calls: [{ tool: 'read_file' }, { tool: 'shell_exec' }] }),
      consume('RUN_FOREIGN', { run_id: foreign.run_id }),
      consume('SESSION_UNKNOWN', { session_id: unknownId() }),
      consume('AGENT_MISMATCH', { agent_id: 'another' }),
      consume('OWNER_MISMATCH', of(owned)),
      consume('SESSION_CLOSED', of(closed)),
      consume('BUDGET_EXHAUSTED', of(spent)),
      consume('TOOL_NOT_GRANTED', { ...of(narrow), calls: [{ tool: 'http_get' }] }),
      consume('SENSITIVITY_EXCEEDED', { ...of(narrow), calls: [{ tool: 'read_file', sensitivity: 4 }] }),
      consume('RATE_LIMITED', of(rated)),
      validate('IDENTITY_UNKNOWN', { trace_id: 'forged' }),
      validate('RUN_UNKNOWN', { run_id: unknownId() }),
      validate('RUN_FOREIGN', { run_id: foreign.run_id }),
      validate('SCOPE_OTHER_USER', { scope: 'user:discord:333' }),
      validate('SCOPE_EMPTY_RUN', { scope: 'run:' }),
      validate('SCOPE_EMPTY_ROOT_RUN', { scope: 'root_run:' }),
      asserted('SCOPE_OTHER_USER', 'user:a', { caller_id: 'b' }),
      asserted('SCOPE_OTHER_TREE', 'root_run:a', { root_run_id: 'b' }),
      asserted('SCOPE_OTHER_RUN', 'run:a', { run_id: 'b', parent_run_id: 'c', continuation_parent_run_id: 'd' }),
      command('COMMAND_NOT_ALLOWED', { trace_id }),
      command('COMMAND_NOT_ALLOWED', { user_id: '222' }),
      command('COMMAND_NOT_ALLOWED', {}),
      command('COMMAND_NOT_ALLOWED', { trace_id, chat_type: 'group', command: '/model' }),
      command('IDENTITY_UNKNOWN', { trace_id: 'forged' }),
      command('PLATFORM_MISMATCH', { trace_id, platform: 'elsewhere' }),
      command('PLATFORM_UNKNOWN', { platform: 'elsewhere', user_id: '222' }),
    ],
    allowed: [
      { rpc: 'Authorize', request: call },
      {
        rpc: 'Authorize',
        request: {
          ...call,
          run_id: run.run_id,
          scope: 'user:discord:222',
          sensitivity: 1,
          ...slash({}),
        } as WireMessage,
      },
      { rpc: 'ConsumeBudget', request: batch },
      { rpc: 'ValidateScope', request: { scope: 'user:discord:222', run_id: run.run_id, trace_id } },
      { rpc: 'ValidateScope', request: { scope: 'user:a', invocation: { caller_id: 'a' } } },
      { rpc: 'CheckSlash', request: { platform: 'discord', chat_type: 'dm', command: '/model', trace_id } },
      { rpc: 'CheckSlash', request: { platform: 'discord', chat_type: 'dm', command: '/stop', user_id: '111' } },
    ],
  };
}

/** Where nothing may be asserted. */
async function strictSceneOf({ clients }: OpenServer): Promise<{ strictCases: Case[] }> {
  const bare = await bound(clients, { user_id: '111', platform: undefined });
  const refused = (rpc: DecisionRpc, request: WireMessage): Case => ({ rpc, request, reason: 'ASSERTION_REFUSED' });
  return {
    strictCases: [
      refused('ValidateScope', { scope: 'skill', invocation: { caller_id: 'a', run_id: 'b' } }),
      refused('ValidateScope', { scope: 'user:a', invocation: { caller_id: 'a', root_run_id: 'b' } }),
      refused('CheckSlash', { platform: 'discord', chat_type: 'dm', command: '/stop', user_id: '111' }),
      refused('CheckSlash', { platform: 'discord', chat_type: 'dm', command: '/stop', trace_id: bare }),
    ],
  };
}

interface Outcome {
  readonly effect: string;
  readonly reason: string;
}

async function decide({ clients }: OpenServer, rpc: DecisionRpc, bytes: Buffer): Promise<Outcome> {
  const method = methodOf(rpc);
  try {
    const [answer] = await sendBytes(clients.raw(method.service), method, bytes);
    const { decision } = method.response.toObject(method.response.decode(answer!), { enums: String });
    return { effect: decision.effect ?? 'EFFECT_UNSPECIFIED', reason: String(decision.reason).replace('REASON_', '') };
  } catch (error) {
    return { effect: 'refused', reason: String(error) };
  }
}

/** The slips after which a request is allowed, of those that do not narrow it by being left out. */
async function openings(server: OpenServer, { rpc, request }: Pick<Case, 'rpc' | 'request'>): Promise<string[]> {
  const slips = slipsOf(methodOf(rpc).request, request);
  const outcomes = await Promise.all(slips.map(async (slip) => ({ slip, ...(await decide(server, rpc, slip.bytes)) })));
  return outcomes
    .filter(({ slip, effect }) => effect === 'EFFECT_ALLOW' && !isAsIfNarrower(slip))
    .map(({ slip }) => slip.about);
}

/** By the rules of protobuf a field of a wrong wire type is one that is unknown, so that its own is left out. */
function isAsIfNarrower({ field, kind }: Slip): boolean {
  return field in NARROWING && (kind === 'absent' || kind === 'wrong type');
}

test('every decision is asked about, and every optional field of its request is tried', async () => {
  expect(new Set(cases.map(({ rpc }) => rpc))).toEqual(new Set(DECISIONS));
  const tried = new Set(
    cases.flatMap(({ rpc, request }) => slipsOf(methodOf(rpc).request, request).map(({ field }) => field)),
  );
  const fields = DECISIONS.flatMap((rpc) => {
    const { request } = methodOf(rpc);
    return request.fieldsArray.filter(isOptional).map(({ name }) => `${request.name}.${name}`);
  });
  expect(fields.filter((field) => !tried.has(field))).toEqual([]);
});

test('a field that narrows a request says in the proto file what is asked without it', () => {
  const comments = commentsOf('proto/tollgate/v1');
  for (const [field, says] of Object.entries(NARROWING)) expect(comments.get(field), field).toMatch(says);
});

describe('a denial', () => {
  test('stays one whatever becomes of its optional fields', async () => {
    let tries = 0;
    for (const denied of [
      ...cases.map((given) => [open, given] as const),
      ...strictCases.map((given) => [strict, given] as const),
    ]) {
      const [server, { rpc, request, reason }] = denied;
      const type = methodOf(rpc).request;
      const before = await decide(server, rpc, encodeWire(type, request));
      expect(before, `${rpc} ${reason}`).toEqual({ effect: 'EFFECT_DENY', reason });
      expect(await openings(server, { rpc, request }), `${rpc} ${reason}`).toEqual([]);
      tries += slipsOf(type, request).length;
    }
    console.log(`${tries} slips in ${cases.length + strictCases.length} denied requests`);
    expect(tries).toBeGreaterThan(1_000);
  });

  test('is seen to be lifted where it may be: leaving out what narrows a request', async () => {
    const { rpc, request } = cases.find(({ reason }) => reason === 'SCOPE_OTHER_USER')!;
    const without = slipsOf(methodOf(rpc).request, request).find(
      ({ about }) => about === 'AuthorizeRequest.scope: left out',
    );
    expect(await decide(open, rpc, without!.bytes)).toEqual({ effect: 'EFFECT_ALLOW', reason: 'ALLOWED' });
  });
});

describe('an ALLOW', () => {
  /** Fields without which it is allowed all the same, as their comments say. */
  const NOT_NEEDED = new Set([
    ...Object.keys(NARROWING),
    'AuthorizeRequest.explain',
    'ConsumeBudgetRequest.explain',
    'CheckSlashRequest.chat_type',
    'SlashContext.chat_type',
  ]);

  test('is gone without a fact that it rests on', async () => {
    for (const { rpc, request } of allowed) {
      const type = methodOf(rpc).request;
      expect(await decide(open, rpc, encodeWire(type, request)), rpc).toMatchObject({ effect: 'EFFECT_ALLOW' });
      for (const name of Object.keys(request)) {
        const { [name]: _, ...rest } = request;
        const field = `${type.name}.${name}`;
        const { effect, reason } = await decide(open, rpc, encodeWire(type, rest));
        if (!NOT_NEEDED.has(field)) expect(effect, `${field}: ${reason}`).not.toBe('EFFECT_ALLOW');
      }
    }
  });

  test('does not come of an empty request', async () => {
    for (const rpc of DECISIONS)
      expect((await decide(open, rpc, Buffer.alloc(0))).effect, rpc).not.toBe('EFFECT_ALLOW');
  });
});

/** The comments above the fields of the proto files, by type and field. */
function commentsOf(folder: string): Map<string, string> {
  const comments = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    let message = '';
    let group = '';
    let comment = '';
    for (const line of readFileSync(`${folder}/${file}`, 'utf8').split('\n')) {
      const [, text] = /^\s*\/\/ ?(.*)$/.exec(line) ?? [];
      const [, name] = /^\s*(?:optional |repeated )?[\w.]+ (\w+) = \d+/.exec(line) ?? [];
      message = /^message (\w+)/.exec(line)?.[1] ?? message;
      if (text !== undefined) comment += `${text} `;
      else if (/^\s*oneof /.test(line)) [group, comment] = [comment, ''];
      else {
        if (name) comments.set(`${message}.${name}`, `${group}${comment}`);
        if (/^\s*}/.test(line)) group = '';
        comment = '';
      }
    }
  }
  return comments;
}
