// Calls that are refused by their headers, and requests that are no gRPC: what they are told, and that each is counted.
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { gzipSync } from 'node:zlib';
import grpc from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { ECHO, type EdgeServer, startEdge } from '../../support/bounded-server.ts';
import {
  callFrames,
  callHeaders,
  FLAG,
  FRAME,
  frame,
  grpcMessage,
  type Header,
  headerBlock,
  headersFrame,
  uint32,
} from '../../support/raw-http2.ts';
import { type Refusal, readRefusal } from '../../support/refusals.ts';
import { eventually } from '../../support/times.ts';

const RIGHT: Header = ['authorization', 'Bearer right'];
let edge: EdgeServer;
afterEach(() => edge?.stop());

interface Told {
  readonly http: number;
  readonly allow: unknown;
  readonly grpc: Refusal | 'OK' | undefined;
}

/** The answer to headers and a body, by a client of HTTP/2 that knows nothing of gRPC. */
async function told(headers: readonly Header[], body: Buffer = Buffer.alloc(0)): Promise<Told> {
  const session = connect(`http://${edge.address}`).on('error', () => undefined);
  try {
    const stream = session.request(Object.fromEntries(headers), { endStream: false }).on('error', () => undefined);
    stream.end(body);
    const answer = await new Promise<Record<string, unknown>>((resolve, reject) => {
      stream.on('response', resolve);
      stream.on('close', () => reject(new Error(`reset with ${stream.rstCode}`)));
    });
    return { http: Number(answer[':status']), allow: answer.allow, grpc: statusIn(answer) };
  } finally {
    session.destroy();
  }
}

function statusIn(answer: Record<string, unknown>): Told['grpc'] {
  if (answer[':status'] !== 200) return undefined;
  if (answer['grpc-status'] === undefined || answer['grpc-status'] === '0') return 'OK';
  const metadata = new grpc.Metadata();
  for (const bytes of [answer['grpc-status-details-bin']].flat()) {
    if (bytes !== undefined) metadata.add('grpc-status-details-bin', Buffer.from(String(bytes), 'base64'));
  }
  const details = decodeURIComponent(String(answer['grpc-message']));
  const error = Object.assign(new Error(details), { code: Number(answer['grpc-status']), details, metadata });
  return readRefusal(error as grpc.ServiceError);
}

const MESSAGE = grpcMessage(Buffer.from('hello'));
const call = (...more: Header[]): Header[] => callHeaders(ECHO, [RIGHT, ...more]);
const withType = (type: string): Header[] =>
  call().map(([name, value]) => [name, name === 'content-type' ? type : value] as const);

test.each(['application/grpc', 'application/grpc+proto', 'application/grpc;charset=utf-8'])(
  '%s is gRPC',
  async (type) => {
    edge = await startEdge();
    expect(await told(withType(type), MESSAGE)).toMatchObject({ http: 200, grpc: 'OK' });
  },
);

test.each(['application/grpc-web', 'application/grpc-web+proto', 'application/grpcfoo', 'application/json', ''])(
  'the content type %j gets 415 and is counted',
  async (type) => {
    edge = await startEdge();
    expect(await told(withType(type), MESSAGE)).toEqual({ http: 415, allow: undefined, grpc: undefined });
    expect(edge.events).toEqual(['NOT_GRPC']);
  },
);

test.each(['GET', 'PUT', 'OPTIONS'])('%s gets 405 and is counted', async (method) => {
  edge = await startEdge();
  const headers = call().map(([name, value]) => [name, name === ':method' ? method : value] as const);
  expect(await told(headers)).toEqual({ http: 405, allow: 'POST', grpc: undefined });
  expect(edge.events).toEqual(['NOT_POST']);
});

test.each<[title: string, headers: () => Header[], expected: object, event: string]>([
  [
    'a method that is not there',
    () => callHeaders('/test.Edge/Nothing'),
    { code: 'UNIMPLEMENTED', reason: 'METHOD_UNKNOWN' },
    'METHOD_UNKNOWN',
  ],
  [
    'a malformed timeout',
    () => call(['grpc-timeout', 'soon']),
    { code: 'INTERNAL', reason: 'HEADERS_MALFORMED' },
    'HEADERS_MALFORMED',
  ],
  [
    'an unknown encoding',
    () => call(['grpc-encoding', 'br']),
    { code: 'UNIMPLEMENTED', reason: 'HEADERS_MALFORMED' },
    'HEADERS_MALFORMED',
  ],
  [
    'headers above their limit',
    () => call(['x-large', 'x'.repeat(60_000)]),
    { code: 'RESOURCE_EXHAUSTED', reason: 'HEADERS_TOO_LARGE' },
    'HEADERS_TOO_LARGE',
  ],
  [
    '600 small headers',
    () => call(...Array.from({ length: 600 }, (_, n): Header => [`x-${n}`, '1'])),
    { code: 'RESOURCE_EXHAUSTED', reason: 'HEADERS_TOO_LARGE' },
    'HEADERS_TOO_LARGE',
  ],
])('%s: refused with details, and counted', async (_title, headers, expected, event) => {
  edge = await startEdge();
  expect((await told(headers(), MESSAGE)).grpc).toMatchObject(expected);
  expect(edge.events).toEqual([event]);
});

