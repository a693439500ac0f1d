// What secret tools were told and returned, coming back in every text of a run.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../../src/core/limits.ts';
import { finderOf, remember } from '../../../../../src/core/redaction/memory/secret-memory.ts';
import { BUILT_IN, type RedactionRules } from '../../../../../src/core/redaction/scanner.ts';
import { type AuditEvent, shapeEvents } from '../../../../../src/core/run/audit.ts';
import { finishRun } from '../../../../../src/core/run/finish.ts';
import { type Run, runAt } from '../../../../../src/core/run/run.ts';
import { decodeRun, encodeRun } from '../../../../../src/state/codec/run-record.ts';
import { policyOf } from '../../policies.ts';
import { aRun, STARTED_AT } from '../../runs.ts';

const policy = policyOf({ tools: { vault_read: { secret: true } }, audit: { profile: 'compatible' } });
const NOW = STARTED_AT + 1_000;
const TOKENS = { input: 0, output: 0, thinking: 0, cacheRead: 0 };
const RULES: RedactionRules = { ...BUILT_IN, memoryKey: '000102030405060708090a0b0c0d0e0f' };

const use = (name: string, args: string, result: string, id = 'c1'): AuditEvent => ({
  kind: 'tool_use',
  name,
  id,
  args,
  result,
});
const step = (text: string, given: object = {}): AuditEvent => ({
  kind: 'step',
  iter: 1,
  response: { text, toolCalls: [], tokens: TOKENS, ...given },
});
const error = (message: string): AuditEvent => ({ kind: 'error', message });
const custom = (payload: unknown): AuditEvent => ({ kind: 'custom', type: 'note', payload: JSON.stringify(payload) });

function shape(events: readonly AuditEvent[], run = aRun(), rules = RULES) {
  return shapeEvents(run, events, policy, NOW, rules);
}

function afterSecret(result: string, args = '{}'): Run {
  return shape([use('vault_read', args, result), step('it said something')]).run;
}

/** Every text that a run keeps, with one text in each. */
function everywhere(text: string, run: Run, rules = RULES): string {
  const events = [
    step('nothing'),
    step(`I found ${text} there`),
    error(`failed: ${text}`),
    custom({ text, [text]: 1, deep: { list: [text, JSON.stringify({ text })] } }),
    use('read_file', JSON.stringify({ q: text }), `<${text}>`),
  ];
  const shaped = shape(events, run, rules);
  const finish = { status: 'error', output: text, error: `it was ${text}.`, runtimeMs: 1, fingerprint: 'f' } as const;
  const { output, error: ended } = finishRun(shaped.run, finish, NOW, rules).run;
  return [...shaped.records.map(({ data }) => data), output, ended].join('\n');
}

describe('what a secret tool returned', () => {
  test.each([
    ['a password', 's3cr3t-reply', 's3cr3t-reply'],
    ['a word that is no common one', '{"password":"swordfish"}', 'swordfish'],
    ['a PIN', 'The PIN is 4711.', '4711'],
    ['a number in JSON', '{"balance":918273}', '918273'],
    ['a key of JSON', '{"amber-falcon":true}', 'amber-falcon'],
    ['signs', '{"p":"aB3(x9!kQ7zR"}', 'x9!kQ7zR'],
    ['a part of a URL', 'https://host.example/p?sig=Zx81kq', 'Zx81kq'],
    ['a value of a pair', 'host=db7;pw=x9!kQ7zR', 'x9!kQ7zR'],
    ['letters of other alphabets', 'ключ: верблюд', 'верблюд'],
    ['in another case', 'Token GRANITE7', 'granite7'],
    ['behind an escape', '{"lines":"first\\nx9tulip8"}', 'x9tulip8'],
  ])('is taken out wherever it comes back: %s', (_, result, secret) => {
    expect(everywhere(secret, aRun())).toContain(secret);
    const stored = everywhere(secret, afterSecret(result));
    expect(stored).not.toContain(secret);
    expect(stored).toContain('[redacted: secret_result]');
    // The rest of each text stays.
    expect(stored).toContain('I found');
  });

  test('is taken out of an event that comes before the next step, of the same append', () => {
    const { records } = shape([use('vault_read', '{}', 'amber-falcon-77'), error('got amber-falcon-77')]);
    expect(JSON.parse(records[2]!.data)).toEqual({ message: 'got [redacted: secret_result]' });
    expect(records[2]!.redactions).toEqual([{ pointer: '/message', rule: 'secret_result', bytes: 15 }]);
  });

  test('is what it was told, too', () => {
    expect(everywhere('amber-falcon-77', afterSecret('ok', '{"auth":"amber-falcon-77"}'))).not.toContain('falcon');
  });

  test('leaves texts that repeat none of it, and common words, as they are', () => {
    const run = afterSecret('{"status":"ok","message":"the file was saved","token":"x9tulip8"}');
    const text = 'the file was saved with status ok';
    const { records } = shape([step(text), error(text), custom({ status: 'ok' })], run);
    expect(records.map(({ data }) => JSON.parse(data))).toMatchObject([{ text }, { message: text }, { status: 'ok' }]);
  });

  test('leaves the names of tools and models, unless they are what no name is', () => {
    const run = afterSecret('{"tool":"read_file","model":"claude-3-5-sonnet-20241022","key":"Zx81kq77Lm02pQ9s"}');
    const events = [step('a', { model: 'claude-3-5-sonnet-20241022' }), use('read_file', '', '', 'Zx81kq77Lm02pQ9s')];
    const [first, , call] = shape(events, run).records.map(({ data }) => JSON.parse(data));
    expect(first.model).toBe('claude-3-5-sonnet-20241022');
    expect(call).toMatchObject({ name: 'read_file', id: '[redacted: secret_result]' });
  });

  test('is not found by a run that has not seen it: the twin without a memory', () => {
    const run = afterSecret('s3cr3t-reply');
    const forgetful = { ...run, shaping: { ...run.shaping, secrets: undefined } };
    expect(everywhere('s3cr3t-reply', forgetful)).toContain('s3cr3t-reply');
  });

  test('is nowhere in any text, whatever it is and whatever stands around it', () => {
    const alphabet = 'abcdefghijkLMNOPQ0123456789!#%+-@$^~';
    const secrets = fc
      .string({ unit: fc.constantFrom(...alphabet), minLength: 8, maxLength: 40 })
      .filter((text) => /^[a-zA-Z0-9].*[a-zA-Z0-9]$/.test(text));
    const around = fc.constantFrom(' ', '"', '\n', '(', ')', ',', ';', "'", '<', '>', '`', '.', '\t', '[', '}');
    fc.assert(
      fc.property(secrets, around, around, (secret, before, behind) => {
        const stored = everywhere(`x${before}${secret}${behind}y`, afterSecret(`{"value":${JSON.stringify(secret)}}`));
        expect(stored).not.toContain(secret);
      }),
    );
  });
});

