// A thousand secrets through every field of every RPC, in metadata and as tokens, while the store works, fails in every way and
// says everything again that it was told. None of them may turn up in the log, in an error, in metrics or in traces.
//
// What a log line names on purpose are ids (see docs/operations.md): each under its own key, and only what was sent in the
// field of that name.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCollector } from '../../e2e/observability/otlp-receiver.ts';
import { ask, MONITORED, monitoringOf } from '../../e2e/observability/scrape.ts';
import { fieldsOf } from '../../e2e/rpc/field-rules.ts';
import { bearer, hashOf, makeCallers, type TestCallers, writeCallers } from '../../support/callers.ts';
import { clientsOf } from '../../support/clients.ts';
import { tollgate } from '../../support/command.ts';
import { startFakeRedis } from '../../support/fake-redis.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { extent } from '../../support/figures.ts';
import { startRedis } from '../../support/redis-server.ts';
import { PATIENCE, type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { encodeWire, METHODS, type MethodUnderTest, sendBytes, type WireMessage } from '../../support/wire.ts';
import { testFolder } from '../../unit/config/folder.ts';
import { Planter, plantedValues } from './planting.ts';

/** What may stand under these keys of a log line, and the fields that it may have come from. */
const NAMED_IN_LINES: Readonly<Record<string, RegExp>> = {
  agent_id: /\.agent_id$/,
  session_id: /\.session_id$/,
  run_id: /\.run_id$/,
  tool: /\.tool$/,
  principal: /^Identity\.(user_id|platform)$/,
};

/** Of all that is planted, every so many-th is tried again while the store fails. */
const SOME = extent({ cut: 24, whole: 3 });
const SLOWLY = extent({ cut: 20, whole: 2 });

const planter = new Planter();
/** Every error that a caller was told, with its trailers. */
const told: string[] = [];
let callers: TestCallers;
let admin: string;
const password = planter.plant('the password of the store');

beforeAll(() => {
  callers = makeCallers();
  admin = planter.plant('token of a known caller');
  writeCallers(callers.file, [{ name: 'admin', role: 'admin', tokens: [hashOf(admin)] }]);
});
afterAll(() => rmSync(dirname(callers.file), { recursive: true }));

const argsOf = () => ['--log-level', 'trace', '--set', `callers.file=${callers.file}`];

function metadataOf(token: string): grpc.Metadata {
  const metadata = bearer(token);
  for (const name of [
    'x-api-key',
    'cookie',
    'traceparent',
    'tracestate',
    'baggage',
    'grpc-metadata-secret',
    'x-request-id',
  ]) {
    metadata.set(name, planter.plant(`metadata ${name}`));
  }
  metadata.set('x-secret-bin', Buffer.from(planter.plant('metadata x-secret-bin')));
  return metadata;
}

async function send(client: grpc.Client, method: MethodUnderTest, request: WireMessage, token: string): Promise<void> {
  await sendBytes(client, method, encodeWire(method.request, request), metadataOf(token)).catch(
    (error: grpc.ServiceError) => {
      const trailers = Object.values(error.metadata.toHttp2Headers()).flat().map(String);
      const details = error.metadata
        .get('grpc-status-details-bin')
        .map((bytes) => Buffer.from(bytes as Buffer).toString('latin1'));
      told.push([method.name, error.message, error.details, ...trailers, ...details].join('\n'));
    },
  );
}

/** Every text and every Struct of every request, in each shape, one after the other. */
async function plantEverywhere(server: RunningServer, { everyNth = 1, paceMs = 0 } = {}): Promise<void> {
  const clients = clientsOf(server);
  let index = 0;
  for (const method of METHODS) {
    for (const { path, type, field, request } of fieldsOf(method.request)) {
      for (const value of plantedValues(planter, type, field, `${type.name}.${field}`)) {
        if (index++ % everyNth !== 0) continue;
        const token = index % 7 === 0 ? planter.plant(`a wrong token, beside ${path}`) : admin;
        await send(clients.raw(method.service), method, request(value), token);
        if (paceMs > 0) await sleep(paceMs);
      }
    }
  }
  clients.close();
}

/** A whole story, so that secrets are stored, read, repeated and contradicted. */
async function tellStory(server: RunningServer): Promise<void> {
  const clients = clientsOf(server);
  const secret = (origin: string) => planter.plant(origin);
  const call = async (
    name: string,
    request: WireMessage,
  ): Promise<Record<string, { [id: string]: string }> | undefined> => {
    const method = METHODS.find((each) => each.name === name)!;
    try {
      const [bytes] = await sendBytes(
        clients.raw(method.service),
        method,
        encodeWire(method.request, request),
        metadataOf(admin),
      );
      return bytes && (method.response.toObject(method.response.decode(bytes)) as never);
    } catch (error) {
      told.push(`${name}\n${(error as grpc.ServiceError).message}`);
      return undefined;
    }
  };
  const trace_id = secret('trace_id');
  const agent_id = 'teller';
  await call('BindIdentity', {
    trace_id,
    identity: { platform: 'discord', user_id: '222', channel_id: secret('channel_id') },
  });
  await call('BindIdentity', { trace_id, identity: { platform: 'discord', user_id: '333' } });
  const created = await call('CreateSession', {
    agent_id,
    all: {},
    declared_intent: secret('declared_intent'),
    call_budget: 1,
  });
  const session_id = created?.session?.session_id ?? '01890a5d-ac96-774b-bcce-b302099a8000';
  const started = await call('StartRun', { trace_id, session_id, skill_id: 'skill', channel_id: secret('channel_id') });
  const run_id = started?.run?.run_id ?? '01890a5d-ac96-774b-bcce-b302099a8000';
  const idempotency_key = secret('idempotency_key');
  for (const tool of ['read_file', 'http_get', 'shell_exec']) {
    await call('Authorize', {
      trace_id,
      session_id,
      agent_id,
      tool,
      run_id,
      scope: `user:${secret('scope')}`,
      idempotency_key,
    });
    await call('Authorize', { trace_id, session_id, agent_id, tool, idempotency_key });
    await call('Authorize', {
      trace_id,
      session_id,
      agent_id,
      tool,
      slash: { command: `/${secret('command')} ${secret('command')}` },
    });
  }
  await call('CheckSlash', { trace_id, chat_type: 'dm', command: secret('command') });
  await call('ValidateScope', { trace_id, run_id, scope: secret('scope') });
  for (const name of ['read_file', 'http_get', 'vault_read']) {
    await call('AppendAudit', {
      run_id,
      idempotency_key,
      events: [
        {
          tool_use: {
            name,
            id: secret('tool_use.id'),
            args: secret('tool_use.args'),
            result: secret('tool_use.result'),
          },
        },
        { step: { iter: 1, response: { text: secret('step.text'), model: secret('step.model') } } },
        { error: { message: secret('error.message') } },
      ],
    });
  }
  await call('ListRunEvents', { run_id });
  await call('FinishRun', { run_id, status: 2, output: secret('output'), error: secret('error') });
  await call('FinishRun', { run_id, status: 3, error: secret('error') });
  await call('GetRun', { run_id });
  await call('CloseSession', { session_id, idempotency_key: secret('idempotency_key') });
  clients.close();
}

/** What a line holds that none should: secrets under a key that names none, or that came from another field. */
function leaksIn(line: string): string[] {
  if (!line.startsWith('{')) return planter.foundIn(line);
  const { ...rest } = JSON.parse(line) as Record<string, unknown>;
  const named = Object.entries(NAMED_IN_LINES).flatMap(([key, origins]) => {
    const found = planter.foundIn(String(rest[key] ?? ''));
    delete rest[key];
    return found.filter((origin) => !origins.test(origin)).map((origin) => `${origin} under ${key}`);
  });
  return [...named, ...planter.foundIn(JSON.stringify(rest))];
}

function expectSilent(server: RunningServer): void {
  for (const line of server.log) expect(leaksIn(line), line).toEqual([]);
  expect(planter.foundIn(server.stderr())).toEqual([]);
  for (const text of told) expect(planter.foundIn(text), text).toEqual([]);
}

describe('no planted secret is told', () => {
  test('by a server whose store works, is slow, is cut off, and is away', async (t) => {
    const redis = await startRedis();
    t.onTestFinished(redis.stop);
    await redis.ask('ACL', 'SETUSER', 'teller', 'on', `>${password}`, '~*', '&*', '+@all');
    const proxy = await startFaultProxy(redis.port);
    t.onTestFinished(proxy.stop);
    const collector = await startCollector();
    t.onTestFinished(collector.close);
    const server = await startServer({
      store: `redis://teller:${password}@127.0.0.1:${proxy.port}/0`,
      args: argsOf(),
      env: {
        ...MONITORED,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        // What makes a gRPC library print headers, if nobody forbids it.
        GRPC_TRACE: 'all',
        GRPC_VERBOSITY: 'DEBUG',
      },
    });
    t.onTestFinished(server.kill);

    await plantEverywhere(server);
    await tellStory(server);
    proxy.set({ killShare: 0.2, dropAfterShare: 0.2, halveShare: 0.1 });
    await tellStory(server);
    await plantEverywhere(server, { everyNth: SOME });
    proxy.set({ blackHole: true });
    await tellStory(server);
    proxy.set({ refuse: true });
    await plantEverywhere(server, { everyNth: SOME });
    await tellStory(server);
    proxy.set({});
    const metrics = await ask(monitoringOf(server), '/metrics');
    const ready = await ask(monitoringOf(server), '/readyz');
    await server.stop();

    expect(planter.count).toBeGreaterThan(1_000);
    expect(told.length).toBeGreaterThan(100);
    expectSilent(server);
    expect(metrics.text).toContain('tollgate_rpcs_total');
    expect(planter.foundIn(metrics.text + ready.text)).toEqual([]);
    expect(collector.spans.length).toBeGreaterThan(100);
    for (const body of collector.bodies) expect(planter.foundIn(body.toString('latin1'))).toEqual([]);
    // The log is one in which something can be found.
    const ids = server.log.flatMap((line) => planter.foundIn(line));
    expect(ids.length).toBeGreaterThan(0);
    console.log(
      `${planter.count} secrets, ${told.length} errors, ${server.log.length} lines, ${collector.spans.length} spans`,
    );
  });

  test('by a server whose store repeats in its errors all that it was sent', async (t) => {
    const asked = new Set(['EVALSHA', 'EVAL', 'GET', 'SET', 'SCRIPT', 'MGET']);
    let isEchoing = false;
    const redis = await startFakeRedis({
      answer: ([name = '', ...args]) => (isEchoing && asked.has(name) ? echo(name, args) : undefined),
    });
    t.onTestFinished(redis.stop);
    const server = await startServer({ store: `redis://127.0.0.1:${redis.port}/0`, args: argsOf() });
    t.onTestFinished(server.kill);
    isEchoing = true;
    // Slowly, since of one kind only so many lines are written in a second.
    await plantEverywhere(server, { everyNth: SLOWLY, paceMs: 60 });
    await tellStory(server);
    await server.stop();
    expect(server.log.filter((line) => line.includes('unknown command')).length).toBeGreaterThan(10);
    expectSilent(server);
  });

  test('by a server that cannot log in, nor by what it prints of its configuration', async (t) => {
    const redis = await startFakeRedis({
      answer: ([name = '', ...args]) => (name === 'AUTH' ? echo(name, args) : undefined),
    });
    t.onTestFinished(redis.stop);
    const url = `redis://teller:${password}@127.0.0.1:${redis.port}/0`;
    const server = await startServer({ store: url, isStoreAway: true, args: argsOf() });
    t.onTestFinished(server.kill);
    await eventually(() => server.log.some((line) => line.includes('cannot be reached')));
    const clients = clientsOf(server);
    const info = await sendBytes(
      clients.raw('ServerService'),
      METHODS.find(({ name }) => name === 'GetServerInfo')!,
      Buffer.alloc(0),
      bearer(admin),
    );
    clients.close();
    await server.stop();
    expectSilent(server);
    expect(planter.foundIn(Buffer.concat(info).toString('latin1'))).toEqual([]);

    const sentinel = `redis+sentinel://teller:${password}@127.0.0.1:1/main`;
    const sentinelPassword = planter.plant('the password of the Sentinels');
    for (const [args, code] of [
      [['config', 'print', '--store', url], 0],
      [['config', 'print', '--store', sentinel, '--set', `store.sentinel_password=${sentinelPassword}`], 0],
      [['config', 'check', '--store', `${url}/nonsense`], 1],
      [['config', 'check', '--store', `redis:/teller:${password}@`], 1],
      [['config', 'check', '--set', `store.sentinel_password=${sentinelPassword}`], 1],
      [['serve', '--store', url, '--listen', '0.0.0.0:1'], 1],
    ] as const) {
      const ran = await tollgate(args, { cwd: testFolder({}, t.onTestFinished) });
      expect(ran.code, args.join(' ')).toBe(code);
      expect(planter.foundIn(ran.stdout + ran.stderr), args.join(' ')).toEqual([]);
    }
  });

  test('by a server that dies of an error which holds them', async (t) => {
    const secret = planter.plant('a command on a driver’s error');
    const server = await startServer({
      args: argsOf(),
      // The process is the real one, and so is its last line.
      env: { NODE_OPTIONS: `--import=${pathToFileURL('test/security/secrets/crash.mjs')}`, PLANTED_SECRET: secret },
    });
    t.onTestFinished(server.kill);
    await tellStory(server);
    const exited = new Promise((resolve) => server.process.once('close', resolve));
    server.process.kill('SIGUSR2');
    expect(await exited).toBe(70);
    const last = JSON.parse(server.log.at(-1)!);
    expect(last).toMatchObject({
      level: 'fatal',
      msg: 'uncaught',
      error: { message: 'crash', cause: { type: 'ReplyError' } },
    });
    expectSilent(server);
  });

  test('by a server that finds them in a record which it cannot read', async (t) => {
    const redis = await startRedis();
    t.onTestFinished(redis.stop);
    const server = await startServer({ store: redis.url, env: PATIENCE, args: ['--log-level', 'trace'] });
    t.onTestFinished(server.kill);
    const clients = clientsOf(server);
    const { run } = await clients.runs('StartRun', {
      caller_id: undefined,
      trace_id: await boundTrace(clients),
      skill_id: 's',
    });
    const keys = (await redis.ask('KEYS', `tollgate:*:run:${run.run_id}`)) as string[];
    expect(keys).toHaveLength(1);
    const secret = planter.plant('a stored record');
    const fields =
      (await redis.ask('TYPE', keys[0]!)) === 'hash' ? ((await redis.ask('HKEYS', keys[0]!)) as string[]) : [];
    for (const field of fields) await redis.ask('HSET', keys[0]!, field, `{"output":${secret}}`);
    if (fields.length === 0) await redis.ask('SET', keys[0]!, `{"output":${secret}}`);
    const failed = await clients.runs('GetRun', { run_id: run.run_id }).then(
      () => undefined,
      (error: grpc.ServiceError) => error,
    );
    clients.close();
    await server.stop();
    expect(failed).toMatchObject({ code: grpc.status.INTERNAL, details: 'internal error' });
    // A piece of it is too much already.
    const lines = server.log.join('\n');
    expect(lines).toContain('"failed"');
    expect(lines).not.toContain(secret.slice(0, 8));
  });
});

function echo(name: string, args: readonly string[]) {
  const shown = args.map((arg) => `'${arg.replace(/[\r\n]/g, ' ')}' `).join('');
  return { error: `ERR unknown command '${name}', with args beginning with: ${shown}` };
}

async function boundTrace(clients: ReturnType<typeof clientsOf>): Promise<string> {
  await clients.identities('BindIdentity', { trace_id: 'trace', identity: { platform: 'discord', user_id: '5' } });
  return 'trace';
}
