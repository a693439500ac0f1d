// Every method with messages of chance, and connections with frames of chance: the server answers what the contract
// allows, and goes on.
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { connect as netConnect } from 'node:net';
import grpc from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { extent } from '../../support/figures.ts';
import { type Random, randomFrom } from '../../support/random.ts';
import { FRAME, frame, grpcMessage, PREFACE, RawConnection, settings } from '../../support/raw-http2.ts';
import { METHODS, type MethodUnderTest } from '../../support/wire.ts';
import { fuzzMessage, randomBytes } from './messages.ts';
import { ask, withBounds } from './scene.ts';

const MESSAGES = extent({ cut: 2_500, whole: 1_000_000 });
const RESETS_MAX = 400;
const STREAMS = extent({ cut: 10_000, whole: 100_000 });
const AT_ONCE = 64;
const seed = Date.now() % 2 ** 31;

const { status } = grpc;
/** Besides these, INTERNAL for what cannot be decoded. */
const ANSWERS: ReadonlySet<number> = new Set([
  status.OK,
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
  status.RESOURCE_EXHAUSTED,
  status.PERMISSION_DENIED,
]);

test(`${MESSAGES} messages to each method`, { timeout: 7_200_000 }, async () => {
  await withBounds({}, async ({ server, clients }) => {
    const random = randomFrom(seed);
    const began = performance.now();
    const counts = new Map<number, number>();
    const open = (isDecision: boolean) => {
      const session = isDecision
        ? connect(`http://${server.decision}`)
        : connect('http://localhost', { createConnection: () => socketOf(server.management) });
      // What ends a connection ends its calls, too, and those are looked at.
      return session.on('error', () => undefined);
    };
    const sessions = { decision: open(true), management: open(false) };
    const isDecision = ({ service }: MethodUnderTest) =>
      service === 'PolicyDecisionService' || service === 'RunService';
    for (const method of METHODS) {
      const shared = isDecision(method) ? sessions.decision : sessions.management;
      const own: ClientHttp2Session[] = [];
      let left = MESSAGES;
      const worker = async () => {
        while (left-- > 0) {
          // A connection that resets so many streams in a row is taken for an attack, as it should be.
          if (isEndless(method.path) && left % RESETS_MAX === RESETS_MAX - 1) own.push(open(false));
          const bytes = fuzzMessage(method.request, random);
          const { code, details } = await call(own.at(-1) ?? shared, method.path, bytes);
          counts.set(code, (counts.get(code) ?? 0) + 1);
          if (ANSWERS.has(code) || (code === status.INTERNAL && details.includes('UNDECODABLE'))) continue;
          expect.fail(`${method.path} of seed ${seed} answers ${status[code]} to ${bytes.toString('hex')}: ${details}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      for (const one of own) one.close();
    }
    for (const session of Object.values(sessions)) session.close();
    expect(await ask(clients)).toBe('EFFECT_ALLOW');
    const shares = [...counts].map(([code, count]) => `${status[code]} ${count}`).join(', ');
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`${MESSAGES} messages to each of ${METHODS.length} methods in ${seconds} s, seed ${seed}: ${shares}`);
    for (const code of [status.OK, status.INVALID_ARGUMENT, status.INTERNAL])
      expect(counts.get(code)).toBeGreaterThan(0);
  });
});

test(`${STREAMS} connections with frames of chance`, { timeout: 7_200_000 }, async () => {
  await withBounds({}, async ({ server, clients }) => {
    const random = randomFrom(seed);
    const began = performance.now();
    let left = STREAMS;
    const worker = async () => {
      while (left-- > 0) {
        const raw = await RawConnection.open(server.decision, hello(random));
        for (let frames = random(6); frames > 0; frames--) raw.send(randomFrame(random));
        await new Promise<void>((resolve) => raw.socket.end(() => resolve()));
        raw.close();
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    expect(await ask(clients)).toBe('EFFECT_ALLOW');
    console.log(
      `${STREAMS} connections with frames of chance in ${((performance.now() - began) / 1_000).toFixed(1)} s, seed ${seed}`,
    );
  });
});

function hello(random: Random): Buffer {
  if (random(10) === 0) return randomBytes(random, 60);
  return Buffer.concat([PREFACE, random(8) === 0 ? randomFrame(random) : settings()]);
}

function randomFrame(random: Random): Buffer {
  const payload = random(4) === 0 ? grpcMessage(randomBytes(random, 60)) : randomBytes(random, 100);
  const whole = frame(random(12) === 0 ? random(256) : random(10), random(256), random(8), payload);
  if (random(12) === 0) whole.writeUIntBE(random(2 ** 20), 0, 3);
  return random(20) === 0
    ? whole.subarray(0, random(whole.length))
    : random(3) === 0
      ? frame(FRAME.SETTINGS, 0, 0, payload)
      : whole;
}

/** A call over node's own HTTP/2, at a third of what a client of gRPC costs. */
function call(session: ClientHttp2Session, path: string, bytes: Buffer): Promise<{ code: number; details: string }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let told: Record<string, unknown> = {};
    const hear = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined) told = headers;
    };
    stream.on('response', hear).on('trailers', hear).on('error', reject);
    // It has no end, so that it has begun is its answer.
    stream.on('response', (headers) => {
      if (!isEndless(path) || headers['grpc-status'] !== undefined) return;
      told = { 'grpc-status': status.OK };
      stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on('close', () => {
      const details = Buffer.from(String(told['grpc-status-details-bin'] ?? ''), 'base64').toString('latin1');
      resolve({ code: Number(told['grpc-status'] ?? -1), details });
    });
    stream.resume();
    stream.end(grpcMessage(bytes));
  });
}

function isEndless(path: string): boolean {
  return /\/(WatchDecisions|ExportEvents)$/.test(path);
}

function socketOf(address: string) {
  return netConnect(address.slice('unix:'.length));
}
