// The real grpcurl, which knows nothing but what reflection tells it: it walks every service, method, message and enum, and
// finds what the proto files say, comments too. It then asks health and calls with the well-known types.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { type FoundGrpcurl, findGrpcurl } from '../../support/grpcurl.ts';
import { started } from '../../support/scene.ts';

const run = promisify(execFile);

const LISTENERS = {
  decision: ['PolicyDecisionService', 'RunService'],
  management: ['AgentService', 'AuditService', 'IdentityService', 'ServerService', 'SessionService'],
} as const;

const types = readTypes();

let grpcurl: FoundGrpcurl;
let open: OpenServer;
beforeAll(async () => {
  grpcurl = await findGrpcurl();
  if (grpcurl.missing) console.warn(`skipped: ${grpcurl.missing}`);
  else open = await openServer('embedded');
}, 300_000);
afterAll(() => open?.close());
beforeEach((context) => context.skip(grpcurl.missing !== undefined, grpcurl.missing));

type ListenerName = keyof typeof LISTENERS;

async function ask(listener: ListenerName, words: readonly string[], request?: object): Promise<string> {
  const data = request === undefined ? [] : ['-d', JSON.stringify(request)];
  const all = ['-plaintext', ...data, open.server[listener], ...words];
  return (await run(join(grpcurl.folder!, 'grpcurl'), all)).stdout;
}

const call = async (listener: ListenerName, method: string, request: object) =>
  JSON.parse(await ask(listener, [`tollgate.v1.${method}`], request));

describe.each(Object.keys(LISTENERS) as ListenerName[])('over the %s listener', (listener) => {
  const services = types.filter(
    (type): type is protobuf.Service =>
      type instanceof protobuf.Service && LISTENERS[listener].some((name) => name === type.name),
  );

  test('every service can be described at once', async () => {
    const described = await ask(listener, ['describe']);
    for (const { name } of services) expect(described).toContain(`tollgate.v1.${name} is a service:`);
    expect(described).toContain('grpc.health.v1.Health is a service:');
  });

  test('each service lists its methods', async () => {
    expect(services.map(({ name }) => name).toSorted()).toEqual(LISTENERS[listener]);
    for (const service of services) {
      const listed = (await ask(listener, ['list', `tollgate.v1.${service.name}`])).trim().split('\n');
      expect(listed).toEqual(service.methodsArray.map(({ name }) => `tollgate.v1.${service.name}.${name}`).toSorted());
    }
  });

  test('each of its services is described by the names and comments of its proto file', async () => {
    for (const service of services) await expectDescribed(listener, service);
  });

  test('health is asked for and watched like any other service', async () => {
    const health = (method: string, request: object) => ask(listener, [`grpc.health.v1.Health/${method}`], request);
    const service = `tollgate.v1.${LISTENERS[listener][0]}`;
    expect(JSON.parse(await health('Check', { service }))).toEqual({ status: 'SERVING' });
    const { statuses } = JSON.parse(await health('List', {}));
    expect(Object.keys(statuses)).toContain(service);
    expect(statuses['']).toEqual({ status: 'SERVING' });
    const watching = run(join(grpcurl.folder!, 'grpcurl'), [
      ...['-plaintext', '-max-time', '1', '-d', JSON.stringify({ service })],
      ...[open.server[listener], 'grpc.health.v1.Health/Watch'],
    ]);
    await expect(watching).rejects.toMatchObject({ stdout: expect.stringContaining('"status": "SERVING"') });
  });
});

test('each message and enum is described by the names and comments of its proto file', async () => {
  // Both listeners serve the same files, so it is enough to ask one of them about every type.
  const described = types.filter((type) => !(type instanceof protobuf.Service));
  expect(described.length).toBeGreaterThan(80);
  for (const type of described) await expectDescribed('decision', type);
});

async function expectDescribed(listener: ListenerName, type: (typeof types)[number]): Promise<void> {
  const described = await ask(listener, ['describe', `tollgate.v1.${type.name}`]);
  expect(namesIn(described), type.name).toEqual(namesOf(type));
  for (const comment of commentsOf(type)) expect(flowing(described), type.name).toContain(flowing(comment));
}

