// The rule of each request field, written from the comments of the proto files, not from the server's code. A new field fails
// the matrix until it has a rule.
import type protobuf from 'protobufjs';
import { structBytes, type Type, VALUES, type WireMessage, type WireValue } from '../../support/wire.ts';

interface BadValue {
  readonly why: string;
  readonly value: WireValue;
  /** Where BadRequest finds it, behind the field's own path. */
  readonly below?: string;
}

export interface Rule {
  /** Each must be refused. */
  readonly bad: readonly BadValue[];
  /** Each must pass, the limits themselves among them. */
  readonly good: readonly WireValue[];
}

const NOT_UTF8: readonly BadValue[] = [
  { why: 'a lone byte of UTF-8', value: Buffer.from([0x61, 0xff]) },
  { why: 'a cut code point', value: Buffer.from([0x61, 0xe2, 0x82]) },
  { why: 'an encoded surrogate', value: Buffer.from([0xed, 0xa0, 0x80]) },
  { why: 'an overlong form', value: Buffer.from([0xc0, 0xaf]) },
];
const CONTROLS: readonly BadValue[] = ['a\u0000b', 'a\n', '\u001bx', 'a\u007f', 'a\u0085b'].map((value) => ({
  why: `the control character ${JSON.stringify(value)}`,
  value,
}));

interface TextRule {
  readonly emptyAllowed?: boolean;
  readonly controlAllowed?: boolean;
  /** Stands before the text wherever only that is a value. */
  readonly prefix?: string;
}

function text(bytesMax: number, { emptyAllowed, controlAllowed, prefix = '' }: TextRule = {}): Rule {
  const room = bytesMax - prefix.length;
  return {
    bad: [
      { why: 'too long', value: prefix + 'x'.repeat(room + 1) },
      { why: 'too long in bytes, not in characters', value: prefix + '€'.repeat(Math.floor(room / 3) + 1) },
      ...NOT_UTF8,
      ...(controlAllowed ? [] : CONTROLS),
      ...(emptyAllowed ? [] : [{ why: 'given but empty', value: '' }]),
    ],
    good: [
      prefix + 'x'.repeat(room),
      `${prefix}é\u0301 \u{1f600}`,
      ...(emptyAllowed ? [''] : []),
      ...(controlAllowed ? ['a\tb\n'] : []),
    ],
  };
}

const ID = text(128);
const TRACE = text(256);
const PRINCIPAL = text(385);
const UNSET_OR_ID = text(128, { emptyAllowed: true });

/** Text of any length that the message has room for. */
const BODY: Rule = { bad: NOT_UTF8, good: ['', 'a\u0000\n', 'x'.repeat(10_000)] };

const KEY: Rule = {
  bad: [
    { why: 'too long', value: 'k'.repeat(129) },
    { why: 'given but empty', value: '' },
    { why: 'not ASCII', value: 'ké' },
    ...NOT_UTF8,
    ...CONTROLS,
  ],
  good: ['k'.repeat(128), ' ~!"'],
};

const PAGE_TOKEN: Rule = {
  bad: [
    { why: 'too long', value: 'A'.repeat(513) },
    { why: 'no token of this server', value: 'AAAA' },
    { why: 'a token for an id that is none', value: Buffer.from('1700000000000/x').toString('base64url') },
    { why: 'a token for a time that is none', value: Buffer.from(`-1/${crypto.randomUUID()}`).toString('base64url') },
    ...NOT_UTF8,
    ...CONTROLS,
  ],
  good: ['', Buffer.from(`1700000000000/${crypto.randomUUID()}`).toString('base64url')],
};

function list(item: Rule, countMax: number): Rule {
  const [one] = item.good;
  return {
    bad: [
      { why: `${countMax + 1} of them`, value: Array.from({ length: countMax + 1 }, () => one!) },
      ...item.bad.map(({ why, value }) => ({ why: `its second one ${why}`, value: [one!, value], below: '[1]' })),
    ],
    good: [[], Array.from({ length: Math.min(countMax, 100) }, () => one!), ...item.good.map((value) => [value])],
  };
}

function integer(min: number, max: number): Rule {
  return {
    bad: [
      { why: 'below the range', value: min - 1 },
      { why: 'above the range', value: max + 1 },
      { why: 'far below the range', value: -(2n ** 31n) },
      { why: 'far above the range', value: max < 2 ** 31 ? 2n ** 31n - 1n : 2n ** 63n - 1n },
    ].filter(({ value }) => value < min || value > max),
    good: [min, max],
  };
}

