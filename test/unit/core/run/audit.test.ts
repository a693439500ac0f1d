import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storable } from '../../../../src/core/redaction/storable.ts';
import {
  type AuditEvent,
  isReservedType,
  type StepResponse,
  shapeEvents,
  storableJson,
} from '../../../../src/core/run/audit.ts';
import type { Run } from '../../../../src/core/run/run.ts';
import { utf8Length } from '../../../../src/core/text.ts';
import { policyOf } from '../policies.ts';
import { aRun, STARTED_AT } from '../runs.ts';

const policy = policyOf({ tools: { vault_read: { secret: true } }, audit: { profile: 'compatible' } });
const NOW = STARTED_AT + 1_000_000;
const NO_TOKENS = { input: 0, output: 0, thinking: 0, cacheRead: 0 };

function step(text: string, more: Partial<StepResponse> = {}, at?: number): AuditEvent {
  const response = { text, toolCalls: [], tokens: NO_TOKENS, ...more };
  return { kind: 'step', iter: 1, response, ...(at === undefined ? {} : { occurredAtMs: STARTED_AT + at }) };
}

const noAnswer: AuditEvent = { kind: 'step', iter: 1 };

function use(name: string, result = 'result', args = '{}'): AuditEvent {
  return { kind: 'tool_use', name, id: 'c1', args, result };
}

function shape(events: AuditEvent[], run: Run = aRun(), now = NOW) {
  const shaped = shapeEvents(run, events, policy, now);
  const records = shaped.records.map((record) => ({ ...record, data: JSON.parse(record.data) }));
  return { run: shaped.run, records, data: records.map(({ data }) => data) };
}

describe('time', () => {
  test('of an event is kept between the last event and now', () => {
    const at = (ms: number): AuditEvent => ({ kind: 'error', message: '', occurredAtMs: STARTED_AT + ms });
    const { records } = shape([at(-5), at(50), at(20), at(5_000_000), at(60)]);
    expect(records.map(({ occurredAtMs }) => occurredAtMs - STARTED_AT)).toEqual([0, 50, 50, 1_000_000, 1_000_000]);
  });

  test('is the store’s where the event has none', () => {
    expect(shape([{ kind: 'error', message: '' }]).records[0]?.occurredAtMs).toBe(NOW);
  });

  test('between steps counts from step to step, whatever happened between, and over appends', () => {
    const first = shape([
      step('a', {}, 40),
      { ...use('read_file'), occurredAtMs: STARTED_AT + 70 },
      step('b', {}, 100),
    ]);
    expect(first.data.map((data) => data.step_ms)).toEqual([40, undefined, undefined, 60]);
    const second = shape([{ ...noAnswer, occurredAtMs: STARTED_AT + 130 }, step('c', {}, 131)], first.run);
    expect(second.data.map((data) => data.step_ms)).toEqual([30, 1]);
  });

  test('of the last touch is now, and never goes back', () => {
    const { run } = shape([step('a', {}, 1)]);
    expect(run.touchedAtMs).toBe(NOW);
    expect(shape([step('a')], run, NOW - 10).run.touchedAtMs).toBe(NOW);
    expect(shape([step('a')], shape([step('a')]).run, NOW - 10).records[0]?.occurredAtMs).toBe(NOW);
  });
});

describe('a model', () => {
  test('is resolved by the first step that names one, once per run', () => {
    const { run, records } = shape([
      step('a'),
      step('b', { model: '' }),
      step('c', { model: 'm1' }),
      step('d', { model: 'm2' }),
    ]);
    expect(records.map(({ type }) => type)).toEqual(['step', 'step', 'step', 'resolved_model', 'step']);
    expect(records[3]?.data).toEqual({ model: 'm1' });
    expect(records[1]?.data).not.toHaveProperty('model');
    expect(shape([step('e', { model: 'm3' })], run).records.map(({ type }) => type)).toEqual(['step']);
  });
});

