// Every field of a request that names something which may be somebody else's, by RPC and path: the rule that it is held to,
// and what each kind of wrong object is answered. docs/references.md shows the rules; a test holds both equal.
import type { Answer, Clients } from '../../support/clients.ts';
import { readRefusal } from '../../support/refusals.ts';
import { bound, opened, started, unknownId } from '../../support/scene.ts';
import { METHODS, type Type } from '../../support/wire.ts';

/** What the cases name: Alice's own things, those of Bob, and what has ended. */
export interface World {
  readonly clients: Clients;
  readonly alice: string;
  readonly bob: string;
  readonly sessions: Readonly<Record<'own' | 'foreign' | 'closed' | 'expired' | 'free' | 'other', Answer>>;
  readonly runs: Readonly<Record<'own' | 'foreign' | 'finished', Answer>>;
}

export async function makeWorld(clients: Clients): Promise<World> {
  const alice = await bound(clients, { user_id: '5', user_aliases: ['slack:55'] });
  const bob = await bound(clients, { user_id: '6' });
  const [own, foreign, closed, expired, free, other] = await Promise.all([
    opened(clients, { owner: 'discord:5' }),
    opened(clients, { owner: 'discord:6' }),
    opened(clients, { owner: 'discord:5' }),
    opened(clients, { owner: 'discord:5', time_limit: { seconds: 1 } }),
    opened(clients),
    opened(clients, { owner: 'slack:55' }),
  ]);
  await clients.sessions('CloseSession', { session_id: closed.session_id });
  const runs = {
    own: await started(clients, { trace_id: alice, session_id: own.session_id }),
    foreign: await started(clients, { trace_id: bob }),
    finished: await started(clients, { trace_id: alice }),
  };
  await clients.runs('FinishRun', { run_id: runs.finished.run_id, status: 'RUN_STATUS_OK' });
  const isOver = async () =>
    (await clients.sessions('GetSession', { session_id: expired.session_id })).session.status ===
    'SESSION_STATUS_EXPIRED';
  while (!(await isOver())) await new Promise((resolve) => setTimeout(resolve, 50));
  return { clients, alice, bob, sessions: { own, foreign, closed, expired, free, other }, runs };
}

/** The reason of a decision, `OK` for any other answer, or the reason of a failure. */
export async function outcomeOf(call: Promise<Answer>): Promise<string> {
  try {
    const { decision } = await call;
    return decision?.reason?.replace('REASON_', '') ?? 'OK';
  } catch (error) {
    return readRefusal(error as Parameters<typeof readRefusal>[0]).reason;
  }
}

export interface Reference {
  readonly rule: string;
  /** By the kind of object: what naming it is answered; a second answer is that of a server that has no key to verify with. */
  readonly cases: Readonly<Record<string, readonly [ask: (world: World) => Promise<Answer>, ...answers: string[]]>>;
}

const NOBODY = 'nobody';
const UNKNOWN = unknownId();
/** Named by no other case, so that not even a denial tells of it. */
const NEVER_NAMED = 'never named';
const NEVER_NAMED_ID = unknownId('0a');

const authorize = (given: (world: World) => object) => (world: World) => {
  const { session_id, agent_id } = world.sessions.own;
  return world.clients.decisions('Authorize', {
    trace_id: world.alice,
    session_id,
    agent_id,
    tool: 'read_file',
    ...given(world),
  });
};
const consume = (given: (world: World) => object) => (world: World) => {
  const { session_id, agent_id } = world.sessions.own;
  const calls = [{ tool: 'read_file' }];
  return world.clients.decisions('ConsumeBudget', {
    trace_id: world.alice,
    session_id,
    agent_id,
    calls,
    ...given(world),
  });
};
const start = (given: (world: World) => object) => (world: World) =>
  world.clients.runs('StartRun', { trace_id: world.alice, skill_id: 'skill', ...given(world) });
const decide = (rpc: string, given: (world: World) => object) => (world: World) =>
  world.clients.decisions(rpc, given(world));
