// Texts at the very edge of every length to which a ledger cuts them, in characters of one to four bytes, on their way
// through gRPC and an engine and back: never half a character, and the bytes left out are counted. What is no text of
// Unicode is refused, also where it would have been cut away.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/clients.ts';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { started } from '../../support/scene.ts';
import { encodeWire, methodOf, sendBytes, structBytes, VALUES, type WireMessage } from '../../support/wire.ts';

const CHARACTERS = ['a', 'é', '€', '😀'];
const STEP_TEXT = 2_000;
const BODY = 4_000;
const CALL_MAX = 100;
/** Ordinary words, none of them a secret. */
const FILLER = 'it was a fine day and '.repeat(300);

/** Ends in one character, or goes on behind it; that one begins so many bytes before or behind the cap. */
function textsAround(cap: number): string[] {
  return CHARACTERS.flatMap((character) =>
    Array.from({ length: 7 }, (_, index) => FILLER.slice(0, cap + index - 3) + character).flatMap((text) => [
      text,
      `${text}${character.repeat(7)}.`,
    ]),
  );
}

/** The rule once more, over bytes. */
function cutTo(cap: number, text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= cap) return text;
  let end = cap;
  while ((bytes[end]! & 0b1100_0000) === 0b1000_0000) end--;
  return `${bytes.toString('utf8', 0, end)}…[+${bytes.length - end} bytes]`;
}

const struct = (text: string) => ({ fields: { k: { stringValue: text } } });
const jsonOf = (text: string) => JSON.stringify({ k: text });
/** So that its JSON, not the text in it, ends around the cap. */
const inJson = (text: string) => text.slice(jsonOf('').length);
const shownOf = ({ fields }: Answer) =>
  fields.truncated ? fields.text.stringValue : jsonOf(fields.k?.stringValue ?? '');

interface Place {
  readonly cap: number;
  /** What is stored of a text whose bytes the place cuts. */
  readonly whole?: (text: string) => string;
  readonly event: (text: string) => object;
  readonly shown: (events: readonly Answer[]) => string[];
}

const payloads = (type: string, read: (fields: Answer) => string) => (events: readonly Answer[]) =>
  events.filter((event) => event.type === type).map(({ payload }) => read(payload));

const PLACES: Readonly<Record<string, Place>> = {
  'the text of a step': {
    cap: STEP_TEXT,
    event: (text) => ({ step: { response: { text } } }),
    shown: payloads('step', ({ fields }) => fields.text.stringValue),
  },
  'the arguments of a tool': {
    cap: BODY,
    event: (args) => ({ tool_use: { name: 'read_file', args } }),
    shown: payloads('tool_call', ({ fields }) => fields.args.stringValue),
  },
  'the result of a tool': {
    cap: BODY,
    event: (result) => ({ tool_use: { name: 'read_file', result } }),
    shown: payloads('tool_result', ({ fields }) => fields.result.stringValue),
  },
  'an error': {
    cap: BODY,
    event: (message) => ({ error: { message } }),
    shown: payloads('error', ({ fields }) => fields.message.stringValue),
  },
  'an event of its own kind': {
    cap: BODY,
    whole: (text) => jsonOf(inJson(text)),
    event: (text) => ({ custom: { type: 'note', payload: struct(inJson(text)) } }),
    shown: payloads('note', shownOf),
  },
};

