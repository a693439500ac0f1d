// Strangers who take every place that there is, and a caller with a valid token who comes behind them. Each attack has a twin
// on a server that takes everyone for known, where it works.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import type { Callers } from '../../../src/rpc/call/callers.ts';
import { ANYONE } from '../../../src/rpc/call/callers.ts';
import { ECHO, type EdgeServer, startEdge, WATCH } from '../../support/bounded-server.ts';
import { bearer, makeCallers } from '../../support/callers.ts';
import { Certificates } from '../../support/certificates.ts';
import { extent } from '../../support/figures.ts';
import {
  callFrames,
  callHeaders,
  ENHANCE_YOUR_CALM,
  FRAME,
  frame,
  grpcMessage,
  headersFrame,
  PREFACE,
  type RawConnection,
  uint32,
} from '../../support/raw-http2.ts';
import { startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { encodeWire, methodOf, sendBytes } from '../../support/wire.ts';

const RIGHT = [['authorization', 'Bearer right']] as const;
/** The protection switched off: a stranger counts as a caller. */
const ALL_KNOWN: Callers = { ...ANYONE, areToldApart: true };
const PLACES = 64;
const SHARE = 16;

let edge: EdgeServer;
afterEach(() => edge?.stop());

async function watching(): Promise<RawConnection> {
  const raw = await edge.raw();
  raw.send(callFrames(1, WATCH, Buffer.alloc(0)));
  await eventually(() => raw.isClosed || raw.find(FRAME.DATA, 1), { everyMs: 1 });
  return raw;
}

/** Whether a caller with the right token is answered on a new connection. */
async function isServed(): Promise<boolean> {
  const raw = await edge.raw();
  raw.send(callFrames(1, ECHO, Buffer.from('hello'), RIGHT));
  await eventually(() => raw.isClosed || raw.find(FRAME.DATA, 1) || raw.find(FRAME.RST_STREAM, 1), { everyMs: 1 });
  return raw.find(FRAME.DATA, 1) !== undefined;
}

async function strangers(count: number): Promise<RawConnection[]> {
  const all: RawConnection[] = [];
  for (let n = 0; n < count; n++) all.push(await watching());
  return all;
}

function count(event: string): number {
  return edge.events.filter((each) => each === event).length;
}

describe('strangers who each hold a stream open on a connection', () => {
  test('hold a share of the places, and a caller finds one', async () => {
    edge = await startEdge();
    const all = await strangers(PLACES + 8);
    expect(edge.connections.count).toBeLessThanOrEqual(SHARE);
    expect(await isServed()).toBe(true);
    expect(all.at(-1)?.isClosed).toBe(false);
    expect(count('CONNECTION_EVICTED')).toBeGreaterThanOrEqual(PLACES + 8 - SHARE);
  });

  test('where everyone is known they keep the caller out', async () => {
    edge = await startEdge({ callers: ALL_KNOWN });
    await strangers(PLACES);
    expect(await isServed()).toBe(false);
    expect(count('CONNECTIONS_EXHAUSTED')).toBe(1);
  });

  test('go before known ones when known ones need the places, and known ones never go for strangers', async () => {
    edge = await startEdge({ limits: { connections: 8 } });
    const known: RawConnection[] = [];
    await strangers(2);
    for (let n = 0; n < 8; n++) {
      const raw = await edge.raw();
      raw.send(callFrames(1, WATCH, Buffer.alloc(0), RIGHT));
      await eventually(() => raw.isClosed || raw.find(FRAME.DATA, 1), { everyMs: 1 });
      known.push(raw);
    }
    expect(known.filter(({ isClosed }) => isClosed)).toHaveLength(0);
    for (const late of await strangers(3)) expect(late.isClosed).toBe(true);
    expect(known.filter(({ isClosed }) => isClosed)).toHaveLength(0);
  });

  test('of one address hold no more than one address may', async () => {
    edge = await startEdge({ limits: { unknownPerAddress: 3 } });
    const all = await strangers(6);
    expect(all.map(({ isClosed }) => isClosed)).toEqual([true, true, true, false, false, false]);
    expect(await isServed()).toBe(true);
  });

  test('hold no more on a unix socket, where they have no address', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-strangers-'));
    edge = await startEdge({ socket: join(folder, 'edge.sock') });
    await strangers(PLACES + 8);
    expect(edge.connections.count).toBeLessThanOrEqual(SHARE);
    expect(await isServed()).toBe(true);
    rmSync(folder, { recursive: true });
  });

  test('are unknown on a listener without callers, too, until they make a call that is not open to all', async () => {
    edge = await startEdge({ callers: ANYONE });
    await strangers(PLACES + 8);
    expect(edge.connections.count).toBeLessThanOrEqual(SHARE);
    expect(await isServed()).toBe(true);
  });
});