const audit = (rpc: string, given: (world: World) => object) => (world: World) =>
  world.clients.audit(rpc, given(world));
const list = (rpc: string, given: object) => async (world: World) => {
  const { next_page_token: _, ...answer } = await world.clients.audit(rpc, given);
  return { decision: { reason: Object.values(answer).flat().length === 0 ? 'none' : 'some' } };
};
const inSession = (world: World, kind: keyof World['sessions']) => {
  const { session_id, agent_id } = world.sessions[kind];
  return { session_id, agent_id };
};

const TRACE = 'an identity must be bound to it, which can be read';
const SESSION =
  'the agent is its own, the owner is one of the principals, it is neither closed nor expired; asked in the step that charges';
const AGENT = 'it is the agent of the session';
const RUN =
  'the caller is one of the principals, and a run that began in a session belongs to the session that is named; it may have finished';
const CAPABILITY = 'it exists; whoever may call this and knows the id may name it';
const FILTER = 'a filter: what nobody has leads to an empty list';
const LABEL = 'a label that leads to nothing';
const ASSERTED = 'an assertion: refused under `asserted_facts: none`, and the decision says `asserted`';

/** The same for both decisions that charge. */
function charging(rpc: 'Authorize' | 'ConsumeBudget', ask: typeof authorize): Record<string, Reference> {
  return {
    [`${rpc}.trace_id`]: {
      rule: TRACE,
      cases: {
        unknown: [ask(() => ({ trace_id: NOBODY })), 'IDENTITY_UNKNOWN'],
        foreign: [ask(({ bob }) => ({ trace_id: bob })), 'OWNER_MISMATCH'],
      },
    },
    [`${rpc}.session_id`]: {
      rule: SESSION,
      cases: {
        unknown: [ask(() => ({ session_id: UNKNOWN })), 'SESSION_UNKNOWN'],
        foreign: [ask((world) => inSession(world, 'foreign')), 'OWNER_MISMATCH'],
        closed: [ask((world) => inSession(world, 'closed')), 'SESSION_CLOSED'],
        expired: [ask((world) => inSession(world, 'expired')), 'SESSION_EXPIRED'],
        'of an alias': [ask((world) => inSession(world, 'other')), 'ALLOWED'],
      },
    },
    [`${rpc}.agent_id`]: {
      rule: AGENT,
      cases: {
        unknown: [ask(() => ({ agent_id: NOBODY })), 'AGENT_MISMATCH'],
        foreign: [ask(({ sessions }) => ({ agent_id: sessions.foreign.agent_id })), 'AGENT_MISMATCH'],
      },
    },
    [`${rpc}.run_id`]: {
      rule: RUN,
      cases: {
        unknown: [ask(({ sessions }) => ({ run_id: unknownId(sessions.own.session_id.slice(-2)) })), 'RUN_UNKNOWN'],
        'in another partition': [ask(() => IN_TWO_PARTITIONS), 'INVALID_REQUEST'],
        'of another caller in the session': [
          async (world) => {
            const { run } = await world.clients.runs('StartRun', {
              trace_id: world.bob,
              skill_id: 'skill',
              session_id: world.sessions.free.session_id,
            });
            return ask((at) => ({ ...inSession(at, 'free'), run_id: run.run_id }))(world);
          },
          'RUN_FOREIGN',
        ],
        'of no session': [
          async (world) => {
            const parent_run_id = world.runs.own.run_id;
            const { run } = await start(() => ({ parent_run_id }))(world);
            return ask(() => ({ run_id: run.run_id }))(world);
          },
          'ALLOWED',
        ],
        own: [ask(({ runs }) => ({ run_id: runs.own.run_id })), 'ALLOWED'],
      },
    },
  };
}

const IN_TWO_PARTITIONS = { session_id: unknownId('00'), run_id: unknownId('01') };