/** Beyond 2^53 a number is no longer the one that was sent. */
const TOKENS: Rule = {
  bad: [
    { why: 'negative', value: -1 },
    { why: 'beyond what can be summed', value: 2n ** 53n },
    { why: 'the largest int64', value: 2n ** 63n - 1n },
    { why: 'the smallest int64', value: -(2n ** 63n) },
  ],
  good: [0, 1_000_000],
};
const SIZE: Rule = { bad: TOKENS.bad, good: [0, Number.MAX_SAFE_INTEGER] };
const PLACE: Rule = { bad: [...TOKENS.bad, { why: 'zero', value: 0 }], good: [1, Number.MAX_SAFE_INTEGER] };
const ANY_INT32: Rule = { bad: [], good: [0, -1, 2 ** 31 - 1, -(2 ** 31)] };
const FLAG: Rule = { bad: [], good: [true, false] };

/** The unspecified zero is refused where it is given, like a number that the enum does not have. */
function choice(...allowed: readonly number[]): Rule {
  return {
    bad: [0, 99, -1, 2 ** 31 - 1, ...(allowed.includes(1) ? [] : [1])].map((value) => ({
      why: `the number ${value}`,
      value,
    })),
    good: allowed,
  };
}
const SENSITIVITY = choice(1, 2, 3, 4);

function duration(minS: number, maxS: number): Rule {
  return {
    bad: [
      { why: 'below the range', value: { seconds: minS - 1 } },
      { why: 'above the range', value: { seconds: maxS + 1 } },
      { why: 'a nanosecond above the range', value: { seconds: maxS, nanos: 1 } },
      { why: 'no whole milliseconds', value: { seconds: minS + 1, nanos: 1 } },
      { why: 'negative', value: { seconds: -5 } },
      { why: 'nanoseconds that take from the seconds', value: { seconds: minS + 2, nanos: -1_000_000 } },
      { why: 'nanoseconds that are seconds', value: { seconds: minS + 1, nanos: 1_000_000_000 } },
      { why: 'beyond what a number holds', value: { seconds: 2n ** 62n } },
      ...(minS > 0 ? [{ why: 'nothing at all', value: {} }] : []),
    ],
    good: [{ seconds: minS }, { seconds: maxS }, { seconds: minS + 1, nanos: 1_000_000 }],
  };
}

const TIMESTAMP: Rule = {
  bad: [
    { why: 'before 1970', value: { seconds: -1 } },
    { why: 'after 9999', value: { seconds: 253_402_300_800 } },
    { why: 'negative nanoseconds', value: { seconds: 1_700_000_000, nanos: -1 } },
    { why: 'a second of nanoseconds', value: { seconds: 1_700_000_000, nanos: 1_000_000_000 } },
    { why: 'beyond what a number holds', value: { seconds: 2n ** 62n } },
  ],
  good: [{ seconds: 0 }, { seconds: 1_700_000_000, nanos: 999_999_999 }],
};

function nested(depth: number): Buffer {
  let value = VALUES.text('x');
  for (let level = 0; level < depth; level++) {
    value = level % 2 === 0 ? VALUES.list([value]) : VALUES.struct(structBytes([['k', value]]));
  }
  return structBytes([['k', value]]);
}

const STRUCT: Rule = {
  bad: [
    { why: 'a key that is no UTF-8', value: structBytes([[Buffer.from([0xff]), VALUES.text('x')]]) },
    { why: 'a text that is no UTF-8', value: structBytes([['k', VALUES.text(Buffer.from([0xff]))]]) },
    {
      why: 'a text deep inside that is no UTF-8',
      value: structBytes([['k', VALUES.list([VALUES.struct(structBytes([['k', VALUES.text(Buffer.from([0xff]))]]))])]]),
    },
    ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((number) => ({
      why: `the number ${number}`,
      value: structBytes([['k', VALUES.number(number)]]),
    })),
    // Deeper ones than protobuf libraries take at all are undecodable, which is another test.
    { why: 'nested too deep', value: nested(32) },
  ],
  good: [structBytes([]), structBytes([['', VALUES.text('')]]), structBytes([['k', VALUES.number(-0.5)]]), nested(31)],
};

const REFUSED_WHENEVER_GIVEN: Rule = {
  bad: [
    { why: 'given', value: 'x' },
    { why: 'given but empty', value: '' },
  ],
  good: [],
};

const ALIASES = list(text(385, { prefix: 'github:' }), 64);

/** A message with fields of its own: what is in it has rules, it has none. */
export const MESSAGE = 'a message';

