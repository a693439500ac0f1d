// Callers by bearer token: what counts as one, and what a changed file does to those who are connected.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/core/failure.ts';
import { ANYONE, identifiedOf, keepIdentified } from '../../../src/rpc/call/callers.ts';
import { bearer, hashOf, makeCallers, newToken, type TestCallers, writeCallers } from '../../support/callers.ts';
import { tollgate } from '../../support/command.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { encodeWire, methodOf, sendBytes } from '../../support/wire.ts';

const METHOD = methodOf('GetRun');

let callers: TestCallers;
let server: RunningServer;
let client: grpc.Client;

beforeAll(async () => {
  callers = makeCallers();
  server = await startServer({ args: ['--set', `callers.file=${callers.file}`] });
  client = new grpc.Client(server.decision, grpc.credentials.createInsecure());
});
afterAll(async () => {
  client?.close();
  await server?.stop();
  rmSync(dirname(callers.file), { recursive: true });
});

/** A known caller gets as far as the request, which lacks everything. */
async function codeOf(metadata: grpc.Metadata): Promise<string> {
  const error = await sendBytes(client, METHOD, Buffer.alloc(0), metadata).then(
    () => expect.fail('an empty request is refused'),
    (reason: grpc.ServiceError) => reason,
  );
  return grpc.status[error.code]!;
}

function authorization(value: string): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', value);
  return metadata;
}