function byRole(
  rpc: string,
  field: string,
  answers: string | readonly string[],
  more: object = {},
): Record<string, Reference> {
  return {
    [`${rpc}.${field}`]: {
      rule: CAPABILITY,
      cases: { unknown: [audit(rpc, () => ({ [field]: UNKNOWN, ...more })), ...[answers].flat()] },
    },
  };
}

function streamed(rpc: string): Record<string, Reference> {
  const ask = (world: World) => world.clients.stream('AuditService', rpc, { run_id: UNKNOWN }).then(() => ({}));
  return { [`${rpc}.run_id`]: { rule: CAPABILITY, cases: { unknown: [ask, 'RUN_NOT_FOUND'] } } };
}

function filters(rpc: string, fields: Readonly<Record<string, object>>): Record<string, Reference> {
  const row = ([field, given]: [string, object]): [string, Reference] => [
    `${rpc}.${field}`,
    { rule: FILTER, cases: { unknown: [list(rpc, given), 'none'] } },
  ];
  return Object.fromEntries(Object.entries(fields).map(row));
}

const asserted = (field: string): [string, Reference] => [
  `ValidateScope.invocation.${field}`,
  {
    rule: ASSERTED,
    cases: {
      other: [decide('ValidateScope', () => ({ scope: 'user:x', invocation: { [field]: 'y' } })), 'SCOPE_OTHER_USER'],
    },
  },
];
const slash = { platform: 'discord', command: '/stop', chat_type: 'dm' };

function appendCall(decision_id: string): (world: World) => Promise<Answer> {
  const tool_use = { name: 'read_file', args: '{}', result: '', decision_id };
  return decide('AppendAudit', ({ runs }) => ({ run_id: runs.own.run_id, events: [{ tool_use }] }));
}

