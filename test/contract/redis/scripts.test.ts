// The scripts as text: headers that tell the truth, commands that Redis 6.2 knows, constants that are core's.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/core/limits.ts';
import type { SessionReason } from '../../../src/core/session/session-reason.ts';
import { DECISION_HEAD_BYTES, effectNumber, reasonNumber } from '../../../src/state/codec/decision-record.ts';
import { CHARGE_CODES as CODES, fieldsOf, REPLIES, withReplies } from '../../../src/state/redis/connection/replies.ts';
import { loadScripts, SCRIPT_NAMES } from '../../../src/state/redis/connection/scripts.ts';
import { DECISION_BUCKET_MS } from '../../../src/state/redis/keys.ts';

const FOLDER = new URL('../../../src/state/redis/lua/', import.meta.url);

/** Every command that scripts may call; all of them are as old as Redis 6.2 in the form in which they are used. */
const COMMANDS_OF_6_2 = new Set([
  'EXISTS',
  'GET',
  'HEXISTS',
  'HDEL',
  'HGET',
  'HGETALL',
  'HINCRBY',
  'HLEN',
  'HMGET',
  'HSET',
  'LINDEX',
  'LLEN',
  'LPOP',
  'LRANGE',
  'LSET',
  'PEXPIRE',
  'PTTL',
  'RPUSH',
  'SET',
  'TIME',
  'UNLINK',
  'ZADD',
  'ZCARD',
  'ZCOUNT',
  'ZRANGEBYSCORE',
  'ZREVRANGEBYSCORE',
  'ZREM',
  'ZREMRANGEBYSCORE',
  'ZSCORE',
]);

const files = ['', 'parts/'].flatMap((folder) =>
  readdirSync(new URL(folder, FOLDER))
    .filter((file) => file.endsWith('.lua'))
    .map((file) => ({ file, source: readFileSync(new URL(folder + file, FOLDER), 'utf8') })),
);
const own = new Map(files.map(({ file, source }) => [file.replace('.lua', ''), source]));

/** The names that a header lists under KEYS or ARGV; `...` stands before those that come any number of times. */
function listed(source: string, title: 'KEYS' | 'ARGV'): string[] {
  const lines = source.split('\n');
  const start = lines.indexOf(`-- ${title}`);
  const names = [];
  for (const line of lines.slice(start + 1)) {
    const name = /^--(?: {3}(\S+) {2,}\S| {6,}\S)/.exec(line);
    if (!name || start < 0) break;
    if (name[1]) names.push(name[1]);
  }
  return names;
}

/** The names that the code gives to KEYS or ARGV, by place; a place that is computed counts for the list's rest. */
function bound(source: string, title: 'KEYS' | 'ARGV'): string[] {
  const code = source.replace(/--.*$/gm, '');
  const pattern = new RegExp(`local (\\w+) = (?:tonumber\\()?${title}\\[(\\d+)\\]`, 'g');
  const places: string[] = [];
  for (const [, name, place] of code.matchAll(pattern)) places[Number(place) - 1] = name!;
  return places;
}