/** No text of Unicode, each as an encoder without scruples writes it. */
const BROKEN: Readonly<Record<string, Buffer>> = {
  'a lone high surrogate': Buffer.from([0xed, 0xa0, 0xbd]),
  'a lone low surrogate': Buffer.from([0xed, 0xb8, 0x80]),
  'a pair of surrogates, each by itself': Buffer.from([0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  'a byte that goes on with nothing': Buffer.from([0x80]),
  'a beginning without its end': Buffer.from([0xf0, 0x9f, 0x98]),
  'an overlong form': Buffer.from([0xe0, 0x80, 0xaf]),
  'a number beyond Unicode': Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  'a byte that is never one': Buffer.from([0xff]),
};

describe.each(ENGINES)('%s engine', (engine) => {
  let open: OpenServer;
  let run_id: string;

  beforeAll(async () => {
    open = await openServer(engine, { policy: 'audit: { profile: compatible }\n' });
    run_id = (await started(open.clients)).run_id;
  });
  afterAll(() => open?.close());

  test.each(Object.entries(PLACES))('%s is cut to whole characters', async (_, { cap, whole, event, shown }) => {
    const { clients } = open;
    const run = (await started(clients)).run_id;
    const texts = textsAround(cap);
    for (let from = 0; from < texts.length; from += CALL_MAX) {
      const events = texts.slice(from, from + CALL_MAX).map(event);
      await clients.decisions('AppendAudit', { run_id: run, events });
    }
    const log = (await clients.stream('AuditService', 'ListRunEvents', { run_id: run })).map(({ event }) => event);
    expect(shown(log)).toEqual(texts.map((text) => cutTo(cap, whole ? whole(text) : text)));
  });

  test.each(['output', 'error'])('the %s of a run is cut to whole characters', async (field) => {
    for (const text of textsAround(BODY)) {
      const id = (await started(open.clients)).run_id;
      const request = { run_id: id, status: 'RUN_STATUS_OK', [field]: text };
      expect((await open.clients.runs('FinishRun', request)).run[field]).toBe(cutTo(BODY, text));
      expect((await open.clients.runs('GetRun', { run_id: id })).run[field]).toBe(cutTo(BODY, text));
    }
  });

  test('the inputs of a run are cut to whole characters', async () => {
    for (const text of textsAround(BODY)) {
      const { run_id: id } = await started(open.clients, { inputs: struct(inJson(text)) });
      const { inputs } = (await open.clients.runs('GetRun', { run_id: id })).run;
      expect(shownOf(inputs)).toBe(cutTo(BODY, jsonOf(inJson(text))));
    }
  });

  const texts: Readonly<Record<string, readonly [method: string, request: (text: Buffer) => WireMessage]>> = {
    'events[0].step.response.text': ['AppendAudit', (text) => ({ run_id, events: [{ step: { response: { text } } }] })],
    'events[0].tool_use.args': ['AppendAudit', (args) => ({ run_id, events: [{ tool_use: { name: 'x', args } }] })],
    'events[0].tool_use.result': [
      'AppendAudit',
      (result) => ({ run_id, events: [{ tool_use: { name: 'x', result } }] }),
    ],
    'events[0].error.message': ['AppendAudit', (message) => ({ run_id, events: [{ error: { message } }] })],
    'events[0].custom.payload': [
      'AppendAudit',
      (text) => ({
        run_id,
        events: [{ custom: { type: 'note', payload: structBytes([['k', VALUES.text(text)]]) } }],
      }),
    ],
    output: ['FinishRun', (output) => ({ run_id, status: 2, output })],
    error: ['FinishRun', (error) => ({ run_id, status: 2, error })],
    inputs: [
      'StartRun',
      (text) => ({ caller_id: 'discord:5', skill_id: 'x', inputs: structBytes([['k', VALUES.text(text)]]) }),
    ],
  };

  test.each(Object.entries(texts))('%s takes no broken character, before the cut or behind it', async (field, of) => {
    const [name, request] = of;
    const method = methodOf(name);
    const before = (await open.clients.runs('GetRun', { run_id })).run;
    for (const [why, broken] of Object.entries(BROKEN)) {
      for (const at of [0, STEP_TEXT - 1, BODY - 1, 6_000]) {
        const text = Buffer.concat([Buffer.from(FILLER.slice(0, at)), broken, Buffer.from('.')]);
        const bytes = encodeWire(method.request, request(text));
        const { code, fields } = await refusalOf(sendBytes(open.clients.raw(method.service), method, bytes));
        expect({ code, fields }, `${why} at ${at}`).toEqual({
          code: 'INVALID_ARGUMENT',
          fields: [field],
        });
      }
    }
    expect((await open.clients.runs('GetRun', { run_id })).run).toEqual(before);
  });
});