const BY_NAME: Readonly<Record<string, Rule | typeof MESSAGE>> = {
  agent_id: ID,
  session_id: ID,
  run_id: ID,
  parent_run_id: ID,
  continuation_parent_run_id: ID,
  skill_id: ID,
  channel_id: ID,
  guild_id: ID,
  user_id: text(256),
  tool: ID,
  platform: ID,
  trace_id: TRACE,
  caller_id: PRINCIPAL,
  owner: PRINCIPAL,
  scope: text(512, { emptyAllowed: true }),
  command: text(1_024, { emptyAllowed: true, controlAllowed: true }),
  chat_type: text(128, { emptyAllowed: true, controlAllowed: true }),
  declared_intent: text(512, { emptyAllowed: true, controlAllowed: true }),
  idempotency_key: KEY,
  page_token: PAGE_TOKEN,
  cursor: {
    bad: PAGE_TOKEN.bad,
    good: ['', Buffer.from(`1700000000000/${crypto.randomUUID()}/7`).toString('base64url')],
  },
  page_size: ANY_INT32,
  limit: ANY_INT32,
  sensitivity: SENSITIVITY,
  sensitivity_ceiling: SENSITIVITY,
  explain: FLAG,
  include_dry_run: FLAG,
  include_failed: FLAG,
  keep_proof: FLAG,
  follow: FLAG,
  finished_before: TIMESTAMP,
  decision_id: ID,
  decided_from: TIMESTAMP,
  decided_before: TIMESTAMP,
  started_from: TIMESTAMP,
  started_before: TIMESTAMP,
  principal: PRINCIPAL,
  filter: MESSAGE,
  occurred_at: TIMESTAMP,
  text: BODY,
  args: BODY,
  result: BODY,
  message: BODY,
  output: BODY,
  error: BODY,
  input_tokens: TOKENS,
  output_tokens: TOKENS,
  thinking_tokens: TOKENS,
  cache_read_tokens: TOKENS,
};

const BY_FIELD: Readonly<Record<string, Rule | typeof MESSAGE>> = {
  // With a key in the same request it contradicts itself, which is a test of its own.
  'AuthorizeRequest.dry_run': { bad: [], good: [false] },
  'ConsumeBudgetRequest.dry_run': { bad: [], good: [false] },
  'AuthorizeRequest.slash': MESSAGE,
  'ConsumeBudgetRequest.calls': MESSAGE,
  'ValidateScopeRequest.invocation': MESSAGE,
  'Invocation.caller_id': text(385, { emptyAllowed: true }),
  'Invocation.run_id': UNSET_OR_ID,
  'Invocation.root_run_id': UNSET_OR_ID,
  'Invocation.parent_run_id': UNSET_OR_ID,
  'Invocation.continuation_parent_run_id': UNSET_OR_ID,
  'AppendAuditRequest.events': MESSAGE,
  'AuditEvent.step': MESSAGE,
  'AuditEvent.tool_use': MESSAGE,
  'AuditEvent.error': MESSAGE,
  'AuditEvent.custom': MESSAGE,
  'StepEvent.iter': integer(0, 2 ** 31 - 1),
  'StepEvent.response': MESSAGE,
  'StepResponse.model': ID,
  'StepResponse.finish_reason': ID,
  'StepResponse.tool_calls': list(UNSET_OR_ID, 256),
  'StepResponse.usage': MESSAGE,
  'ToolUseEvent.name': ID,
  'ToolUseEvent.id': UNSET_OR_ID,
  'ToolUseEvent.decision_id': {
    good: ['01a1fd81-01bd-7bef-82b2-0571ba53e357'],
    bad: ['', 'x', '01A1FD81-01BD-7BEF-82B2-0571BA53E357', '01a1fd81-01bd-7bef-82b2-0571ba53e357 '].map((value) => ({
      why: 'no id of a decision',
      value,
    })),
  },
  'CustomEvent.type': {
    ...ID,
    bad: [
      ...ID.bad,
      ...['step', 'resolved_model', 'tool_call', 'tool_result', 'error', 'tollgate.x'].map((value) => ({
        why: `Tollgate's own type ${value}`,
        value,
      })),
    ],
  },
  'CustomEvent.payload': STRUCT,
  'StartRunRequest.inputs': STRUCT,
  'FinishRunRequest.status': choice(2, 3, 4, 5, 6, 7),
  'FinishRunRequest.runtime': duration(0, 31_536_000),
  'CreateSessionRequest.delegation_chain': list(PRINCIPAL, 16),
  'CreateSessionRequest.all': { bad: [], good: [{}] },
  'CreateSessionRequest.tools': MESSAGE,
  'ToolList.names': list(ID, 256),
  'CreateSessionRequest.time_limit': duration(1, 86_400),
  'CreateSessionRequest.call_budget': integer(0, 1_000_000),
  'CreateSessionRequest.rate_limit': integer(1, 1_000_000),
  'CreateSessionRequest.rate_window': duration(10, 3_600),
  'CreateSessionRequest.parent_session_id': REFUSED_WHENEVER_GIVEN,
  'ListSessionsRequest.status': choice(1, 2, 3),
  'BindIdentityRequest.identity': MESSAGE,
  'BindIdentityRequest.ttl': duration(1, 86_400),
  'Identity.platform': {
    bad: [...ID.bad, ...['Discord', 'dis cord', 'é', 'a:b'].map((value) => ({ why: JSON.stringify(value), value }))],
    good: ['x'.repeat(128), 'a_b-9'],
  },
  'Identity.user_aliases': {
    ...ALIASES,
    bad: [
      ...ALIASES.bad,
      ...['alice', ':alice', 'github:', 'GitHub:alice'].map((alias) => ({
        why: JSON.stringify(alias),
        value: ['github:bob', alias],
      })),
    ],
  },
  // Output only: ignored in a request, whatever it holds.
  'Identity.principal': { bad: [], good: ['', 'x'.repeat(1_000), 'a\u0000', Buffer.from([0xff])] },
  'GetPolicyRequest.revision': {
    good: ['ab'.repeat(32)],
    bad: ['', 'ab'.repeat(31), 'AB'.repeat(32), 'g'.repeat(64), Buffer.from([0xff])].map((value) => ({
      why: 'no revision',
      value,
    })),
  },
  'ListRunsRequest.status': choice(1, 2, 3, 4, 5, 6, 7),
  'ListRunEventsRequest.after_sequence': {
    bad: TOKENS.bad,
    good: [0, Number.MAX_SAFE_INTEGER],
  },
  'GetLastRunsRequest.skill_ids': list(ID, 100),
  'VerifyRunRequest.checkpoints': list(text(4_096, { controlAllowed: true }), 8),
  'GetInclusionProofRequest.sequence': PLACE,
  'GetInclusionProofRequest.tree_size': PLACE,
  'GetConsistencyProofRequest.from_size': SIZE,
  'GetConsistencyProofRequest.to_size': SIZE,
  // With a decision that there is, the trace must be its own, which is a test of its own.
  'DecisionFilter.effect': {
    ...choice(1, 2),
    bad: [...choice(1, 2).bad, { why: 'one that does not exist', value: 3 }],
  },
  'DecisionFilter.reason': choice(...Array.from({ length: 33 }, (_, index) => index + 1)),
  'DecisionFilter.rpc': {
    bad: [...ID.bad, ...['authorize', 'GetRun', '__proto__'].map((value) => ({ why: value, value }))],
    good: ['Authorize', 'ReloadPolicy'],
  },
};

