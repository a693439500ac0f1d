// Streams that are open when their caller is taken out of the callers file, or gets another role.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bearer, hashOf, makeCallers, newToken, type TestCallers, writeCallers } from '../../support/callers.ts';
import { readRefusal } from '../../support/refusals.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { encodeWire, methodOf, sendBytes, type WireMessage } from '../../support/wire.ts';

let callers: TestCallers;
let server: RunningServer;
let decision: grpc.Client;
let management: grpc.Client;
let auditor: string;
let runId: string;

beforeAll(async () => {
  callers = makeCallers();
  server = await startServer({ args: ['--set', `callers.file=${callers.file}`] });
  decision = new grpc.Client(server.decision, grpc.credentials.createInsecure());
  management = new grpc.Client(server.management, grpc.credentials.createInsecure());
});
afterAll(async () => {
  for (const client of [decision, management]) client?.close();
  await server?.stop();
  rmSync(dirname(callers.file), { recursive: true });
});
beforeEach(async () => {
  auditor = newToken();
  await take([{ name: 'auditor', role: 'auditor', tokens: [hashOf(auditor)] }]);
  await send(management, 'BindIdentity', { trace_id: 't', identity: { platform: 'discord', user_id: '5' } });
  runId = await startRun();
  await note();
});

/** Puts callers beside the admin, and waits until they are in force. */
async function take(others: readonly object[]): Promise<void> {
  const before = server.log.length;
  writeCallers(callers.file, [{ name: 'admin', role: 'admin', tokens: [hashOf(callers.tokens.admin)] }, ...others]);
  await eventually(() => server.log.slice(before).some((line) => line.includes('callers in force')));
}

function send(client: grpc.Client, name: string, request: WireMessage): Promise<Buffer[]> {
  const method = methodOf(name);
  return sendBytes(client, method, encodeWire(method.request, request), bearer(callers.tokens.admin));
}

async function startRun(): Promise<string> {
  const [answer] = await send(decision, 'StartRun', { trace_id: 't', skill_id: 's' });
  const { response } = methodOf('StartRun');
  return (response.toObject(response.decode(answer!)) as { run: { run_id: string } }).run.run_id;
}

/** Something that the streams under test tell of: an event, a denial, and a finished run. */
async function happen(): Promise<void> {
  await note();
  await send(decision, 'Authorize', { trace_id: 'nobody', session_id: 'none', agent_id: 'a', tool: 'x' });
  const other = await startRun();
  await send(decision, 'FinishRun', { run_id: other, status: 2 });
}

async function note(): Promise<void> {
  await send(decision, 'AppendAudit', { run_id: runId, events: [{ error: { message: 'oh' } }] });
}

interface OpenStream {
  readonly messages: Buffer[];
  readonly begun: Promise<void>;
  readonly ended: Promise<grpc.ServiceError>;
  cancel(): void;
}

async function open(name: string, request: WireMessage): Promise<OpenStream> {
  const method = methodOf(name);
  const asIs = (bytes: Buffer) => bytes;
  const bytes = encodeWire(method.request, request);
  const stream = management.makeServerStreamRequest(method.path, asIs, asIs, bytes, bearer(auditor));
  const messages: Buffer[] = [];
  stream.on('data', (message: Buffer) => messages.push(message));
  const ended = new Promise<grpc.ServiceError>((resolve) => stream.on('error', resolve));
  const begun = new Promise<void>((resolve) => stream.on('metadata', () => resolve()));
  return { messages, begun, ended, cancel: () => stream.cancel() };
}

const STREAMS: [name: string, request: () => WireMessage][] = [
  ['WatchDecisions', () => ({})],
  ['ListRunEvents', () => ({ run_id: runId, follow: true })],
  ['ExportEvents', () => ({ follow: true })],
];

describe.each(STREAMS)('%s', (name, request) => {
  /** Opened, and seen to tell of what happens. */
  const telling = async (): Promise<OpenStream> => {
    const stream = await open(name, request());
    await stream.begun;
    // It tells of a run so many seconds after the run has finished.
    if (name === 'ExportEvents') return stream;
    await eventually(async () => {
      await happen();
      return stream.messages.length > 0;
    });
    return stream;
  };

  test('ends for an auditor who is removed, who receives nothing more', async () => {
    const stream = await telling();
    await take([]);
    const refusal = readRefusal(await stream.ended);
    expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' });
    const received = stream.messages.length;
    await happen();
    expect(stream.messages).toHaveLength(received);
  });

  test('ends for one whose role may not have it any more', async () => {
    const stream = await telling();
    await take([{ name: 'auditor', role: 'runner', tokens: [hashOf(auditor)] }]);
    expect(readRefusal(await stream.ended)).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'PERMISSION_DENIED' });
  });

  test.skipIf(name === 'ExportEvents')('goes on for one who stays while others change', async () => {
    const stream = await telling();
    await take([
      { name: 'auditor', role: 'auditor', tokens: [hashOf(auditor), hashOf(newToken())] },
      { name: 'more', role: 'runner', tokens: [hashOf(newToken())] },
    ]);
    const received = stream.messages.length;
    await eventually(async () => {
      await happen();
      return stream.messages.length > received;
    });
    stream.cancel();
  });
});