describe('a secret', () => {
  const texts = (events: AuditEvent[], run?: Run) =>
    shape(events, run)
      .records.filter(({ type }) => type === 'step')
      .map(({ data }) => data.text ?? (data.text_redacted ? 'REDACTED' : 'NONE'));

  test('redacts the step that fires it and the step right after its result', () => {
    const fired = step('sending', { toolCalls: ['read_file', 'HTTP_Post'] });
    expect(texts([step('before'), fired, use('http_post'), step('it said'), step('later')])).toEqual([
      'before',
      'REDACTED',
      'REDACTED',
      'later',
    ]);
  });

  test('redacts the next answer whatever lies between, in the same append or not', () => {
    const between: AuditEvent[] = [use('read_file'), { kind: 'error', message: 'e' }, noAnswer];
    expect(texts([use('vault_read'), ...between, step('it said'), step('later')])).toEqual([
      'NONE',
      'REDACTED',
      'later',
    ]);
    const { run } = shape([use('vault_read'), ...between]);
    expect(run.shaping.secretPending).toBe(true);
    expect(texts([step('it said'), step('later')], run)).toEqual(['REDACTED', 'later']);
  });

  test('leaves a blank text without a mark', () => {
    expect(texts([step(' \u0085', { toolCalls: ['mcp_call'] })])).toEqual(['NONE']);
  });

  test('shows lengths and no bodies', () => {
    const { data } = shape([use('Vault_Read', '€€', 'é')]);
    expect(data).toEqual([
      { name: 'Vault_Read', id: 'c1', args_redacted: true, args_len: 2 },
      { name: 'Vault_Read', id: 'c1', result_redacted: true, result_len: 6 },
    ]);
  });

  test('is nowhere in what is stored, neither whole nor in part', () => {
    const name = fc.constantFrom('mcp_call', 'email_send', 'http_x', 'webhook_x', 'vault_read', 'VAULT_READ');
    fc.assert(
      fc.property(name, fc.nat(5_000), fc.boolean(), (tool, length, hasError) => {
        const secret = '§'.repeat(length + 1);
        const fired = step(secret, { toolCalls: [tool] });
        const between: AuditEvent[] = hasError ? [{ kind: 'error', message: 'failed' }, noAnswer] : [];
        const { records } = shapeEvents(
          aRun(),
          [fired, use(tool, secret, secret), ...between, step(secret)],
          policy,
          NOW,
        );
        expect(records.map(({ data }) => data).join('')).not.toContain('§');
      }),
    );
  });
});

describe('a cut', () => {
  test('marks the call only when its arguments were cut, the result always', () => {
    const long = 'x'.repeat(4_001);
    const [call, result] = shape([use('read_file', 'short', long)]).data;
    expect(call).toEqual({ name: 'read_file', id: 'c1', args: `${'x'.repeat(4_000)}…[+1 bytes]`, truncated: true });
    expect(result).toEqual({ name: 'read_file', id: 'c1', result: 'short', truncated: false });
  });

  test('comes after trimming, so blanks take nothing away from a text', () => {
    const text = `${' '.repeat(3_000)}${'x'.repeat(2_000)}`;
    expect(shape([step(text)]).data[0]).toMatchObject({ text_len: 5_000, text: 'x'.repeat(2_000) });
  });

  test('of an error leaves its message', () => {
    const [data] = shape([{ kind: 'error', message: 'é'.repeat(2_001) }]).data;
    expect(data).toEqual({ message: `${'é'.repeat(2_000)}…[+2 bytes]` });
  });

  test('of a payload leaves its beginning as text', () => {
    const payload = JSON.stringify({ a: 'x'.repeat(4_000) });
    expect(storableJson(payload).text).toBe(
      JSON.stringify({ truncated: true, text: `${payload.slice(0, 4_000)}…[+8 bytes]` }),
    );
    const fitting = JSON.stringify({ a: 'x'.repeat(4_000 - 8) });
    expect(storableJson(fitting).text).toBe(fitting);
    expect(shape([{ kind: 'custom', type: 'note', payload }]).records[0]).toMatchObject({
      type: 'note',
      data: { truncated: true },
    });
  });
});