/** @throws for a field that nobody has given a rule */
export function ruleOf(type: Type, field: string): Rule | typeof MESSAGE {
  const rule = BY_FIELD[`${type.name}.${field}`] ?? BY_NAME[field];
  if (!rule) throw new Error(`${type.name}.${field} has no rule in test/e2e/rpc/field-rules.ts`);
  return rule;
}

export const OWN_ID = '01890a5d-ac96-774b-bcce-b302099a8000';

/** A request of each type in which nothing is wrong; of a oneof, and of what the matrix adds, one member. */
const SOUND: Readonly<Record<string, WireMessage>> = {
  AuthorizeRequest: { session_id: OWN_ID, agent_id: 'agent', tool: 'tool', run_id: OWN_ID },
  ConsumeBudgetRequest: { session_id: OWN_ID, agent_id: 'agent' },
  ValidateScopeRequest: { scope: 'skill', run_id: OWN_ID },
  CheckSlashRequest: { platform: 'discord', command: '/help' },
  DescribeSlashAccessRequest: { platform: 'discord' },
  AppendAuditRequest: { run_id: OWN_ID, events: [{ error: { message: 'oh' } }] },
  StartRunRequest: { trace_id: 'trace', skill_id: 'skill' },
  FinishRunRequest: { run_id: OWN_ID, status: 2 },
  GetRunRequest: { run_id: OWN_ID },
  CreateSessionRequest: { agent_id: 'agent', all: {} },
  GetSessionRequest: { session_id: OWN_ID },
  CloseSessionRequest: { session_id: OWN_ID },
  DeactivateAgentRequest: { agent_id: 'agent' },
  ReactivateAgentRequest: { agent_id: 'agent' },
  GetAgentRequest: { agent_id: 'agent' },
  GetPolicyRequest: { revision: 'ab'.repeat(32) },
  BindIdentityRequest: { trace_id: 'trace', identity: { user_id: '5', platform: 'discord' } },
  GetIdentityRequest: { trace_id: 'trace' },
  ReleaseIdentityRequest: { trace_id: 'trace' },
  ListRunEventsRequest: { run_id: OWN_ID },
  ListChildRunsRequest: { parent_run_id: OWN_ID },
  GetRunChainRequest: { run_id: OWN_ID },
  ListFinishedRunsRequest: { finished_before: { seconds: 1 } },
  PurgeRunsRequest: { finished_before: { seconds: 1 } },
  PurgePayloadsRequest: { run_id: OWN_ID },
  VerifyRunRequest: { run_id: OWN_ID },
  GetCheckpointRequest: { run_id: OWN_ID },
  GetInclusionProofRequest: { run_id: OWN_ID, sequence: 1 },
  GetConsistencyProofRequest: { run_id: OWN_ID, from_size: 1 },
  ExportRunRequest: { run_id: OWN_ID },
  GetDecisionRequest: { decision_id: OWN_ID },
  // Messages inside requests.
  SlashContext: { command: '/help' },
  Call: { tool: 'tool' },
  Invocation: {},
  AuditEvent: { error: { message: 'oh' } },
  StepEvent: {},
  StepResponse: {},
  TokenUsage: {},
  ToolUseEvent: { name: 'tool' },
  ErrorEvent: {},
  CustomEvent: { type: 'x' },
  Identity: { user_id: '5', platform: 'discord' },
  ToolList: {},
};