test('connections that never finish their greeting hold a share as well', async () => {
  edge = await startEdge();
  for (let n = 0; n < PLACES + 8; n++) await edge.raw(n % 2 === 0 ? Buffer.alloc(0) : PREFACE.subarray(0, 9));
  await eventually(() => edge.connections.count <= SHARE);
  expect(await isServed()).toBe(true);
});

describe('a connection whose caller is removed', () => {
  const removed = async () => {
    edge = await startEdge({ limits: { connections: 8 } });
    const raw = await edge.raw();
    raw.send(callFrames(1, WATCH, Buffer.alloc(0), RIGHT));
    await eventually(() => raw.find(FRAME.DATA, 1), { everyMs: 1 });
    return raw;
  };

  test('is unknown from then on, and goes for the next ones', async () => {
    const raw = await removed();
    edge.book.clear();
    edge.connections.identifyAgain();
    expect(raw.isClosed).toBe(false);
    await strangers(2);
    await eventually(() => raw.isClosed);
  });

  test('stays known while the caller is there, whatever else changes', async () => {
    const raw = await removed();
    edge.book.set('other', { name: 'other', role: 'runner' });
    edge.connections.identifyAgain();
    await strangers(6);
    expect(raw.isClosed).toBe(false);
  });
});

describe('streams of strangers', () => {
  const many = async (each: number, connections: number): Promise<RawConnection[]> => {
    const raws: RawConnection[] = [];
    for (let n = 0; n < connections; n++) {
      const raw = await edge.raw();
      raws.push(raw);
      for (let id = 1; id < 2 * each; id += 2) raw.send(callFrames(id, WATCH, Buffer.alloc(0)));
      const told = () => new Set(raw.frames.map(({ stream }) => stream)).size > each;
      await eventually(() => raw.isClosed || told(), { everyMs: 1 });
    }
    return raws;
  };

  test('take a share of the calls that may be open', async () => {
    edge = await startEdge({ limits: { inFlight: 16 } });
    await many(16, 5);
    expect(await isServed()).toBe(true);
    expect(count('CALL_EVICTED')).toBeGreaterThanOrEqual(5 * 16 - 16);
    expect(count('CALLS_EXHAUSTED')).toBe(0);
  });

  test('where everyone is known they take all of them', async () => {
    edge = await startEdge({ limits: { inFlight: 16 }, callers: ALL_KNOWN });
    await many(16, 4);
    expect(await isServed()).toBe(false);
    expect(count('CALLS_EXHAUSTED')).toBe(1);
  });

  test('take a share of a connection that a caller shares with them, as behind a proxy', async () => {
    edge = await startEdge();
    const [proxy] = await many(40, 1);
    const ended = proxy!.frames.filter(({ type }) => type === FRAME.RST_STREAM);
    expect(ended).toHaveLength(40 - SHARE);
    expect(new Set(ended.map(({ payload }) => payload.readUInt32BE()))).toEqual(new Set([ENHANCE_YOUR_CALM]));
    proxy!.send(callFrames(81, ECHO, Buffer.from('hello'), RIGHT));
    await eventually(() => proxy!.find(FRAME.DATA, 81));
  });

  /** Begins requests that are never finished, then sends one in pieces with the right token. */
  const behindHalfSent = async (): Promise<boolean> => {
    const piece = frame(FRAME.DATA, 0, 1, Buffer.concat([Buffer.from([0]), uint32(60_000), Buffer.alloc(16_000)]));
    for (let n = 0; n < 40; n++) {
      const raw = await edge.raw();
      raw.send(headersFrame(1, callHeaders(ECHO)), piece, frame(FRAME.PING, 0, 0, Buffer.alloc(8)));
      await eventually(() => raw.find(FRAME.PING), { everyMs: 1 });
    }
    const raw = await edge.raw();
    const message = grpcMessage(Buffer.alloc(40_000, 1));
    raw.send(headersFrame(1, callHeaders(ECHO, RIGHT)));
    for (const at of [0, 16_000, 32_000]) {
      raw.send(frame(FRAME.DATA, at === 32_000 ? 1 : 0, 1, message.subarray(at, at + 16_000)));
    }
    await eventually(() => raw.find(FRAME.DATA, 1) || raw.find(FRAME.RST_STREAM, 1));
    return raw.find(FRAME.DATA, 1) !== undefined;
  };

  test('get no memory for requests that are refused, so that a caller has it', async () => {
    edge = await startEdge({ limits: { receivingBytes: 1, connections: 256 } });
    expect(await behindHalfSent()).toBe(true);
    expect(count('RECEIVING_EXHAUSTED')).toBe(0);
  });

  test('where everyone is known they take the memory', async () => {
    edge = await startEdge({ limits: { receivingBytes: 1, connections: 256 }, callers: ALL_KNOWN });
    expect(await behindHalfSent()).toBe(false);
  });
});