describe('scripts', () => {
  test('every file is a script that is loaded, or a part that is used', () => {
    const scripts = Object.values(loadScripts()).map(({ source }) => source);
    const firstLine = (source: string) => source.slice(0, source.indexOf('\n'));
    const unused = files.filter(({ source }) => !scripts.some((loaded) => loaded.includes(firstLine(source))));
    expect(unused.map(({ file }) => file)).toEqual([]);
    expect(readdirSync(FOLDER).filter((file) => file.endsWith('.lua'))).toHaveLength(SCRIPT_NAMES.length);
  });

  test.each(SCRIPT_NAMES)('%s: the header lists the keys and arguments that the code names, in its order', (name) => {
    const source = own.get(name)!;
    for (const title of ['KEYS', 'ARGV'] as const) {
      const names = listed(source, title);
      const fixed = names.filter((entry) => !entry.startsWith('...'));
      expect(names.length).toBeGreaterThan(0);
      expect(bound(source, title)).toEqual(fixed);
      const code = source.replace(/--.*$/gm, '');
      const readsRest = new RegExp(`${title}\\[[a-z]|unpack\\(${title}`).test(code);
      expect(readsRest).toBe(names.length > fixed.length);
    }
    expect(source).toMatch(/^-- Reply {2}\S/m);
  });

  test('no script calls a command that Redis 6.2 does not know', () => {
    const called = files.flatMap(({ file, source }) =>
      [...source.matchAll(/redis\.p?call\(\s*([^,)]+)/g)].map(([, command]) => ({ file, command })),
    );
    expect(called.length).toBeGreaterThan(50);
    expect(called.filter(({ command }) => !COMMANDS_OF_6_2.has(command!.replaceAll("'", '')))).toEqual([]);
    for (const { source } of files) expect(source).not.toMatch(/^#!|redis\.(setresp|acl_check_cmd|REDIS_VERSION)/m);
  });

  test('no script leaks a global or formats a large number by itself', () => {
    for (const { source } of files) {
      const code = source.replace(/--.*$/gm, '');
      expect(code).not.toMatch(/tostring\((?!problem)/);
      expect(code).not.toMatch(/^\s*function /m);
    }
  });

  test('the maxima are those of core', () => {
    const limits = own.get('limits')!;
    const constant = (name: string) => Number(new RegExp(`local ${name} = (\\d+)`).exec(limits)?.[1]);
    expect(constant('GENERATION_MS')).toBe(LIMITS.operationGenerationMs);
    expect(constant('OPERATIONS_MAX')).toBe(LIMITS.operationsMax);
    expect(constant('TIME_LIMIT_MS_MAX')).toBe(LIMITS.sessionTimeLimitMsMax);
    const decisions = own.get('decisions')!;
    expect(decisions).toContain(
      `local BUCKET_MS, SESSION_DENIALS_MAX, RUN_DENIALS_MAX = ${DECISION_BUCKET_MS}, ${LIMITS.sessionDenialsMax}, ${LIMITS.runDenialsMax}\n`,
    );
    expect(decisions).toContain(
      `local LIST_SLACK_SHARE, LIST_SLACK_MAX = ${LIMITS.decisionSlackShare}, ${LIMITS.decisionSlackMax}\n`,
    );
    expect(decisions).toContain(`local HEAD_BYTES = ${DECISION_HEAD_BYTES}\n`);
    expect(decisions).toContain(`local ALLOW, DENY = ${effectNumber('ALLOW')}, ${effectNumber('DENY')}\n`);
  });

  test('a denial’s code and its reason’s number are as far apart as the scripts say', () => {
    const distance = Number(/local CODE_TO_REASON = (\d+)/.exec(own.get('decisions')!)?.[1]);
    const denials = CODES.slice(CODES.indexOf('SESSION_UNKNOWN'), CODES.indexOf('RATE_IMPOSSIBLE') + 1);
    expect(denials).toHaveLength(10);
    for (const reason of denials) {
      expect(CODES.indexOf(reason) + distance).toBe(reasonNumber(reason as SessionReason));
    }
  });

  test('constants are written out as numbers, in code alone', () => {
    const { source } = loadScripts().charge;
    expect(source).toContain('{ 4 }');
    expect(source).toContain("redis.call('HMGET', key, 'f', 'm', 'l')");
    expect(source).toContain('-- Reply  {now, answer...}');
    const code = source.replace(/--.*$|'[^'\n]*'/gm, '');
    expect([...new Set(code.match(/\b[A-Z][A-Z_]+\b/g))].sort()).toEqual(['ARGV', 'KEYS']);
  });

  test.each(SCRIPT_NAMES)('%s: the header names every field of the reply that the table has', (name) => {
    const fields = Object.keys((REPLIES as Readonly<Record<string, object>>)[name] ?? {});
    const [, header = ''] = /^-- Reply {2}((?:.*\n--)*.*)/m.exec(own.get(name)!) ?? [];
    expect(fields.filter((field) => !header.includes(field))).toEqual([]);
    // A list that a script writes by hand has no names.
    if (fields.length > 0) expect(own.get(name)).not.toMatch(/return \{/);
  });

  test('a reply is written in the order of the table, and a name that the table lacks is refused', () => {
    const written = withReplies('read-runs', 'return reply { runs = f(a, { b, c }), now = now }');
    expect(written).toBe('return { now, f(a, { b, c }) }');
    expect(withReplies('bind-identity', "reply { kind = 'other', found = '' }")).toBe("{ 'other', false, '' }");
    expect(() => withReplies('read-runs', 'return reply { now = now, sessions = {} }')).toThrow(
      'read-runs has no sessions',
    );
    expect(() => withReplies('read-runs', 'return reply { now = now }')).toThrow('without runs');
  });

  test('a reply of another form is a failure of ours', () => {
    for (const reply of [null, 1, [], [Buffer.from('1'), []], [1, 2]]) {
      expect(() => fieldsOf('read-runs', reply)).toThrow(expect.objectContaining({ kind: 'internal' }));
    }
    expect(fieldsOf('bind-identity', [Buffer.from('bound'), 5])).toEqual({ kind: 'bound', expires_at: 5 });
  });
});