export function soundMessage(type: Type): WireMessage {
  return SOUND[type.name] ?? {};
}

/** The other members of the oneof that a field is in. */
function siblingsOf(type: Type, field: string): readonly string[] {
  const group = type.fields[field]?.partOf;
  return group ? group.oneof.filter((name) => name !== field) : [];
}

/** A sound message with one field set, in place of its siblings in a oneof. */
export function withField(type: Type, field: string, value: WireValue): WireMessage {
  const siblings = siblingsOf(type, field);
  const rest = Object.entries(soundMessage(type)).filter(([name]) => name !== field && !siblings.includes(name));
  return { ...Object.fromEntries(rest), [field]: value };
}

export interface FieldUnderTest {
  /** As BadRequest names it. */
  readonly path: string;
  readonly type: Type;
  readonly field: string;
  readonly rule: Rule;
  /** The whole request around a value for this field. */
  readonly request: (value: WireValue) => WireMessage;
}

/** Every field of a request, those of the messages inside it too. */
export function fieldsOf(
  type: Type,
  path = '',
  around: (message: WireMessage) => WireMessage = (m) => m,
): FieldUnderTest[] {
  return type.fieldsArray.flatMap((field): FieldUnderTest[] => {
    const rule = ruleOf(type, field.name);
    const request = (value: WireValue) => around(withField(type, field.name, value));
    if (rule !== MESSAGE) return [{ path: path + field.name, type, field: field.name, rule, request }];
    const inner = field.resolvedType as protobuf.Type;
    return fieldsOf(inner, `${path}${field.name}${field.repeated ? '[0]' : ''}.`, (message) =>
      request(field.repeated ? [message] : message),
    );
  });
}

export interface OneofUnderTest {
  readonly path: string;
  readonly request: (message: WireMessage) => WireMessage;
  readonly type: Type;
  readonly members: readonly string[];
}

/** Every oneof of a request that is no mere presence, those of the messages inside it too. */
export function oneofsOf(
  type: Type,
  path = '',
  around: (message: WireMessage) => WireMessage = (m) => m,
): OneofUnderTest[] {
  const own = type.oneofsArray
    .filter(({ oneof, fieldsArray }) => oneof.length > 1 || !fieldsArray[0]?.options?.proto3_optional)
    .map(({ name, oneof }) => ({ path: path + name, request: around, type, members: oneof }));
  const inner = type.fieldsArray.flatMap((field) => {
    if (ruleOf(type, field.name) !== MESSAGE) return [];
    const request = (message: WireMessage) => around(withField(type, field.name, field.repeated ? [message] : message));
    return oneofsOf(
      field.resolvedType as protobuf.Type,
      `${path}${field.name}${field.repeated ? '[0]' : ''}.`,
      request,
    );
  });
  return [...own, ...inner];
}

/** Any sound value for a field, a message among them. */
export function soundValue(type: Type, field: string): WireValue {
  const rule = ruleOf(type, field);
  return rule === MESSAGE ? soundMessage(type.fields[field]!.resolvedType as protobuf.Type) : rule.good[0]!;
}
