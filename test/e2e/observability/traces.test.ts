// Traces as a collector receives them: what is in a span, what must never be, and that a call never waits for one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { Clients } from '../../support/clients.ts';
import { spread } from '../../support/figures.ts';
import { callOf, opened, started } from '../../support/scene.ts';
import { PATIENCE } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { methodOf, sendBytes } from '../../support/wire.ts';
import { folderOf, redisOf, serverOf, type Test } from '../process/servers.ts';
import { type Collector, type ReceivedSpan, startCollector } from './otlp-receiver.ts';

const AUTHORIZE = 'tollgate.v1.PolicyDecisionService/Authorize';

async function collector(t: Test, options = {}): Promise<Collector> {
  const started = await startCollector(options);
  t.onTestFinished(() => started.close());
  return started;
}

async function traced(t: Test, options: Parameters<typeof serverOf>[1] = {}) {
  const received = await collector(t);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: received.url, OTEL_BSP_SCHEDULE_DELAY: '50', ...options.env };
  return { received, server: await serverOf(t, { ...options, env }) };
}

/** A call with metadata of its own. */
function called(clients: Clients, request: object, metadata: grpc.Metadata): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = clients.raw('PolicyDecisionService') as unknown as Record<string, (...given: unknown[]) => void>;
    client.Authorize!(request, metadata, (error: unknown, answer: Answer) => (error ? reject(error) : resolve(answer)));
  });
}
// biome-ignore lint/suspicious/noExplicitAny: answers are read as a dynamic client does
type Answer = any;

function metadataOf(entries: readonly (readonly [string, string])[]): grpc.Metadata {
  const metadata = new grpc.Metadata();
  for (const [name, value] of entries) metadata.add(name, value);
  return metadata;
}

/** The span of a decision, once it is there. */
function spanOf({ spans }: Collector, { decision }: Answer): Promise<ReceivedSpan> {
  return eventually(() => spans.find(({ attributes }) => attributes['tollgate.decision.id'] === decision.decision_id));
}

