// The replies of the scripts: one table names the fields of each, in their order. The loader writes the Lua side from it
// (`reply { now = now, facts = facts }` becomes a list), and `fieldsOf` reads the list by the same names.
import { internal } from './errors.ts';

/** What a field holds; with `?` it may be absent. */
type FieldType = 'number' | 'bytes' | 'text' | 'texts' | 'rows';
type Fields = Readonly<Record<string, FieldType | `${FieldType}?`>>;

/** The codes of a charge's answer: a code is its place here. */
export const CHARGE_CODES = [
  'FAILED',
  'CHARGED',
  'REPLAYED',
  'NOTHING_TO_CHARGE',
  'IDENTITY_CHANGED',
  'KEY_REUSED',
  'TOO_MANY_KEYS',
  'SESSION_UNKNOWN',
  'AGENT_MISMATCH',
  'OWNER_MISMATCH',
  'SESSION_CLOSED',
  'SESSION_EXPIRED',
  'BUDGET_EXHAUSTED',
  'TOOL_NOT_GRANTED',
  'SENSITIVITY_EXCEEDED',
  'RATE_LIMITED',
  'RATE_IMPOSSIBLE',
  'ROLLED_BACK',
] as const;

/** The denials that tell the caller nothing of a session: there is none, or it is not the caller's. */
export const CONCEALED_DENIALS = ['SESSION_UNKNOWN', 'AGENT_MISMATCH', 'OWNER_MISMATCH'] as const;

/** By script; a script with replies of several forms has a row for each, `script.form`. */
export const REPLIES = {
  'bind-identity': { kind: 'text', expires_at: 'number?', found: 'bytes?' },
  'charge.failed': { code: 'number', message: 'text' },
  'charge.bare': { code: 'number' },
  'charge.concealed': { code: 'number', record: 'bytes?' },
  'charge.session': {
    code: 'number',
    time_limit: 'number',
    call_budget: 'number',
    rate_limit: 'number',
    rate_window: 'number',
    created_at: 'number',
    closed_at: 'number',
    calls_made: 'number',
    window_start: 'number',
    window_calls: 'number',
    sequence: 'number',
    clock: 'number',
    generation: 'number',
    current: 'number',
    previous: 'number',
    first_decision: 'bytes?',
    call_index: 'number?',
    retry_after: 'number?',
    record: 'bytes?',
  },
  'close-session': { kind: 'text', now: 'number?', facts: 'bytes?', counters: 'bytes?' },
  'deactivate-agent': { deactivated_at: 'number', sessions: 'texts' },
  'drop-sessions': { removed: 'number', left: 'number', expired: 'rows' },
  'drop-sessions.expired': { agent: 'text', session: 'text' },
  'insert-session': { kind: 'text', created_at: 'number?' },
  'observe-data': { name: 'text', before: 'text' },
  'read-agent': { deactivated_at: 'text?', live_sessions: 'number' },
  'read-decisions': { now: 'number', records: 'rows' },
  'read-decisions.record': { bytes: 'bytes?' },
  'read-identities': { now: 'number', identities: 'rows' },
  'read-identities.identity': { kind: 'text', bytes: 'bytes?', left_ms: 'number?' },
  'read-run': {
    now: 'number',
    revision: 'text?',
    run: 'bytes?',
    remembered: 'bytes?',
    run_decisions: 'number',
    lost_changes: 'text?',
  },
  'read-runs': { now: 'number', runs: 'rows' },
  'read-runs.run': { revision: 'text?', run: 'bytes?' },
  'read-sessions': { now: 'number', sessions: 'rows' },
  'read-sessions.session': { facts: 'bytes?', counters: 'bytes?' },
  'record-decision': { now: 'number', record: 'bytes' },
  'reserve-slot-lease': { kind: 'text', session: 'text?', holders: 'texts?' },
  'restore-high-water-mark': { lost: 'number', counters: 'bytes?' },
} as const satisfies Readonly<Record<string, Fields>>;

export type ReplyName = keyof typeof REPLIES;

interface ValueOf {
  readonly number: number;
  readonly bytes: Buffer;
  readonly text: string;
  readonly texts: readonly string[];
  readonly rows: readonly unknown[];
}
type Value<Type> = Type extends keyof ValueOf
  ? ValueOf[Type]
  : Type extends `${infer Present extends keyof ValueOf}?`
    ? ValueOf[Present] | undefined
    : never;