describe('a server with TLS and callers', { timeout: 600_000 }, () => {
  test('serves its callers while strangers hold streams, and while they leave handshakes unfinished', async () => {
    const places = extent({ cut: 240, whole: 1_024 });
    const certificates = new Certificates();
    certificates.authority('authority');
    certificates.certificate('server', { by: 'authority', names: 'DNS:localhost' });
    const callers = makeCallers();
    const sets = [
      `limits.connections=${places}`,
      `tls.decision.cert_file=${certificates.path('server.pem')}`,
      `tls.decision.key_file=${certificates.path('server.key')}`,
      `callers.file=${callers.file}`,
    ];
    const server = await startServer({ args: sets.flatMap((set) => ['--set', set]) });
    const ca = certificates.read('authority.pem');
    const target = server.decision.replace('127.0.0.1', 'localhost');
    const method = methodOf('CheckSlash');
    const request = encodeWire(method.request, {
      platform: 'discord',
      chat_type: 'dm',
      user_id: '2',
      command: '/help',
    });
    const call = async () => {
      const client = new grpc.Client(target, grpc.credentials.createSsl(ca), { 'grpc.use_local_subchannel_pool': 1 });
      await sendBytes(client, method, request, bearer(callers.tokens.runner)).finally(() => client.close());
    };
    const sessions: ClientHttp2Session[] = [];
    const sockets: Socket[] = [];
    try {
      for (let n = 0; n < places; n++) {
        const session = connect(`https://${target}`, { ca }).on('error', () => undefined);
        sessions.push(session);
        const path =
          n % 2 === 0 ? '/grpc.health.v1.Health/Watch' : '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
        const headers = Object.fromEntries(callHeaders(path).filter(([name]) => name !== ':scheme'));
        const stream = session.request(headers, { endStream: false }).on('error', () => undefined);
        if (n % 2 === 0) stream.end(grpcMessage(Buffer.alloc(0)));
        if (n % 40 === 39) await Promise.race([once(session, 'connect'), once(session, 'close')]);
      }
      await call();
      for (let n = 0; n < places; n++) {
        const socket = connectTcp(Number(server.decision.split(':').at(-1)), '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        // The beginning of a ClientHello of 512 bytes.
        socket.write(Buffer.from([22, 3, 1, 2, 0, 1]));
      }
      await eventually(() => sockets.every(({ connecting }) => !connecting));
      await call();
      expect(server.log.some((line) => line.includes('CONNECTION_EVICTED'))).toBe(true);
      expect(server.log.some((line) => line.includes('CONNECTIONS_EXHAUSTED'))).toBe(false);
    } finally {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await server.stop();
      certificates.remove();
      rmSync(dirname(callers.file), { recursive: true });
    }
  });
});