describe.concurrent('a span', () => {
  test('is one of each call, with one below for each operation on the store', async (t) => {
    const redis = await redisOf(t);
    const env = { ...PATIENCE, OTEL_SERVICE_NAME: 'gate-7' };
    const { received, server } = await traced(t, { store: redis.url, env });
    const call = await callOf(server.clients);
    const answer = await server.clients.decisions('Authorize', call);
    const span = await spanOf(received, answer);
    expect(span).toMatchObject({ name: AUTHORIZE, kind: 'SERVER', parentId: '', events: 0, isError: false });
    expect(span.attributes).toEqual({
      'rpc.system': 'grpc',
      'rpc.service': 'tollgate.v1.PolicyDecisionService',
      'rpc.method': 'Authorize',
      'rpc.grpc.status_code': 0,
      'tollgate.decision.id': answer.decision.decision_id,
      'tollgate.decision.effect': 'ALLOW',
      'tollgate.decision.reason': 'ALLOWED',
    });
    expect(span.resource).toMatchObject({ 'service.name': 'gate-7', 'service.version': '0.1.0' });
    const below = received.spans.filter(({ parentId }) => parentId === span.spanId);
    // The session is noted with the principal, whom its opening did not name, before the first decision about both.
    expect(below.map(({ name }) => name).sort()).toEqual(['store charge', 'store noteSubjects', 'store readIdentity']);
    const again = await server.clients.decisions('Authorize', call);
    const { spanId } = await spanOf(received, again);
    const belowAgain = received.spans.filter(({ parentId }) => parentId === spanId);
    expect(belowAgain.map(({ name }) => name)).toEqual(['store charge']);
    for (const { kind, traceId, attributes } of below) {
      expect({ kind, traceId }).toEqual({ kind: 'CLIENT', traceId: span.traceId });
      expect(Object.keys(attributes).sort()).toEqual(['db.operation.name', 'db.system.name']);
    }
    // Nobody called for the health probe and the sweep, and the protocol is the one that was promised.
    expect(received.spans.filter(({ kind, parentId }) => kind === 'CLIENT' && parentId === '')).toEqual([]);
    expect(received.headers[0]).toMatchObject({
      method: 'POST',
      path: '/v1/traces',
      'content-type': 'application/x-protobuf',
    });
  });

  test('is found from the log lines of a denial and of a failure', async (t) => {
    const redis = await redisOf(t);
    const { received, server } = await traced(t, {
      store: redis.url,
      // In an outage the single calls that fail are lines of this level.
      env: { ...PATIENCE, TOLLGATE_LOG_LEVEL: 'debug' },
    });
    const call = await callOf(server.clients);
    const denial = await server.clients.decisions('Authorize', { ...call, trace_id: 'forged' });
    await redis.kill();
    await expect(server.clients.decisions('Authorize', call)).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
    await expect(server.clients.decisions('Authorize', {})).rejects.toMatchObject({
      code: grpc.status.INVALID_ARGUMENT,
    });
    const ofLine = (wanted: object): Promise<Answer> =>
      eventually(() => {
        const lines = server.log.map((line) => JSON.parse(line));
        return lines.find((line) => Object.entries(wanted).every(([k, v]) => line[k] === v));
      });

    const denied = await spanOf(received, denial);
    expect((await ofLine({ msg: 'denied' })).decision_id).toBe(denied.attributes['tollgate.decision.id']);
    expect(denied).toMatchObject({ isError: false });

    const ofReason = (reason: string) =>
      eventually(() => received.spans.find(({ attributes }) => attributes['tollgate.error.reason'] === reason));
    const failed = await ofReason('STATE_UNAVAILABLE');
    const { request_id } = await ofLine({ msg: 'failed', rpc: 'Authorize' });
    expect(request_id).toBe(failed.attributes['tollgate.request.id']);
    expect(failed).toMatchObject({ isError: true, statusMessage: '', events: 0 });
    expect(failed.attributes['rpc.grpc.status_code']).toBe(grpc.status.UNAVAILABLE);
    const operation = received.spans.find(({ parentId, isError }) => parentId === failed.spanId && isError);
    expect(operation?.attributes['error.type']).toBe('state_unavailable');
    // What a caller does wrong is no error of the server.
    expect(await ofReason('INVALID_REQUEST')).toMatchObject({ isError: false });
  });

  test('obeys the variables of OpenTelemetry', async (t) => {
    const { received, server } = await traced(t, { env: { OTEL_TRACES_SAMPLER: 'parentbased_always_off' } });
    const call = await callOf(server.clients);
    await server.clients.decisions('Authorize', call);
    // Left out by the sampler, unless the caller's own trace is kept.
    const kept = await called(
      server.clients,
      call,
      metadataOf([['traceparent', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`]]),
    );
    await spanOf(received, kept);
    expect(new Set(received.spans.map(({ traceId }) => traceId))).toEqual(new Set(['1'.repeat(32)]));
  });
});

describe.concurrent('a traceparent', () => {
  const PARENT = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;

  test('is the parent of the span, and one that is malformed, or sent twice, is none', async (t) => {
    const { received, server } = await traced(t);
    const call = await callOf(server.clients);
    const of = async (...entries: (readonly [string, string])[]) =>
      spanOf(received, await called(server.clients, call, metadataOf(entries)));
    const child = await of(
      ['traceparent', PARENT],
      ['tracestate', 'vendor=c4n4ry-state'],
      ['baggage', 'k=c4n4ry-baggage'],
    );
    expect(child).toMatchObject({ traceId: 'ab'.repeat(16), parentId: 'cd'.repeat(8), traceState: '' });
    const malformed = [
      '',
      'no',
      PARENT.toUpperCase(),
      PARENT.slice(0, -1),
      `${PARENT}-more`,
      PARENT.replace('00-', 'ff-'),
      PARENT.replace('ab'.repeat(16), '0'.repeat(32)),
      PARENT.replace('cd'.repeat(8), '0'.repeat(16)),
      'x'.repeat(4_000),
    ];
    for (const traceparent of malformed) {
      const { traceId, parentId } = await of(['traceparent', traceparent]);
      expect([traceparent, parentId]).toEqual([traceparent, '']);
      expect(traceId).not.toBe('ab'.repeat(16));
    }
    const twice = await of(['traceparent', PARENT], ['traceparent', PARENT]);
    expect(twice.parentId).toBe('');
    expect(Buffer.concat([...received.bodies]).includes('c4n4ry')).toBe(false);
  });

  test('that names the trace of an identity opens nothing: only the request says whom a call speaks for', async (t) => {
    const { server } = await traced(t);
    const { clients } = server;
    const traceOf = async (digit: string, user_id: string) => {
      const trace_id = digit.repeat(32);
      await clients.identities('BindIdentity', { trace_id, identity: { platform: 'discord', user_id } });
      return trace_id;
    };
    const [one, other] = [await traceOf('a', 'one'), await traceOf('b', 'other')];
    const { session_id, agent_id } = await opened(clients, { owner: 'discord:one' });
    const request = { session_id, agent_id, tool: 'read_file' };
    const naming = (trace: string) => metadataOf([['traceparent', `00-${trace}-${'1'.repeat(16)}-01`]]);

    const decided = async (given: object, metadata: grpc.Metadata) => {
      const { decision, identity } = await called(clients, { ...request, ...given }, metadata);
      return [decision.effect, decision.reason, identity?.principal];
    };
    const allowed = ['EFFECT_ALLOW', 'REASON_ALLOWED', 'discord:one'];
    const foreign = ['EFFECT_DENY', 'REASON_OWNER_MISMATCH', undefined];
    const unknown = ['EFFECT_DENY', 'REASON_IDENTITY_UNKNOWN', undefined];
    const missing = ['EFFECT_DENY', 'REASON_IDENTITY_REQUIRED', undefined];
    for (const metadata of [new grpc.Metadata(), naming(one), naming(other)]) {
      expect(await decided({ trace_id: one }, metadata)).toEqual(allowed);
      expect(await decided({ trace_id: other }, metadata)).toEqual(foreign);
      expect(await decided({ trace_id: 'forged' }, metadata)).toEqual(unknown);
      expect(await decided({}, metadata)).toEqual(missing);
    }
  });
});

test('nothing that a caller says, and no identity, is in anything that is exported', async (t) => {
  const { received, server } = await traced(t);
  const { clients } = server;
  // As long as a trace's id of the W3C, so that it might be taken for one.
  const trace_id = 'c0ffee5ec2e7'.repeat(3).slice(0, 32);
  await clients.identities('BindIdentity', { trace_id, identity: { platform: 'discord', user_id: 'c4n4ry-user' } });
  const { session_id } = await opened(clients, { agent_id: 'c4n4ry-agent', declared_intent: 'c4n4ry-intent' });
  const call = { trace_id, session_id, agent_id: 'c4n4ry-agent', tool: 'read_file', idempotency_key: 'c4n4ry-key' };
  const metadata = metadataOf([
    ['authorization', 'Bearer c4n4ry-token'],
    ['x-request-id', 'c4n4ry-header'],
    ['user-agent', 'c4n4ry-user-agent'],
  ]);
  await called(clients, call, metadata);
  await called(clients, { ...call, idempotency_key: 'c4n4ry-2', tool: 'c4n4ry-tool' }, metadata);
  await called(clients, { ...call, trace_id: 'c4n4ry-trace' }, metadata);
  await called(clients, { ...call, tool: 'c4n4ry\u0007' }, metadata).catch(() => {});
  const { run_id } = await started(clients, { trace_id, skill_id: 'c4n4ry-skill' });
  const secret = { name: 'c4n4ry-tool', args: 'c4n4ry-args', result: 'c4n4ry-result' };
  await clients.decisions('AppendAudit', { run_id, events: [{ tool_use: secret }, { error: { message: 'c4n4ry' } }] });
  await clients.stream('AuditService', 'ListRunEvents', { run_id });
  await clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK', output: 'c4n4ry-output' });
  const last = await clients.decisions('CheckSlash', { trace_id, chat_type: 'dm', command: '/c4n4ry' });
  await sendBytes(clients.raw('RunService'), methodOf('GetRun'), Buffer.from('c4n4ry')).catch(() => {});
  await spanOf(received, last);

  // A call that was served with a span, in which the canaries were: else nothing is shown.
  expect(received.spans.map(({ name }) => name)).toContain('tollgate.v1.PolicyDecisionService/AppendAudit');
  const exported = Buffer.concat([...received.bodies]);
  expect(exported.includes(last.decision.decision_id)).toBe(true);
  for (const canary of ['c4n4ry', trace_id, Buffer.from(trace_id, 'hex'), Buffer.from(trace_id).toString('base64')]) {
    expect([canary, exported.includes(canary)]).toEqual([canary, false]);
  }
  for (const id of [session_id, run_id]) expect(exported.includes(id)).toBe(false);
});

describe('a collector', () => {
  test('that is away or silent holds up no call, and a stop only as long as its grace period', async (t) => {
    const silent = await collector(t, { silent: true });
    const away = 'http://127.0.0.1:1';
    const GRACE_MS = 1_000;
    const times = new Map<string, number[]>();
    for (const [name, url] of [
      ['no', ''],
      ['a silent', silent.url],
      ['an absent', away],
    ] as const) {
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_BSP_SCHEDULE_DELAY: '20',
        OTEL_BSP_MAX_QUEUE_SIZE: '64',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '32',
      };
      const server = await serverOf(t, { env, args: ['--set', `shutdown.grace_ms=${GRACE_MS}`] });
      const request = { platform: 'discord', chat_type: 'dm', command: '/status', user_id: '1' };
      const took: number[] = [];
      for (let at = 0; at < 220; at++) {
        const from = performance.now();
        await server.clients.decisions('CheckSlash', request);
        if (at >= 70) took.push(performance.now() - from);
      }
      times.set(name, took);
      server.clients.close();
      const from = performance.now();
      expect(await server.stop()).toBe(0);
      const stopMs = performance.now() - from;
      console.log(`with ${name} collector: a call ${spread(took)}; a stop ${Math.round(stopMs)} ms`);
      expect(stopMs).toBeLessThan(10 * GRACE_MS);
      expect(server.log.at(-1)).toContain('stopped');
      expect(server.log.join()).not.toContain('the grace period is over');
    }
    const median = (name: string) => times.get(name)!.sort((a, b) => a - b)[75]!;
    // Others may have come to be busy on this machine since the first; a call that waits for a collector waits for seconds.
    for (const name of ['a silent', 'an absent']) expect(median(name)).toBeLessThan(10 * median('no') + 100);
    expect(silent.bodies.length).toBeGreaterThan(0);
  });

  test('that is away is complained of once in the log, without what was to be sent', async (t) => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_EXPORTER_OTLP_TIMEOUT: '100',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=c4n4ry',
    };
    const server = await serverOf(t, { env });
    for (let at = 0; at < 20; at++) await server.clients.server('GetServerInfo');
    const complaints = () => server.log.filter((line) => line.includes('traces cannot be sent'));
    await eventually(() => complaints().length > 0);
    for (let at = 0; at < 20; at++) await server.clients.server('GetServerInfo');
    expect(complaints()).toHaveLength(1);
    expect(server.log.join('\n') + server.stderr()).not.toContain('c4n4ry');
  });

  test('gets the last spans from a server that stops', async (t) => {
    const { received, server } = await traced(t, { env: { OTEL_BSP_SCHEDULE_DELAY: '60000' } });
    const answer = await server.clients.decisions('Authorize', await callOf(server.clients));
    expect(received.spans).toEqual([]);
    server.clients.close();
    expect(await server.stop()).toBe(0);
    await spanOf(received, answer);
  });
});

describe.concurrent('OpenTelemetry', () => {
  /** The modules that a server loaded, from its start to its end. */
  async function loadedBy(t: Test, env: Readonly<Record<string, string>>): Promise<string[]> {
    const folder = folderOf(t);
    const server = await serverOf(t, { env: { ...env, NODE_V8_COVERAGE: join(folder, 'loaded') } });
    await server.clients.server('GetServerInfo');
    server.clients.close();
    await server.stop();
    return readdirSync(join(folder, 'loaded')).flatMap((file) =>
      JSON.parse(readFileSync(join(folder, 'loaded', file), 'utf8')).result.map(({ url }: { url: string }) => url),
    );
  }
  const ofOpenTelemetry = (urls: readonly string[]) => urls.filter((url) => url.includes('/@opentelemetry/'));

  test('is not even loaded where nobody asked for traces, nor the metrics of nobody', async (t) => {
    const loaded = await loadedBy(t, {});
    expect(loaded.some((url) => url.includes('/@grpc/grpc-js/'))).toBe(true);
    expect(ofOpenTelemetry(loaded)).toEqual([]);
    expect(loaded.filter((url) => url.includes('/prom-client/'))).toEqual([]);
  });

  test('is not loaded where it is disabled', async (t) => {
    const { url } = await collector(t);
    const loaded = await loadedBy(t, { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' });
    expect(ofOpenTelemetry(loaded)).toEqual([]);
  });

  test('is loaded where a collector is named', async (t) => {
    const { url } = await collector(t);
    const loaded = await loadedBy(t, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces` });
    expect(ofOpenTelemetry(loaded).length).toBeGreaterThan(10);
  });
});