describe('what is secret', () => {
  const KEY = `AKIA${'A'.repeat(16)}`;
  const MARK = '[redacted: aws_access_key]';
  const found = (pointer: string) => ({ pointer, rule: 'aws_access_key', bytes: 20 });

  test('is taken out of every text, and listed with its record', () => {
    const { records } = shape([
      step(`it is ${KEY}`, { model: KEY, finishReason: KEY }),
      { kind: 'tool_use', name: KEY, id: KEY, args: JSON.stringify({ a: KEY, password: 'p' }), result: KEY },
      { kind: 'error', message: KEY },
      { kind: 'custom', type: 'note', payload: JSON.stringify({ a: [KEY] }) },
      { kind: 'custom', type: `note of ${KEY}`, payload: '{}' },
    ]);
    expect(JSON.stringify(records)).not.toContain(KEY);
    const listed = records.map(({ type, redactions }) => [type, redactions]);
    expect(listed).toEqual([
      ['step', [found('/model'), found('/finish_reason'), found('/text')]],
      ['resolved_model', []],
      [
        'tool_call',
        [found('/args/a'), { pointer: '/args/password', rule: 'key_name', bytes: 3 }, found('/name'), found('/id')],
      ],
      ['tool_result', [found('/result'), found('/name'), found('/id')]],
      ['error', [found('/message')]],
      ['note', [found('/a/0')]],
      [`note of ${MARK}`, [found('')]],
    ]);
    expect(records[0]?.data).toMatchObject({ text: `it is ${MARK}`, model: MARK, text_len: 26 });
  });

  test('is taken out before anything is cut, so no cut leaves its head', () => {
    for (let before = 3_970; before <= 4_010; before++) {
      const { records } = shape([use('read_file', `${' '.repeat(before)}${KEY}`)]);
      expect(JSON.stringify(records)).not.toContain('AKIAAAA');
    }
  });

  test('is looked for as far as anything is kept, and what lies behind is counted', () => {
    const long = `-----BEGIN PRIVATE KEY-----${'x'.repeat(100_000)}`;
    const { records } = shape([use('read_file', long)]);
    const left = utf8Length(long) - 65_536;
    expect(records[1]?.data).toMatchObject({ result: `[redacted: private_key]…[+${left} bytes]`, truncated: true });
  });

  test('leaves no half of it where the search ends, however much was taken out before', () => {
    for (let inside = 1; inside <= KEY.length; inside++) {
      const start = '{"password":"';
      const taken = 'x'.repeat(65_536 - start.length - 4 - inside);
      const { records } = shape([use('read_file', `${start}${taken}" ] ${KEY} and more`)]);
      expect(JSON.stringify(records), `${inside}`).not.toContain('AKIA');
    }
  });

  test('is found in a text within JSON that goes on behind where the search ends', () => {
    const body = JSON.stringify({ password: 'hunter2', more: 'x'.repeat(70_000) });
    const { records } = shape([use('read_file', JSON.stringify({ body }))]);
    expect(JSON.stringify(records)).not.toContain('hunter2');
  });

  test('in the type of a custom event leaves one that is not too long to store', () => {
    const type = `Basic ${'A'.repeat(16)} `.repeat(5);
    const { records } = shape([{ kind: 'custom', type, payload: '{}' }]);
    expect(records[0]?.type).not.toContain('AAAA');
    expect(utf8Length(records[0]!.type)).toBeLessThan(256);
  });

  test('goes with the whole text where the search itself fails', () => {
    const stored = storable('text', 100, () => {
      throw new Error('a bug');
    });
    expect(stored).toEqual({
      text: '[redacted: scan_failed]',
      cut: false,
      redactions: [{ pointer: '', rule: 'scan_failed', bytes: 4 }],
    });
  });
});

describe('what is stored of a tool', () => {
  const stored = (document: object, name: string, args = '{"url":"u","n":1,"password":"p"}', result = 'done') => {
    const { records } = shapeEvents(
      aRun(),
      [{ kind: 'tool_use', name, id: 'c', args, result }],
      policyOf(document),
      NOW,
    );
    return records.map(({ data }) => {
      const { name: _, id: __, ...rest } = JSON.parse(data);
      return rest;
    });
  };
  const ALL = [{ args: '{"url":"u","n":1,"password":"[redacted: key_name]"}' }, { result: 'done', truncated: false }];
  const LENGTHS = [
    { args_redacted: true, args_len: 32 },
    { result_redacted: true, result_len: 4 },
  ];

  test.each<[string, object, string, object[]]>([
    ['an empty policy keeps bodies', {}, 'a', ALL],
    ['a policy that lists tools keeps lengths of all others', { tools: { b: {} } }, 'a', LENGTHS],
    ['and of those of which it says nothing', { tools: { a: {} } }, 'a', LENGTHS],
    ['unless its profile says otherwise', { tools: { b: {} }, audit: { profile: 'compatible' } }, 'a', ALL],
    ['the profile alone is enough', { audit: { profile: 'minimal' } }, 'a', LENGTHS],
    ['all', { tools: { a: { store: 'all' } } }, 'a', ALL],
    ['all, in any case', { tools: { a: { store: 'all' } } }, 'A', ALL],
    ['all, by prefix', { tools: { 'a*': { store: 'all' } } }, 'abc', ALL],
    ['lengths', { tools: { a: { store: 'lengths' } }, audit: { profile: 'compatible' } }, 'a', LENGTHS],
    ['none', { tools: { a: { store: 'none' } } }, 'a', [{ args_redacted: true }, { result_redacted: true }]],
    ['all of a secret tool is its lengths', { tools: { a: { store: 'all', secret: true } } }, 'a', LENGTHS],
    ['all of a built-in secret tool, too', { tools: { 'http_*': { store: 'all' } } }, 'http_get', LENGTHS],
    [
      'some fields',
      { tools: { a: { store: { fields: ['/args/url', '/args/password', '/args/none', '/result'] } } } },
      'a',
      [
        { ...LENGTHS[0], args_fields: { '/args/url': '"u"', '/args/password': '"[redacted: key_name]"' } },
        { ...LENGTHS[1], result_fields: { '/result': 'done' } },
      ],
    ],
  ])('%s', (_, document, name, expected) => expect(stored(document, name)).toEqual(expected));

  test('fields keep their digits, are told when they are cut, and nothing else is listed', () => {
    const document = { tools: { a: { store: { fields: ['/args/n', '/args/o'] } } } };
    const args = '{"n":12345678901234567890,"o":{"api_token":"t","x":[1]},"secret":"s"}';
    const { records } = shapeEvents(
      aRun(),
      [{ kind: 'tool_use', name: 'a', id: 'c', args, result: '' }],
      policyOf(document),
      NOW,
    );
    expect(JSON.parse(records[0]!.data).args_fields).toEqual({
      '/args/n': '12345678901234567890',
      '/args/o': '{"api_token":"[redacted: key_name]","x":[1]}',
    });
    expect(records[0]!.redactions).toEqual([{ pointer: '/args/o/api_token', rule: 'key_name', bytes: 3 }]);
    const long = stored(document, 'a', JSON.stringify({ n: 'x'.repeat(5_000) }));
    expect(long[0].args_fields).toMatchObject({ truncated: true });
  });
});