export type ReplyFields<Name extends ReplyName> = {
  readonly [Field in keyof (typeof REPLIES)[Name]]: Value<(typeof REPLIES)[Name][Field]>;
};

/** The fields of a reply by their names. @throws Failure internal for a reply of another form */
export function fieldsOf<Name extends ReplyName>(name: Name, reply: unknown): ReplyFields<Name> {
  const fields: Record<string, unknown> = {};
  if (!Array.isArray(reply)) throw malformed(name);
  let place = 0;
  const row: Fields = REPLIES[name];
  for (const field in row) fields[field] = checked(name, row[field]!, reply[place++]);
  return fields as ReplyFields<Name>;
}

/** The rows of a reply's field, each by its names. */
export function rowsOf<Name extends ReplyName>(name: Name, rows: readonly unknown[]): ReplyFields<Name>[] {
  return rows.map((row) => fieldsOf(name, row));
}

function checked(name: ReplyName, type: Fields[string], value: unknown): unknown {
  switch (type) {
    case 'number':
    case 'number?':
      if (typeof value === 'number') return value;
      break;
    case 'bytes':
    case 'bytes?':
      if (Buffer.isBuffer(value)) return value;
      break;
    case 'text':
    case 'text?':
      if (Buffer.isBuffer(value)) return value.toString();
      break;
    case 'texts':
    case 'texts?':
      if (Array.isArray(value)) return value.map(String);
      break;
    default:
      if (Array.isArray(value)) return value;
  }
  if (type.endsWith('?') && (value === null || value === undefined)) return undefined;
  throw malformed(name);
}

function malformed(name: ReplyName) {
  return internal(new Error(`a reply of another form than ${name}`));
}

/** The codes of a charge as constants of Lua, and which of them conceal the session. */
export function chargeCodesInLua(): string {
  const numbers = CHARGE_CODES.map((_, code) => code).join(', ');
  const isConcealed = CONCEALED_DENIALS.map((denial) => `code == ${denial}`).join(' or ');
  return `local ${CHARGE_CODES.join(', ')} = ${numbers}\nlocal function is_concealed(code) return ${isConcealed} end`;
}

/**
 * Writes each `reply { name = value, ... }` of a script, or `reply.form { ... }`, as a list in the order of the table. A field that
 * is left out is false, or ends the list.
 *
 * @throws for a name that the table does not have
 */
export function withReplies(script: string, source: string): string {
  const call = /\breply(?:\.(\w+))? \{/g;
  let written = '';
  let from = 0;
  for (let match = call.exec(source); match; match = call.exec(source)) {
    const name = match[1] === undefined ? script : `${script}.${match[1]}`;
    const { items, end } = itemsIn(source, call.lastIndex);
    written += source.slice(from, match.index) + listOf(name, items);
    from = end;
    call.lastIndex = end;
  }
  return written + source.slice(from);
}

/** The pieces of a Lua table between commas of its own level. */
function itemsIn(source: string, start: number): { items: string[]; end: number } {
  const items: string[] = [];
  let depth = 0;
  let itemStart = start;
  let isQuoted = false;
  for (let at = start; at < source.length; at++) {
    const character = source[at]!;
    if (character === "'") isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (depth === 0 && (character === ',' || character === '}')) {
      items.push(source.slice(itemStart, at).trim());
      itemStart = at + 1;
      if (character === '}') return { items: items.filter((item) => item !== ''), end: at + 1 };
    }
    if ('({['.includes(character)) depth++;
    if (')}]'.includes(character)) depth--;
  }
  throw new Error('a reply without an end');
}

function listOf(name: string, items: readonly string[]): string {
  const row: Fields | undefined = (REPLIES as Readonly<Record<string, Fields>>)[name];
  if (!row) throw new Error(`the table of replies has no ${name}`);
  const given = new Map(
    items.map((item) => {
      const [, field, value] = /^(\w+) = ([\s\S]+)$/.exec(item) ?? [];
      if (field === undefined || value === undefined || !(field in row)) throw new Error(`${name} has no ${item}`);
      return [field, value];
    }),
  );
  const values = Object.entries(row).map(([field, type]) => {
    const value = given.get(field);
    if (value === undefined && !type.endsWith('?')) throw new Error(`a reply ${name} without ${field}`);
    return value;
  });
  while (values.at(-1) === undefined) values.pop();
  return `{ ${values.map((value) => value ?? 'false').join(', ')} }`;
}