describe('a call with', () => {
  test('a Duration: a session’s time limit', async () => {
    const request = { agent_id: 'a', all: {}, time_limit: '90.5s' };
    const { session } = await call('management', 'SessionService/CreateSession', request);
    expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(90_500);
  });

  test('a Struct and a Timestamp: an event of the runner’s own kind', async () => {
    const { run_id } = await started(open.clients);
    const payload = { text: 'é', number: 1.5, yes: true, nothing: null, list: [1, 'a'], inner: { deep: {} } };
    const occurred_at = new Date(Date.now() - 1).toISOString();
    const events = [{ occurred_at, custom: { type: 'note', payload } }];
    await call('decision', 'PolicyDecisionService/AppendAudit', { run_id, events });
    const { event } = await call('management', 'AuditService/ListRunEvents', { run_id });
    expect(event).toMatchObject({ type: 'note', payload });
    // The run started a moment ago, and its first event is no older than it is.
    expect(Date.parse(event.occurredAt)).toBeGreaterThanOrEqual(Date.parse(occurred_at));
  });

  test('a Struct that a run keeps', async () => {
    const { trace_id } = await bindTrace();
    const inputs = { url: 'https://example.com', depth: 3 };
    const start = { trace_id, skill_id: 's', inputs };
    const { run: begun } = await call('decision', 'RunService/StartRun', start);
    expect((await call('decision', 'RunService/GetRun', { run_id: begun.runId })).run.inputs).toEqual(inputs);
  });
});

async function bindTrace(): Promise<{ trace_id: string }> {
  const trace_id = `trace-${process.pid}`;
  const identity = { platform: 'discord', user_id: '5' };
  await call('management', 'IdentityService/BindIdentity', { trace_id, identity, ttl: '60s' });
  return { trace_id };
}

/** Every service, message and enum of the package, as protobufjs reads them from the proto files. */
function readTypes(): (protobuf.Service | protobuf.Type | protobuf.Enum)[] {
  const root = new protobuf.Root();
  for (const file of readdirSync('proto/tollgate/v1')) {
    const source = readFileSync(`proto/tollgate/v1/${file}`, 'utf8');
    protobuf.parse(source, root, { keepCase: true, alternateCommentMode: true, preferTrailingComment: false });
  }
  return root.lookup('tollgate.v1') instanceof protobuf.Namespace
    ? ((root.lookup('tollgate.v1') as protobuf.Namespace).nestedArray as ReturnType<typeof readTypes>)
    : [];
}

/** Methods, fields with their numbers, or values with theirs. */
function namesOf(type: ReturnType<typeof readTypes>[number]): string[] {
  if (type instanceof protobuf.Service) return type.methodsArray.map(({ name }) => name).toSorted();
  if (type instanceof protobuf.Enum)
    return Object.entries(type.values)
      .map(([name, id]) => `${name} = ${id}`)
      .toSorted();
  return type.fieldsArray.map(({ name, id }) => `${name} = ${id}`).toSorted();
}

/** The same, from what grpcurl prints. */
function namesIn(described: string): string[] {
  const code = described.replace(/^\s*\/\/.*$/gm, '').replace(/^\s*reserved .*$/gm, '');
  const methods = [...code.matchAll(/^ *rpc (\w+)/gm)].map(([, name]) => name!);
  const numbered = [...code.matchAll(/(\w+) = (\d+)[; ]/gm)].map(([, name, id]) => `${name} = ${id}`);
  return (methods.length > 0 ? methods : numbered).toSorted();
}

function commentsOf(type: ReturnType<typeof readTypes>[number]): string[] {
  if (type instanceof protobuf.Enum) return [type.comment, ...Object.values(type.comments)].filter(isText);
  const parts = type instanceof protobuf.Service ? type.methodsArray : type.fieldsArray;
  return [type.comment, ...parts.map(({ comment }) => comment)].filter(isText);
}

function isText(comment: string | null): comment is string {
  return comment !== null && comment !== '';
}

/** Without the comment marks and the line ends, which each prints its own way. */
function flowing(text: string): string {
  return text
    .replace(/^\s*\/\/ ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}