describe('a bearer token', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])('is one after %s', async (scheme) => {
    expect(await codeOf(authorization(`${scheme} ${callers.tokens.runner}`))).toBe('INVALID_ARGUMENT');
  });

  test('is none in any other form', async () => {
    const { runner: token, admin } = callers.tokens;
    const forms = [
      token,
      `Basic ${token}`,
      `Bearer${token}`,
      'Bearer ',
      'Bearer',
      '',
      `Bearer ${token} ${token}`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}x`,
      `Bearer ${token.toLowerCase()}`,
      `Bearer ${hashOf(token)}`,
      `Bearer ${hashOf(token).slice('sha256:'.length)}`,
      `Bearer ${'x'.repeat(4_000)}`,
      `Bearer ${token}, Bearer ${admin}`,
    ];
    for (const form of forms) expect(await codeOf(authorization(form)), form.slice(0, 60)).toBe('UNAUTHENTICATED');
  });

  test('is in no log line, known or not', async () => {
    const unknown = newToken();
    await codeOf(bearer(unknown));
    await codeOf(bearer(callers.tokens.runner));
    await eventually(() => server.log.some((line) => line.includes('UNAUTHENTICATED')));
    const said = server.log.join('\n') + server.stderr();
    for (const token of [unknown, ...Object.values(callers.tokens)]) expect(said).not.toContain(token);
  });
});

test('`tollgate token` makes a token and its hash', async () => {
  const { stdout } = await tollgate(['token'], { cwd: dirname(callers.file) });
  const [, token, hash] = /^token: (tg_\S{49})\nhash: {2}(sha256:[0-9a-f]{64})\n$/.exec(stdout) ?? [];
  expect(hashOf(token!)).toBe(hash);
});

test('a denial and every refusal have the caller’s name in the log, and a stranger’s has none', async () => {
  const authorize = methodOf('Authorize');
  const ask = { trace_id: 'nobody', session_id: 'none', agent_id: 'a', tool: 'x' };
  await sendBytes(client, authorize, encodeWire(authorize.request, ask), bearer(callers.tokens.controller));
  expect(await codeOf(bearer(callers.tokens.controller))).toBe('INVALID_ARGUMENT');
  expect(await codeOf(bearer(callers.tokens.auditor))).toBe('PERMISSION_DENIED');
  expect(await codeOf(bearer(newToken()))).toBe('UNAUTHENTICATED');
  const linesOf = (with_: object) => {
    const lines = server.log.map((line) => JSON.parse(line));
    return lines.filter((line) => Object.entries(with_).every(([name, value]) => line[name] === value));
  };
  await eventually(() => linesOf({ rpc: 'Authorize', msg: 'denied', caller: 'controller' }).length === 1);
  await eventually(() => linesOf({ rpc: 'GetRun', code: 'INVALID_ARGUMENT', caller: 'controller' }).length > 0);
  await eventually(() => linesOf({ rpc: 'GetRun', code: 'PERMISSION_DENIED', caller: 'auditor' }).length > 0);
  await eventually(() => linesOf({ rpc: 'GetRun', code: 'UNAUTHENTICATED' }).length > 0);
  for (const line of linesOf({ code: 'UNAUTHENTICATED' })) expect(line).not.toHaveProperty('caller');
});

describe('a changed callers file', () => {
  test('is taken over while calls go on, and a bad one leaves the last good one in force', async () => {
    const [kept, added] = [callers.tokens.runner, newToken()];
    const one = { name: 'kept', role: 'runner', tokens: [hashOf(kept)] };
    let [calls, failed] = [0, 0];
    let isCalling = true;
    const load = (async () => {
      while (isCalling) {
        if ((await codeOf(bearer(kept))) !== 'INVALID_ARGUMENT') failed += 1;
        calls += 1;
      }
    })();
    writeCallers(callers.file, [one, { name: 'added', role: 'runner', tokens: [hashOf(added)] }]);
    await eventually(async () => (await codeOf(bearer(added))) === 'INVALID_ARGUMENT');
    expect(await codeOf(bearer(callers.tokens.admin))).toBe('UNAUTHENTICATED');

    for (const bad of ['callers: []', 'callers: [', '', JSON.stringify({ callers: [{ ...one, role: 'root' }] })]) {
      const before = server.log.length;
      writeFileSync(callers.file, bad);
      await eventually(() => server.log.slice(before).some((line) => line.includes('the last good ones stay')));
      expect(await codeOf(bearer(added))).toBe('INVALID_ARGUMENT');
    }
    writeCallers(callers.file, [one]);
    await eventually(async () => (await codeOf(bearer(added))) === 'UNAUTHENTICATED');
    isCalling = false;
    await load;
    expect(calls).toBeGreaterThan(0);
    expect(failed).toBe(0);
  });
});

describe('a server that needs callers does not start', () => {
  const refused = (...set: string[]) =>
    startServer({ args: set.flatMap((setting) => ['--set', setting]) }).then(
      async (started) => {
        await started.stop();
        return 'it started';
      },
      (error: Error) => error.message,
    );

  test('without its callers file', async () => {
    expect(await refused('callers.file=/nowhere/callers.yaml')).toContain('/nowhere/callers.yaml: does not exist');
  });

  test('with one that has an unknown key', async () => {
    const { file } = makeCallers();
    writeCallers(file, [{ name: 'a', role: 'admin', tokens: [hashOf('a')], admin: true }]);
    expect(await refused(`callers.file=${file}`)).toContain('callers[0].admin: is not a key of a caller');
  });
});

test('the stream of a call can be told, so that its caller is identified once', async () => {
  const own = new grpc.Server();
  const asIs = (bytes: Buffer) => bytes;
  const shared = { requestStream: false, responseStream: false, requestSerialize: asIs, requestDeserialize: asIs };
  const Echo = { ...shared, path: '/test.Echo/Echo', responseSerialize: asIs, responseDeserialize: asIs };
  const told: unknown[] = [];
  own.addService(
    { Echo },
    {
      Echo: (call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) => {
        const { stream } = (call as unknown as { call: { stream: object } }).call;
        told.push(refusedBy(() => identifiedOf(call)));
        keepIdentified(stream, ANYONE.identify(undefined, undefined)!);
        told.push(identifiedOf(call).caller.name);
        answer(null, call.request);
      },
    },
  );
  const bind = grpc.ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve) => own.bindAsync('127.0.0.1:0', bind, (_, bound) => resolve(bound)));
  const open = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  for (let call = 0; call < 2; call++)
    await sendBytes(open, { path: Echo.path, responseStream: false }, Buffer.alloc(1));
  open.close();
  own.forceShutdown();
  expect(told).toEqual(['caller_unknown', 'local', 'caller_unknown', 'local']);
});

function refusedBy(act: () => unknown): string {
  try {
    act();
    return 'nothing';
  } catch (error) {
    return (error as Failure).kind;
  }
}