export const REFERENCES: Readonly<Record<string, Reference>> = {
  ...charging('Authorize', authorize),
  ...charging('ConsumeBudget', consume),
  'ValidateScope.trace_id': {
    rule: TRACE,
    cases: {
      unknown: [
        decide('ValidateScope', ({ runs }) => ({ scope: 'skill', trace_id: NOBODY, run_id: runs.own.run_id })),
        'IDENTITY_UNKNOWN',
      ],
      foreign: [
        decide('ValidateScope', ({ runs, bob }) => ({ scope: 'skill', trace_id: bob, run_id: runs.own.run_id })),
        'RUN_FOREIGN',
      ],
    },
  },
  'ValidateScope.run_id': {
    rule: 'it exists, and with a trace its caller is one of the principals; it may have finished',
    cases: {
      unknown: [decide('ValidateScope', () => ({ scope: 'skill', run_id: UNKNOWN })), 'RUN_UNKNOWN'],
      foreign: [
        decide('ValidateScope', ({ alice, runs }) => ({
          scope: 'skill',
          trace_id: alice,
          run_id: runs.foreign.run_id,
        })),
        'RUN_FOREIGN',
      ],
    },
  },
  ...Object.fromEntries(
    ['caller_id', 'run_id', 'root_run_id', 'parent_run_id', 'continuation_parent_run_id'].map(asserted),
  ),
  'CheckSlash.trace_id': {
    rule: TRACE,
    cases: { unknown: [decide('CheckSlash', () => ({ ...slash, trace_id: NOBODY })), 'IDENTITY_UNKNOWN'] },
  },
  'CheckSlash.user_id': {
    rule: ASSERTED,
    cases: { unknown: [decide('CheckSlash', () => ({ ...slash, user_id: NOBODY })), 'COMMAND_NOT_ALLOWED'] },
  },
  'DescribeSlashAccess.trace_id': {
    rule: TRACE,
    cases: { unknown: [decide('DescribeSlashAccess', () => ({ trace_id: NOBODY })), 'IDENTITY_NOT_FOUND'] },
  },
  'DescribeSlashAccess.user_id': {
    rule: 'an assertion: refused under `asserted_facts: none`; it shows what the policy says of a user',
    cases: { unknown: [decide('DescribeSlashAccess', () => ({ platform: 'discord', user_id: NOBODY })), 'OK'] },
  },
  'AppendAudit.run_id': {
    rule: 'it exists and has not finished; whoever may call this and knows the id may name it',
    cases: {
      unknown: [
        decide('AppendAudit', () => ({ run_id: UNKNOWN, events: [{ error: { message: 'x' } }] })),
        'RUN_NOT_FOUND',
      ],
      finished: [
        decide('AppendAudit', ({ runs }) => ({ run_id: runs.finished.run_id, events: [{ error: { message: 'x' } }] })),
        'RUN_FINISHED',
      ],
    },
  },
  'AppendAudit.events.tool_use.decision_id': {
    rule: 'the runner’s word, kept as it is: a verification of the ledger reports what does not fit',
    cases: {
      malformed: [appendCall('none'), 'INVALID_REQUEST'],
      unknown: [appendCall(UNKNOWN), 'OK'],
    },
  },
  'StartRun.trace_id': {
    rule: TRACE,
    cases: { unknown: [start(() => ({ trace_id: NOBODY })), 'IDENTITY_NOT_FOUND'] },
  },
  'StartRun.caller_id': {
    rule: 'an assertion: refused unless `asserted_facts` is `all`, and the run says `caller_asserted`',
    cases: { other: [start(() => ({ trace_id: undefined, caller_id: 'discord:6' })), 'ASSERTION_REFUSED'] },
  },
  'StartRun.session_id': {
    rule: 'its owner is one of the principals of the trace, it is neither closed nor expired; asked in the step that stores the run',
    cases: {
      unknown: [start(() => ({ session_id: UNKNOWN })), 'SESSION_NOT_FOUND'],
      'no id of ours': [start(() => ({ session_id: NOBODY })), 'SESSION_NOT_FOUND'],
      foreign: [start(({ sessions }) => ({ session_id: sessions.foreign.session_id })), 'SESSION_NOT_FOUND'],
      closed: [start(({ sessions }) => ({ session_id: sessions.closed.session_id })), 'SESSION_CLOSED'],
      expired: [start(({ sessions }) => ({ session_id: sessions.expired.session_id })), 'SESSION_CLOSED'],
      'of an alias': [start(({ sessions }) => ({ session_id: sessions.other.session_id })), 'OK'],
      'of nobody': [start(({ sessions }) => ({ session_id: sessions.free.session_id })), 'OK'],
    },
  },
  'StartRun.skill_id': { rule: LABEL, cases: { any: [start(() => ({ skill_id: NOBODY })), 'OK'] } },
  'StartRun.channel_id': { rule: LABEL, cases: { any: [start(() => ({ channel_id: NOBODY })), 'OK'] } },
  'StartRun.parent_run_id': {
    rule: 'it exists, and its caller is the caller of the new run; it may have finished',
    cases: {
      unknown: [start(() => ({ parent_run_id: UNKNOWN })), 'RUN_NOT_FOUND'],
      foreign: [start(({ runs }) => ({ parent_run_id: runs.foreign.run_id })), 'RUN_FOREIGN'],
      finished: [start(({ runs }) => ({ parent_run_id: runs.finished.run_id })), 'OK'],
    },
  },
  'StartRun.continuation_parent_run_id': {
    rule: 'it exists; its scope opens only to a run of the same caller, which is compared now and recorded',
    cases: {
      unknown: [start(() => ({ continuation_parent_run_id: UNKNOWN })), 'RUN_NOT_FOUND'],
      foreign: [
        async (world) => {
          const { run_id } = world.runs.foreign;
          const { run } = await start(() => ({ continuation_parent_run_id: run_id }))(world);
          return decide('ValidateScope', () => ({ run_id: run.run_id, scope: `run:${run_id}` }))(world);
        },
        'SCOPE_OTHER_RUN',
      ],
    },
  },
  'FinishRun.run_id': {
    rule: 'it exists, and has not finished with other content; whoever may call this and knows the id may name it',
    cases: {
      unknown: [
        ({ clients }) => clients.runs('FinishRun', { run_id: UNKNOWN, status: 'RUN_STATUS_OK' }),
        'RUN_NOT_FOUND',
      ],
      finished: [
        ({ clients, runs }) => clients.runs('FinishRun', { run_id: runs.finished.run_id, status: 'RUN_STATUS_ERROR' }),
        'RUN_FINISHED',
      ],
    },
  },
  'GetRun.run_id': {
    rule: CAPABILITY,
    cases: { unknown: [({ clients }) => clients.runs('GetRun', { run_id: UNKNOWN }), 'RUN_NOT_FOUND'] },
  },
  'CreateSession.agent_id': {
    rule: 'the agent is not deactivated; asked in the step that opens the session',
    cases: {
      deactivated: [
        async ({ clients }) => {
          await clients.agents('DeactivateAgent', { agent_id: 'gone' });
          return clients.sessions('CreateSession', { agent_id: 'gone', all: {} });
        },
        'AGENT_DEACTIVATED',
      ],
    },
  },
  'CreateSession.owner': {
    rule: 'a controller’s word: whom the session may be used for',
    cases: {
      any: [({ clients }) => clients.sessions('CreateSession', { agent_id: 'a', all: {}, owner: 'x:1' }), 'OK'],
    },
  },
  'CreateSession.parent_session_id': {
    rule: 'refused: there are no trees of sessions yet',
    cases: {
      any: [
        ({ clients, sessions }) =>
          clients.sessions('CreateSession', { agent_id: 'a', all: {}, parent_session_id: sessions.own.session_id }),
        'INVALID_REQUEST',
      ],
    },
  },
  'GetSession.session_id': {
    rule: CAPABILITY,
    cases: { unknown: [({ clients }) => clients.sessions('GetSession', { session_id: UNKNOWN }), 'SESSION_NOT_FOUND'] },
  },
  'ListSessions.agent_id': {
    rule: FILTER,
    cases: {
      unknown: [
        async ({ clients }) => {
          const { sessions = [] } = await clients.sessions('ListSessions', { agent_id: NOBODY });
          return { decision: { reason: sessions.length === 0 ? 'none' : 'some' } };
        },
        'none',
      ],
    },
  },
  'CloseSession.session_id': {
    rule: 'it exists and is not closed; whoever may call this and knows the id may name it',
    cases: {
      unknown: [({ clients }) => clients.sessions('CloseSession', { session_id: UNKNOWN }), 'SESSION_NOT_FOUND'],
      closed: [
        ({ clients, sessions }) => clients.sessions('CloseSession', { session_id: sessions.closed.session_id }),
        'SESSION_CLOSED',
      ],
    },
  },
  ...Object.fromEntries(
    ['DeactivateAgent', 'ReactivateAgent', 'GetAgent'].map((rpc): [string, Reference] => [
      `${rpc}.agent_id`,
      {
        rule: 'any name is an agent’s; one that nobody has used is answered like any other',
        cases: { unknown: [({ clients }) => clients.agents(rpc, { agent_id: 'never heard of' }), 'OK'] },
      },
    ]),
  ),
  'BindIdentity.trace_id': {
    rule: 'nothing else is bound to it',
    cases: {
      taken: [
        ({ clients, bob }) => clients.identities('BindIdentity', { trace_id: bob, identity: { user_id: '7' } }),
        'ALREADY_BOUND_OTHERWISE',
      ],
    },
  },
  ...Object.fromEntries(
    ['user_id', 'guild_id', 'channel_id'].map((field): [string, Reference] => [
      `BindIdentity.identity.${field}`,
      {
        rule: 'a controller’s word: it becomes the trusted record',
        cases: {
          any: [
            ({ clients }) =>
              clients.identities('BindIdentity', { trace_id: `t-${field}`, identity: { user_id: '7', [field]: '8' } }),
            'OK',
          ],
        },
      },
    ]),
  ),
  'GetIdentity.trace_id': {
    rule: TRACE,
    cases: {
      unknown: [({ clients }) => clients.identities('GetIdentity', { trace_id: NOBODY }), 'IDENTITY_NOT_FOUND'],
    },
  },
  'ReleaseIdentity.trace_id': {
    rule: 'a trace without an identity is answered so',
    cases: { unknown: [({ clients }) => clients.identities('ReleaseIdentity', { trace_id: NOBODY }), 'OK'] },
  },
  ...filters('ListRuns', {
    skill_id: { skill_id: NEVER_NAMED },
    caller_id: { caller_id: NEVER_NAMED },
    session_id: { session_id: NEVER_NAMED_ID },
    agent_id: { agent_id: NEVER_NAMED },
  }),
  ...filters('GetLastRuns', { skill_ids: { skill_ids: [NEVER_NAMED] } }),
  ...filters('ListChildRuns', { parent_run_id: { parent_run_id: NEVER_NAMED_ID, limit: 10 } }),
  ...filters('ListDecisions', {
    session_id: { session_id: NEVER_NAMED_ID },
    run_id: { run_id: NEVER_NAMED_ID },
    'filter.agent_id': { filter: { agent_id: NEVER_NAMED } },
    'filter.trace_id': { filter: { trace_id: NEVER_NAMED } },
  }),
  ...Object.fromEntries(
    ['session_id', 'run_id', 'filter.agent_id', 'filter.trace_id'].map((field): [string, Reference] => [
      `WatchDecisions.${field}`,
      { rule: 'a filter: what nobody has lets nothing through', cases: {} },
    ]),
  ),
  ...byRole('GetRunChain', 'run_id', 'RUN_NOT_FOUND'),
  ...byRole('PurgePayloads', 'run_id', 'RUN_NOT_FOUND'),
  ...byRole('VerifyRun', 'run_id', ['RUN_NOT_FOUND', 'LEDGER_UNSIGNED']),
  ...byRole('GetCheckpoint', 'run_id', 'RUN_NOT_FOUND'),
  ...byRole('GetInclusionProof', 'run_id', 'RUN_NOT_FOUND', { sequence: 1 }),
  ...byRole('GetConsistencyProof', 'run_id', 'RUN_NOT_FOUND', { from_size: 1 }),
  ...byRole('GetDecision', 'decision_id', 'DECISION_NOT_FOUND'),
  ...streamed('ListRunEvents'),
  ...streamed('ExportRun'),
  'GetDecision.trace_id': {
    rule: 'it is the trace of the decision, which the record holds a digest of',
    cases: {
      foreign: [
        async (world) => {
          const { decision } = await authorize(() => ({ agent_id: NOBODY }))(world);
          return audit('GetDecision', () => ({ decision_id: decision.decision_id, trace_id: world.bob }))(world);
        },
        'INVALID_REQUEST',
      ],
    },
  },
};

/** The fields of every request that name something, by `RPC.path`, as the proto files have them. */
export function referenceFields(): string[] {
  return METHODS.flatMap(({ name, request }) => referencesIn(request, []).map((path) => `${name}.${path}`));
}

const NAMES = /_ids?$|^owner$/;

function referencesIn(type: Type, above: readonly Type[]): string[] {
  if (above.includes(type)) return [];
  return type.fieldsArray.flatMap(({ name, resolvedType }) => {
    const below = resolvedType && 'fieldsArray' in resolvedType ? referencesIn(resolvedType, [...above, type]) : [];
    return [...(NAMES.test(name) ? [name] : []), ...below.map((path) => `${name}.${path}`)];
  });
}

/** The table of docs/references.md. */
export function referenceTable(): string {
  const rows = Object.entries(REFERENCES).map(([field, { rule }]) => {
    const [rpc, ...path] = field.split('.');
    return `| \`${rpc}\` | \`${path.join('.')}\` | ${rule} |`;
  });
  return ['| RPC | reference | rule |', '| --- | --- | --- |', ...rows.sort()].join('\n');
}