test('types that Tollgate writes, or may write, are not for custom events', () => {
  for (const own of ['step', 'resolved_model', 'tool_call', 'tool_result', 'error', 'tollgate.run_finished']) {
    expect(isReservedType(own), own).toBe(true);
  }
  for (const free of ['note', 'steps', 'tollgate', 'mytollgate.x', 'constructor']) {
    expect(isReservedType(free), free).toBe(false);
  }
});

const anyTool = fc.constantFrom('read_file', 'http_get', 'vault_read');
const anyEvent: fc.Arbitrary<AuditEvent> = fc
  .tuple(
    fc.oneof(
      fc.constant(noAnswer),
      fc
        .tuple(fc.string(), fc.constantFrom(undefined, 'm1', 'm2'), fc.subarray(['read_file', 'mcp_call']), fc.nat(9))
        .map(([text, model, toolCalls, tokens]) =>
          step(text, { model, toolCalls, tokens: { input: tokens, output: 1, thinking: 0, cacheRead: tokens } }),
        ),
      fc.tuple(anyTool, fc.string(), fc.string()).map(([name, args, result]) => use(name, result, args)),
      fc.string().map((message): AuditEvent => ({ kind: 'error', message })),
      fc.constant<AuditEvent>({ kind: 'custom', type: 'note', payload: '{}' }),
    ),
    fc.option(fc.integer({ min: -1_000, max: 2_000_000 }), { nil: undefined }),
  )
  .map(([event, at]) => (at === undefined ? event : { ...event, occurredAtMs: STARTED_AT + at }));

test('one append or many, the records and the run are the same', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), fc.nat(12), (events, split) => {
      const whole = shapeEvents(aRun(), events, policy, NOW);
      const head = shapeEvents(aRun(), events.slice(0, split), policy, NOW);
      const tail = shapeEvents(head.run, events.slice(split), policy, NOW);
      expect([...head.records, ...tail.records]).toEqual(whole.records);
      expect(tail.run).toEqual(whole.run);
    }),
  );
});

test('numbers have no gaps, times do not go back, and the counters count the records', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), fc.nat(99), (events, lastSequence) => {
      const { run, records } = shape(events, aRun({ lastSequence }));
      expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => lastSequence + 1 + index));
      expect(run.lastSequence).toBe(lastSequence + records.length);
      const times = records.map(({ occurredAtMs }) => occurredAtMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.every((at) => at >= STARTED_AT && at <= NOW)).toBe(true);
      expect(run.toolCallsCount).toBe(records.filter(({ type }) => type === 'tool_call').length);
      const total = (key: string) => records.reduce((sum, { data }) => sum + (data[key] ?? 0), 0);
      expect(run.tokens).toEqual({
        input: total('in_tokens'),
        output: total('out_tokens'),
        thinking: 0,
        cacheRead: total('cache_read_tokens'),
      });
      expect(total('step_ms')).toBe(run.shaping.lastStepAtMs - STARTED_AT);
    }),
  );
});

test('a token total stops where numbers stop being exact', () => {
  const huge = { ...NO_TOKENS, input: Number.MAX_SAFE_INTEGER };
  const { run } = shape([step('a', { tokens: huge }), step('b', { tokens: huge })]);
  expect(run.tokens.input).toBe(Number.MAX_SAFE_INTEGER);
});
