// Every form of a credential into every text of every request, each request one that would be stored: afterwards the raw store
// holds none of them.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type grpc from '@grpc/grpc-js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FieldUnderTest, fieldsOf, OWN_ID } from '../../e2e/rpc/field-rules.ts';
import { type Clients, clientsOf } from '../../support/clients.ts';
import { ENGINES } from '../../support/engines.ts';
import { randomFrom } from '../../support/random.ts';
import { startRedis } from '../../support/redis-server.ts';
import { callOf, started } from '../../support/scene.ts';
import { PATIENCE, startServer } from '../../support/server.ts';
import {
  encodeWire,
  METHODS,
  type MethodUnderTest,
  methodOf,
  sendBytes,
  structBytes,
  VALUES,
  type WireMessage,
  type WireValue,
} from '../../support/wire.ts';
import { testFolder } from '../../unit/config/folder.ts';
import { type Secret, secretsOf } from '../../unit/core/redaction/secrets.ts';
import { TREATMENTS, type Treatment } from './stored-fields.ts';

/** Credentials of many issuers, as they stand in texts. */
const FORMS = 'test/unit/core/redaction/cases/forms.json';
const NAME_BYTES_MAX = 128;
const EVENTS_MAX = 100;
/** Of those that are tried where nothing is stored. */
const FEW = 3;
const INVALID_ARGUMENT = 3;
/** No part of a secret that is long enough to be of use may be found. */
const PART = 12;

const KNOWN_VALUE = 'zebra-quilt-marmalade';
const OWN_PATTERN = 'acme[0-9]{4}-[a-z]{8}';

interface Planted {
  readonly method: MethodUnderTest;
  readonly under: FieldUnderTest;
  readonly name: string;
}

const isText = ({ type, field }: FieldUnderTest) =>
  type.fields[field]!.type === 'string' || type.fields[field]!.resolvedType?.name === 'Struct';

const PLANTED: readonly Planted[] = METHODS.flatMap((method) =>
  fieldsOf(method.request)
    .filter(isText)
    .map((under) => ({ method, under, name: `${under.type.name}.${under.field}` })),
);

function secrets(): Secret[] {
  const own = (kind: string, text: string) => ({ kind, text, secret: text });
  const listed: { name: string; text: string; secret: string }[] = JSON.parse(readFileSync(FORMS, 'utf8')).cases;
  return [
    own('a known value', KNOWN_VALUE),
    own('of the operator’s pattern', 'acme4711-abcdefgh'),
    ...secretsOf(randomFrom(7)),
    ...listed.map(({ name, text, secret }) => ({ kind: name, text, secret })),
  ];
}