test('headers in as many frames as nghttp2 takes are refused with an answer, too', async () => {
  edge = await startEdge();
  const block = headerBlock(call(['x-large', 'x'.repeat(60_000)], ['x-larger', 'x'.repeat(60_000)]));
  const pieces = Array.from({ length: Math.ceil(block.length / 16_384) }, (_, n) =>
    block.subarray(16_384 * n, 16_384 * (n + 1)),
  );
  const raw = await edge.raw();
  pieces.forEach((piece, n) => {
    const flags = n === pieces.length - 1 ? FLAG.END_HEADERS : 0;
    raw.send(frame(n === 0 ? FRAME.HEADERS : FRAME.CONTINUATION, flags, 1, piece));
  });
  await eventually(() => raw.find(FRAME.HEADERS, 1));
  expect(edge.events).toEqual(['HEADERS_TOO_LARGE']);
});

test('300 small headers within the limit are taken', async () => {
  edge = await startEdge();
  const more = Array.from({ length: 300 }, (_, n): Header => [`x-${n}`, '1']);
  expect((await told(call(...more), MESSAGE)).grpc).toBe('OK');
});

test.each<[title: string, first: string, second: string]>([
  ['the right one first', 'Bearer right', 'Bearer wrong'],
  ['the right one last', 'Bearer wrong', 'Bearer right'],
  ['of two callers', 'Bearer right', 'Bearer other'],
  ['twice the same', 'Bearer right', 'Bearer right'],
  ['an empty one', 'Bearer right', ''],
])('two authorization headers, %s: neither wins', async (_title, first, second) => {
  edge = await startEdge();
  edge.book.set('other', { name: 'other', role: 'runner' });
  const raw = await edge.raw();
  raw.send(
    callFrames(1, ECHO, Buffer.from('hello'), [
      ['authorization', first],
      ['authorization', second],
    ]),
  );
  const answer = await eventually(() => raw.find(FRAME.HEADERS, 1));
  expect(edge.events).toEqual(['AUTHORIZATION_REPEATED']);
  expect(answer.payload.includes('unknown')).toBe(false);
  expect(raw.find(FRAME.DATA, 1)).toBeUndefined();
  // With one of them alone the same connection is served.
  raw.send(callFrames(3, ECHO, Buffer.from('hello'), [RIGHT]));
  await eventually(() => raw.find(FRAME.DATA, 3));
});

test.each<[title: string, more: Header[], body: () => Buffer, expected: object, event: string]>([
  [
    'a message above every limit',
    [],
    () => Buffer.concat([Buffer.from([0]), uint32(70_000), Buffer.alloc(70_000)]),
    { code: 'RESOURCE_EXHAUSTED', reason: 'MESSAGE_TOO_LARGE' },
    'MESSAGE_TOO_LARGE',
  ],
  [
    'one that unpacks to more',
    [['grpc-encoding', 'gzip']],
    () => packed(gzipSync(Buffer.alloc(1_000_000))),
    { code: 'RESOURCE_EXHAUSTED', reason: 'MESSAGE_TOO_LARGE' },
    'MESSAGE_TOO_LARGE',
  ],
  [
    'one that cannot be unpacked',
    [['grpc-encoding', 'gzip']],
    () => packed(Buffer.from('no gzip')),
    { code: 'INTERNAL', reason: 'UNDECODABLE' },
    'MESSAGE_UNDECODABLE',
  ],
  ['none', [], () => Buffer.alloc(0), { code: 'INTERNAL', reason: 'UNDECODABLE' }, 'MESSAGE_UNDECODABLE'],
])('%s, which grpc-js refuses: in our words with details, and counted', async (_title, more, body, expected, event) => {
  edge = await startEdge();
  const { grpc: refusal } = await told(call(...more), body());
  expect(refusal).toMatchObject(expected);
  expect((refusal as Refusal).message).not.toMatch(/Received|max/);
  expect(edge.events).toEqual([event]);
});

function packed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1]), uint32(bytes.length), bytes]);
}

test('HTTP/1.1 in plaintext is closed and counted', async () => {
  edge = await startEdge();
  const socket = connectTcp(Number(edge.address.split(':').at(-1)), '127.0.0.1').on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  socket.resume();
  await eventually(() => socket.destroyed || socket.readableEnded);
  expect(edge.events).toEqual(['NOT_HTTP2']);
});

test('frames that break the protocol are counted', async () => {
  edge = await startEdge();
  const raw = await edge.raw();
  raw.send(headersFrame(2, call()), frame(FRAME.DATA, 0, 7, Buffer.alloc(1)));
  await eventually(() => raw.isClosed);
  expect(edge.events).toEqual(['PROTOCOL_VIOLATED']);
});