describe('the memory', () => {
  const key = { key: RULES.memoryKey, runId: 'r-1' };
  const distinct = (count: number) => Array.from({ length: count }, (_, index) => `tok${1000 + index}`).join(' ');

  test('holds nothing of a secret, and other hashes for each run and each key', () => {
    const run = afterSecret('swordfish 4711 amber-falcon-77');
    const stored = JSON.stringify(run);
    for (const secret of ['swordfish', '4711', 'amber', 'falcon']) expect(stored).not.toContain(secret);
    const of = (runId: string, memoryKey: string) =>
      JSON.stringify(remember(undefined, ['4711'], { key: memoryKey, runId }));
    const all = [of('r-1', RULES.memoryKey), of('r-2', RULES.memoryKey), of('r-1', BUILT_IN.memoryKey)];
    expect(new Set(all).size).toBe(3);
  });

  test('is bounded: with more it keeps lengths only, and so with a text too long to look through', () => {
    const full = remember(undefined, [distinct(LIMITS.secretTokensMax)], key);
    expect(JSON.stringify(full).length).toBeLessThan(9_000);
    expect(full).not.toBe('lengths');
    expect(remember(full, ['amber-falcon-77'], key)).toBe('lengths');
    expect(remember(undefined, ['x'.repeat(LIMITS.secretTextLengthMax + 1)], key)).toBe('lengths');
    // The same again takes no more room.
    expect(remember(full, [distinct(LIMITS.secretTokensMax)], key)).toEqual(full);
  });

  test('made with another key lets no text through', () => {
    const run = afterSecret('s3cr3t-reply');
    const other = { ...RULES, memoryKey: BUILT_IN.memoryKey };
    expect(everywhere('s3cr3t-reply', run, other)).not.toContain('s3cr3t');
    expect(finderOf(run.shaping.secrets, { ...key, key: other.memoryKey })).toBe('lengths');
    expect(shape([use('vault_read', '', 'more')], run, other).run.shaping.secrets).toBe('lengths');
  });

  test('that keeps lengths only says so in each record', () => {
    const run = aRun({ shaping: { ...aRun().shaping, secrets: 'lengths' } });
    const { records } = shape([step('hello'), use('read_file', 'abc', 'de'), error('oh'), custom({ a: 1 })], run);
    expect(records.map(({ data }) => JSON.parse(data))).toMatchObject([
      { text_len: 5, text_redacted: true },
      { name: 'read_file', args_redacted: true, args_len: 3 },
      { name: 'read_file', result_redacted: true, result_len: 2 },
      { message: '[redacted: after_secret]' },
      { truncated: true, text: '[redacted: after_secret]' },
    ]);
    expect(records[3]!.redactions).toEqual([{ pointer: '/message', rule: 'after_secret', bytes: 2 }]);
  });

  test('ends with its run', () => {
    const run = afterSecret('s3cr3t-reply');
    const finish = { status: 'ok', output: undefined, error: undefined, runtimeMs: 1, fingerprint: 'f' } as const;
    expect(finishRun(run, finish, NOW, RULES).run.shaping.secrets).toBeUndefined();
    expect(runAt(run, 1, NOW + 1_000_000).shaping.secrets).toBeUndefined();
  });

  test('is stored with its run; a run of the format before, in which tools were used, keeps lengths only', () => {
    const run = afterSecret('s3cr3t-reply');
    expect(decodeRun(encodeRun(run))).toEqual(run);
    const old = (changes: Partial<Run>) =>
      decodeRun(Buffer.from(encodeRun(aRun(changes)).toString().replace('"format":3', '"format":2')));
    expect(old({ toolCallsCount: 1 }).shaping.secrets).toBe('lengths');
    expect(old({}).shaping.secrets).toBeUndefined();
    expect(old({ toolCallsCount: 1, status: 'ok' }).shaping.secrets).toBeUndefined();
    expect(() => decodeRun(Buffer.from(encodeRun(run).toString().replace('"format":3', '"format":4')))).toThrow(
      'format',
    );
  });
});