/** Those that are a credential by themselves, and no text around one. */
function asNames(all: readonly Secret[]): Secret[] {
  return all
    .map((one) => ({ ...one, text: /^the value is (\S+) here$/.exec(one.text)?.[1] ?? one.text }))
    .filter(({ text }) => text.length <= NAME_BYTES_MAX && /^[^\s="'{}<>]+$/.test(text));
}

test('every text of every request has a row that says what becomes of a credential in it', () => {
  const known = new Set(Object.keys(TREATMENTS));
  expect(PLANTED.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  const there = new Set(PLANTED.map(({ name }) => name));
  expect([...known].filter((name) => !there.has(name))).toEqual([]);
});

describe.each(ENGINES)('%s engine', (engine) => {
  test('stores none of them, whatever field they are in', { timeout: 300_000 }, async () => {
    const folder = testFolder({}, onTestFinished);
    const values = join(folder, 'values');
    writeFileSync(values, `${KNOWN_VALUE}\n`);
    chmodSync(values, 0o600);
    const store = testFolder({}, onTestFinished);
    const redis = engine === 'Redis' ? await startRedis({ appendonly: 'always', folder: store }) : undefined;
    const server = await startServer({
      ...(redis && { store: redis.url }),
      folder,
      policy: 'audit: { profile: compatible }\n',
      args: [
        ...['--set', `redaction.known_values_file=${values}`, '--set', 'asserted_facts=all'],
        ...['--set', `redaction.patterns=[{"name":"acme_key","pattern":"${OWN_PATTERN}"}]`],
      ],
      env: { ...PATIENCE, TOLLGATE_DECISION_LOG: 'all' },
    });
    const clients = clientsOf(server);
    onTestFinished(async () => {
      clients.close();
      await server.kill();
      await redis?.stop();
    });
    const scene = await sceneOf(clients);
    const all = secrets();
    const bare = asNames(all);
    const some = (index: number) => Array.from({ length: FEW }, (_, step) => bare[(index * FEW + step) % bare.length]!);
    const used = (treatment: Treatment, index: number) =>
      treatment === 'text' ? all : treatment === 'name' || treatment === 'refused' ? bare : some(index);

    for (const [index, { method, under, name }] of PLANTED.entries()) {
      const treatment = TREATMENTS[name];
      if (treatment === undefined || treatment === 'kept') continue;
      const requests = used(treatment, index).map(({ text }) => under.request(wireValueOf(under, text)));
      // What is refused is refused alone: in one request with others it would be hidden behind them.
      const isPacked = method.name === 'AppendAudit' && treatment !== 'refused';
      for (const request of isPacked ? packed(requests) : requests) {
        const code = await scene.send(method, request);
        if (treatment === 'refused') expect(code, name).toBe(INVALID_ARGUMENT);
      }
    }
    // What was sent was of a kind that is stored.
    expect(scene.answered).toBeGreaterThan(scene.sent / 3);
    await server.stop();

    const files = readdirSync(redis ? store : join(folder, 'data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
    const stored = files.join('\n');
    expect(stored).toContain('[redacted: known_value]');
    expect(stored).toContain('[redacted: acme_key]');
    expect(kindsIn(stored, all)).toEqual([]);
    expect(kindsIn(server.log.join('\n'), all)).toEqual([]);
    console.log(`${engine}: ${all.length} forms, ${scene.sent} requests, ${stored.length} bytes stored`);
  });
});

/** The kinds of those secrets of which a part is in a text. */
function kindsIn(text: string, all: readonly Secret[]): string[] {
  return all.filter((one) => tellingParts(one).some((part) => text.includes(part))).map(({ kind }) => kind);
}

/** A run of one character is no trace of a secret: the embedded engine fills keys with one. */
function tellingParts({ secret, text }: Secret): string[] {
  const parts = partsOf(secret).filter((part) => new Set(part).size > 1);
  return parts.length > 0 ? parts : partsOf(text).slice(0, 1);
}

function partsOf(text: string): string[] {
  if (text.length < PART) return [text];
  return Array.from({ length: Math.floor(text.length / PART) }, (_, index) =>
    text.slice(index * PART, (index + 1) * PART),
  );
}

function wireValueOf({ type, field }: FieldUnderTest, text: string): WireValue {
  const { resolvedType, repeated } = type.fields[field]!;
  if (!resolvedType) return repeated ? [text] : text;
  return structBytes([
    ['note', VALUES.text(text)],
    [text, VALUES.text('a name')],
  ]);
}

/** As many events in one request as it may hold. */
function packed(requests: readonly WireMessage[]): WireMessage[] {
  const [first] = requests;
  if (!first?.events || requests.some(({ idempotency_key }) => idempotency_key !== undefined)) return [...requests];
  const events = requests.flatMap((request) => request.events as readonly WireMessage[]);
  return Array.from({ length: Math.ceil(events.length / EVENTS_MAX) }, (_, index) => ({
    ...first,
    events: events.slice(index * EVENTS_MAX, (index + 1) * EVENTS_MAX),
  }));
}

/** A session, a run and a trace that are there, put into each request in place of those that are not. */
async function sceneOf(clients: Clients) {
  const call = await callOf(clients);
  let run = (await started(clients, { trace_id: call.trace_id })).run_id as string;
  let agents = 0;
  const live = (key: string, value: WireValue): WireValue => {
    if (Buffer.isBuffer(value)) return value;
    if (Array.isArray(value)) return value.map((item) => live(key, item));
    if (typeof value === 'object') return lively(value as WireMessage);
    if (value === 'trace') return call.trace_id;
    if (value === 'agent') return call.agent_id;
    if (value !== OWN_ID) return value;
    return key === 'session_id' ? call.session_id : run;
  };
  const lively = (message: WireMessage): WireMessage =>
    Object.fromEntries(Object.entries(message).map(([key, value]) => [key, live(key, value)]));

  const scene = {
    sent: 0,
    answered: 0,
    /** @returns the status of the answer */
    async send(method: MethodUnderTest, request: WireMessage): Promise<number> {
      if (method.name === 'FinishRun') run = (await started(clients, { trace_id: call.trace_id })).run_id;
      let given = lively(request);
      // Of its own, since one may have so many sessions and no more, and is deactivated for good.
      if (given.agent_id === call.agent_id && /^(CreateSession|DeactivateAgent)$/.test(method.name)) {
        given = { ...given, agent_id: `agent-${agents++}` };
      }
      const bytes = encodeWire(methodOf(method.name).request, given);
      scene.sent += 1;
      return sendBytes(clients.raw(method.service), method, bytes).then(
        () => {
          scene.answered += 1;
          return 0;
        },
        (error: grpc.ServiceError) => error.code,
      );
    },
  };
  return scene;
}
