// Each bound of the server, at its edge; and beside it the same server with that bound out of the way, where what it
// keeps off takes place.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { Certificates } from '../../support/certificates.ts';
import type { Answer } from '../../support/clients.ts';
import { healthClient } from '../../support/health-client.ts';
import {
  CANCEL,
  callFrames,
  callHeaders,
  ENHANCE_YOUR_CALM,
  FLAG,
  FRAME,
  type Frame,
  frame,
  grpcMessage,
  type Header,
  headersFrame,
  PREFACE,
  type RawConnection,
  SETTING,
  settings,
  uint32,
} from '../../support/raw-http2.ts';
import { refusalOf } from '../../support/refusals.ts';
import { started } from '../../support/scene.ts';
import { eventually } from '../../support/times.ts';
import { ask, CALL, type Scene, withBounds } from './scene.ts';

const WATCH = '/grpc.health.v1.Health/Watch';
const LAST_PING = frame(FRAME.PING, 0, 0, Buffer.from('the last'));
const isLastPong = ({ type, payload }: Frame) => type === FRAME.PING && payload.toString() === 'the last';
const CLOSED_WINDOW = Buffer.concat([PREFACE, settings([[SETTING.INITIAL_WINDOW_SIZE, 0]])]);
const SECOND_MS = 1_000;
/** How long one looks for what must not happen; the bound under test is a second. */
const LONG_MS = 2_000;

describe.concurrent('connections', () => {
  test('one that says nothing makes room for a new one, and one with a call open does not', async () => {
    await withBounds({ connections: 4 }, async (scene) => {
      const silent = await Promise.all(Array.from({ length: 4 }, () => scene.raw(Buffer.alloc(0))));
      for (const _ of silent) expect(await answered(await watching(scene))).toBe(true);
      await eventually(() => silent.every(({ isClosed }) => isClosed));
      const late = await scene.raw();
      await eventually(() => late.isClosed);
      await eventually(() => scene.refused('CONNECTIONS_EXHAUSTED') === 1);
      await eventually(() => scene.refused('CONNECTION_EVICTED') === 4);
    });
  });

  test('without a small bound all of them stay', async () => {
    await withBounds({ connections: 1_000 }, async (scene) => {
      const silent = await Promise.all(Array.from({ length: 4 }, () => scene.raw(Buffer.alloc(0))));
      const watches = await Promise.all(silent.map(() => watching(scene)));
      await sleep(200);
      expect([...silent, ...watches].map(({ isClosed }) => isClosed)).not.toContain(true);
    });
  });

  test('one that has not finished its greeting is closed when its time is up', async () => {
    const hellos = [Buffer.alloc(0), PREFACE.subarray(0, 10), PREFACE, Buffer.from('GET / HTTP/1.1\r\n\r\n')];
    await withBounds({ handshake_s: 1 }, async (scene) => {
      const begin = performance.now();
      await Promise.all(
        hellos.map(async (hello) => {
          const raw = await scene.raw(hello);
          await eventually(() => raw.isClosed);
        }),
      );
      const tookMs = performance.now() - begin;
      console.log(`closed after ${Math.round(tookMs)} ms, the bound is ${SECOND_MS} ms`);
      expect(tookMs).toBeLessThan(10 * SECOND_MS);
      // Who has a second for the greeting may need two tries on a busy machine.
      expect(await eventually(() => ask(scene.clients))).toBe('EFFECT_ALLOW');
    });
  });

  test('with TLS, one without a handshake is closed when its time is up, and one that has finished its own stays', async () => {
    const certificates = new Certificates();
    certificates.authority('authority');
    certificates.certificate('server', { by: 'authority', names: 'DNS:localhost' });
    const file = (name: string) => certificates.path(name);
    const files = { cert_file: 'server.pem', key_file: 'server.key' };
    const args = Object.entries(files).flatMap(([key, name]) => ['--set', `tls.decision.${key}=${file(name)}`]);
    await withBounds(
      { handshake_s: 3 },
      async (scene) => {
        const options = { ca: readFileSync(file('authority.pem')), servername: 'localhost' };
        const session = connect(`https://${scene.server.decision}`, options).on('error', () => undefined);
        await once(session, 'connect');
        const silent = await scene.raw(Buffer.alloc(0));
        await eventually(() => silent.isClosed);
        await sleep(LONG_MS);
        expect(session.destroyed).toBe(false);
        session.close();
      },
      { args },
    ).finally(() => certificates.remove());
  });

  test('one that drips its preface is closed when its time is up, and without the bound it is not', async () => {
    const drip = async (scene: Scene): Promise<boolean> => {
      const raw = await scene.raw(Buffer.alloc(0));
      for (let at = 0; at < PREFACE.length - 1 && !raw.isClosed; at++) {
        raw.send(PREFACE.subarray(at, at + 1));
        await sleep((2 * LONG_MS) / PREFACE.length);
      }
      return raw.isClosed;
    };
    await withBounds({ handshake_s: 1 }, async (scene) => expect(await drip(scene)).toBe(true));
    await withBounds({ handshake_s: 3_600 }, async (scene) => expect(await drip(scene)).toBe(false));
  });

  test('one without a call is closed when it has been idle for long, one with a call is not', async () => {
    await withBounds({ idle_s: 1 }, async (scene) => {
      const [idle, busy] = [await scene.raw(), await watching(scene)];
      const goaway = await eventually(() => idle.find(FRAME.GOAWAY));
      expect(goaway.payload.readUInt32BE(4)).toBe(0);
      await eventually(() => idle.isClosed);
      expect(busy.isClosed).toBe(false);
      expect(await ask(scene.clients)).toBe('EFFECT_ALLOW');
      await sleep(LONG_MS);
      // The client's own connection is gone by now; it makes another.
      expect(await ask(scene.clients)).toBe('EFFECT_ALLOW');
    });
    await withBounds({ idle_s: 3_600 }, async (scene) => {
      const idle = await scene.raw();
      await sleep(LONG_MS);
      expect(idle.isClosed).toBe(false);
    });
  });

  test('each is asked from time to time whether its other end is there', async () => {
    await withBounds({ keepalive_s: 1 }, async (scene) => {
      const raw = await scene.raw();
      await eventually(() => raw.find(FRAME.PING));
    });
  });
});

describe.concurrent('on one connection', () => {
  test('so many calls are open at once, and whoever opens more against what was agreed is sent away', async () => {
    const ending = async (scene: Scene): Promise<number | undefined> => {
      const raw = await scene.raw();
      await eventually(() => raw.find(FRAME.SETTINGS));
      raw.send(...[1, 3, 5, 7, 9, 11].map((id) => callFrames(id, WATCH, Buffer.alloc(0))));
      await eventually(() => raw.isClosed || raw.find(FRAME.DATA, 11));
      return raw.find(FRAME.GOAWAY)?.payload.readUInt32BE(4);
    };
    await withBounds({ streams_per_connection: 4 }, async (scene) => {
      expect(await ending(scene)).toBeGreaterThan(0);
      await expectWatches(scene, { asked: 6, open: 4 });
    });
    await withBounds({ streams_per_connection: 6 }, async (scene) => {
      expect(await ending(scene)).toBeUndefined();
      await expectWatches(scene, { asked: 6, open: 6 });
    });
  });

  test('headers are so large and no larger', async () => {
    const answeredWith = async (scene: Scene, bytes: number): Promise<boolean> => {
      const { code } = await statusOf(scene, CALL.path, [['x-large', 'x'.repeat(bytes)]]);
      return code === grpc.status.OK;
    };
    await withBounds({}, async (scene) => {
      expect(await answeredWith(scene, 15_000)).toBe(true);
      expect(await answeredWith(scene, 17_000)).toBe(false);
    });
    await withBounds({ metadata_bytes: 65_536 }, async (scene) => expect(await answeredWith(scene, 17_000)).toBe(true));
  });

  test('a request that is half-sent for long is ended, and without the bound it is kept', async () => {
    const halfSent = async (scene: Scene): Promise<RawConnection> => {
      const raw = await scene.raw();
      const message = grpcMessage(CALL.message);
      raw.send(headersFrame(1, callHeaders(CALL.path)), frame(FRAME.DATA, 0, 1, message.subarray(0, 9)));
      // Whole, but not ended.
      raw.send(headersFrame(3, callHeaders(CALL.path)), frame(FRAME.DATA, 0, 3, message));
      return raw;
    };
    await withBounds({ stall_s: 1 }, async (scene) => {
      const raw = await halfSent(scene);
      expect([await raw.resetOf(1), await raw.resetOf(3)]).toEqual([ENHANCE_YOUR_CALM, ENHANCE_YOUR_CALM]);
      expect(raw.isClosed).toBe(false);
      raw.send(callFrames(5, CALL.path, CALL.message));
      await eventually(() => raw.find(FRAME.DATA, 5));
      await eventually(() => scene.refused('REQUEST_STALLED') === 2);
    });
    await withBounds({ stall_s: 3_600 }, async (scene) => {
      const raw = await halfSent(scene);
      await sleep(LONG_MS);
      expect(raw.find(FRAME.RST_STREAM)).toBeUndefined();
    });
  });

  test('an answer that is not taken is given up, and without the bound it waits', async () => {
    const untaken = async (scene: Scene): Promise<RawConnection> => {
      const raw = await scene.raw(CLOSED_WINDOW);
      raw.send(callFrames(1, CALL.path, CALL.message), callFrames(3, WATCH, Buffer.alloc(0)));
      await eventually(() => raw.find(FRAME.HEADERS, 1) && raw.find(FRAME.HEADERS, 3));
      return raw;
    };
    await withBounds({ stall_s: 1 }, async (scene) => {
      const raw = await untaken(scene);
      expect([await raw.resetOf(1), await raw.resetOf(3)]).toEqual([ENHANCE_YOUR_CALM, ENHANCE_YOUR_CALM]);
      await eventually(() => scene.refused('ANSWER_NOT_TAKEN') === 2);
    });
    await withBounds({ stall_s: 3_600 }, async (scene) => {
      const raw = await untaken(scene);
      await sleep(LONG_MS);
      expect(raw.find(FRAME.RST_STREAM)).toBeUndefined();
      raw.send(frame(FRAME.WINDOW_UPDATE, 0, 1, uint32(1_000)));
      await eventually(() => raw.find(FRAME.DATA, 1));
    });
  });

  test('answers that nobody takes are ended beyond four times what may be under way, and not below', async () => {
    const hoard = async (scene: Scene, calls: number): Promise<RawConnection> => {
      const raw = await scene.raw(CLOSED_WINDOW);
      // One after the other: each is under way until it is answered.
      for (let id = 1; id < 2 * calls; id += 2) {
        raw.send(callFrames(id, CALL.path, CALL.message));
        await eventually(() => raw.find(FRAME.HEADERS, id), { everyMs: 1 });
      }
      return raw;
    };
    await withBounds({ in_flight: 4 }, async (scene) => {
      await hoard(scene, 16);
      expect(scene.refused('CALLS_EXHAUSTED')).toBe(0);
      const late = await scene.raw();
      late.send(callFrames(1, CALL.path, CALL.message));
      expect(await late.resetOf(1)).toBe(ENHANCE_YOUR_CALM);
      await eventually(() => scene.refused('CALLS_EXHAUSTED') === 1);
    });
    await withBounds({ in_flight: 4_096 }, async (scene) => {
      const raw = await hoard(scene, 100);
      expect(raw.find(FRAME.RST_STREAM)).toBeUndefined();
      expect(await ask(scene.clients)).toBe('EFFECT_ALLOW');
    });
  });

  test('a client that gives up one call after the other is told to go, rather than left hanging', async () => {
    await withBounds({}, async (scene) => {
      const raw = await scene.raw();
      for (let id = 1; id < 4_000 && !raw.isClosed; ) {
        const batch: Buffer[] = [];
        for (let n = 0; n < 50; n++, id += 2) {
          batch.push(callFrames(id, CALL.path, CALL.message), frame(FRAME.RST_STREAM, 0, id, uint32(CANCEL)));
        }
        raw.frames.length = 0;
        raw.send(...batch, LAST_PING);
        await eventually(() => raw.isClosed || raw.frames.some(isLastPong), { everyMs: 1 });
      }
      expect(raw.isClosed).toBe(true);
      await eventually(() => scene.refused('RESET_FLOOD') === 1);
      expect(await ask(scene.clients)).toBe('EFFECT_ALLOW');
    });
  });

  test('a stream that waits for events is not taken for one whose reader has gone', async () => {
    await withBounds({ stall_s: 1 }, async ({ clients }) => {
      const { run_id } = await started(clients);
      const seen: Answer[] = [];
      const follow = (clients.raw('AuditService') as Answer).ListRunEvents({ run_id, follow: true });
      follow.on('data', (event: Answer) => seen.push(event)).on('error', () => undefined);
      await sleep(LONG_MS);
      await clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'oh' } }] });
      await eventually(() => seen.length === 1);
      follow.cancel();
    });
  });

  test.each([
    ['pings', frame(FRAME.PING, 0, 0, Buffer.alloc(8))],
    ['settings', settings()],
    ['window updates', frame(FRAME.WINDOW_UPDATE, 0, 0, uint32(1))],
    ['priorities', frame(FRAME.PRIORITY, 0, 1, Buffer.alloc(5, 1))],
  ])('%s that belong to no call are so many and no more', async (_title, bytes) => {
    const flood = async (scene: Scene): Promise<RawConnection> => {
      const raw = await scene.raw();
      const many = Buffer.concat([...Array.from({ length: 400 }, () => bytes), LAST_PING]);
      const end = performance.now() + LONG_MS;
      // One batch after the other: what comes in at once and must be answered, node:http2 bounds by itself.
      while (performance.now() < end && !raw.isClosed) {
        const kept = raw.frames.filter(({ type }) => type === FRAME.GOAWAY);
        raw.frames.splice(0, raw.frames.length, ...kept);
        raw.send(many);
        await eventually(() => raw.isClosed || raw.frames.some(isLastPong), { everyMs: 1 });
      }
      return raw;
    };
    await withBounds({ control_bytes_per_s: 4_096 }, async (scene) => {
      const raw = await flood(scene);
      expect(raw.isClosed).toBe(true);
      expect(raw.find(FRAME.GOAWAY)?.payload.readUInt32BE(4)).toBe(ENHANCE_YOUR_CALM);
      await eventually(() => scene.refused('CONTROL_FLOOD') === 1);
      expect(await ask(scene.clients)).toBe('EFFECT_ALLOW');
    });
    await withBounds({ control_bytes_per_s: 2 ** 30 }, async (scene) =>
      expect((await flood(scene)).isClosed).toBe(false),
    );
  });
});

describe.concurrent('calls under way', () => {
  test.each([
    ['in_flight', 'too many calls are in flight'],
    ['in_flight_per_caller', 'this caller has too many calls in flight'],
  ])('%s: the next one is told to come later, and one that ends makes room', async (key, message) => {
    await withBounds({ [key]: 3 }, async (scene) => {
      const follows = await following(scene, 3);
      const refusal = await refusalOf(ask(scene.clients));
      expect(refusal).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'OVERLOADED', retryDelayMs: 100, message });
      follows[0]!.cancel();
      await eventually(() => ask(scene.clients));
      for (const follow of follows) follow.cancel();
    });
    await withBounds({}, async (scene) => {
      const follows = await following(scene, 3);
      expect(await ask(scene.clients)).toBe('EFFECT_ALLOW');
      for (const follow of follows) follow.cancel();
    });
  });

  test('a call whose deadline has passed is told so, at level info', async () => {
    await withBounds({}, async (scene) => {
      const told = await statusOf(scene, CALL.path, [['grpc-timeout', '1n']]);
      expect(told).toEqual({
        code: grpc.status.DEADLINE_EXCEEDED,
        message: 'the deadline had passed when the call arrived',
      });
      const line = await eventually(() => scene.server.log.find((each) => each.includes('"reason":"DEADLINE"')));
      expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: 'refused', code: 'DEADLINE_EXCEEDED' });
    });
  });

  test('a deadline in a hundred years is none', async () => {
    await withBounds({}, async (scene) => {
      const raw = await scene.raw();
      raw.send(callFrames(1, CALL.path, CALL.message, [['grpc-timeout', '99999999H']]));
      await eventually(() => raw.find(FRAME.DATA, 1));
    });
  });
});

describe.concurrent('the log', () => {
  test('of a thousand refused calls holds a few lines and their number', async () => {
    await withBounds({}, async (scene) => {
      const begin = performance.now();
      const calls = Array.from({ length: 1_000 }, () => refusalOf(scene.clients.decisions('CheckSlash', {})));
      for (const refusal of await Promise.all(calls)) expect(refusal.reason).toBe('INVALID_REQUEST');
      const seconds = Math.ceil((performance.now() - begin) / 1_000) + 1;
      await eventually(() => scene.refused('INVALID_REQUEST') === 1_000);
      expect(scene.server.log.length).toBeLessThan(10 + 12 * seconds);
    });
  });
});

describe.concurrent('what is sent back', () => {
  test('holds nothing of an unknown method, a malformed timeout or an unknown encoding', async () => {
    const odd = `${'\u00e9%'.repeat(2_000)}`;
    await withBounds({}, async (scene) => {
      for (const [path, more, code] of [
        [`/${odd}`, [], grpc.status.UNIMPLEMENTED],
        [`${CALL.path}${odd}`, [], grpc.status.UNIMPLEMENTED],
        [CALL.path, [['grpc-timeout', odd]], grpc.status.INTERNAL],
        [CALL.path, [['grpc-encoding', odd]], grpc.status.UNIMPLEMENTED],
      ] as const) {
        const told = await statusOf(scene, path, more);
        expect(told.code).toBe(code);
        expect(told.message).toMatch(/^[ -$&-~]{1,120}$/);
      }
    });
  });

  test('holds nothing of the name of a service whose health is asked', async () => {
    await withBounds({}, async (scene) => {
      const probe = healthClient(scene.server.decision);
      const refused = await probe.check('\u00e9'.repeat(20_000)).catch((error: grpc.ServiceError) => error);
      expect(refused).toMatchObject({ code: grpc.status.NOT_FOUND, details: 'there is no such service' });
      probe.close();
    });
  });
});

/** Of the Watches that a client asks for who keeps to the rules, so many are open at once, and no more of them. */
async function expectWatches({ server }: Scene, { asked, open }: { asked: number; open: number }): Promise<void> {
  const probe = healthClient(server.decision);
  const watches = Array.from({ length: asked }, () => probe.watch(''));
  const isOpen = ({ said }: (typeof watches)[number]) => said.length > 0;
  await eventually(() => watches.filter(isOpen).length >= open);
  await sleep(500);
  probe.close();
  expect(watches.filter(isOpen)).toHaveLength(open);
}

async function watching(scene: Scene): Promise<RawConnection> {
  const raw = await scene.raw();
  raw.send(callFrames(1, WATCH, Buffer.alloc(0)));
  await eventually(() => raw.find(FRAME.DATA, 1));
  return raw;
}

async function answered(raw: RawConnection): Promise<boolean> {
  raw.send(callFrames(3, CALL.path, CALL.message));
  await eventually(() => raw.find(FRAME.DATA, 3));
  return !raw.isClosed && raw.find(FRAME.HEADERS, 3)!.flags === FLAG.END_HEADERS;
}

/** Follows the log of a run, so many times at once. */
async function following({ clients }: Scene, count: number): Promise<Answer[]> {
  const { run_id } = await started(clients);
  await clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'oh' } }] });
  return Promise.all(
    Array.from({ length: count }, async () => {
      const follow = (clients.raw('AuditService') as Answer).ListRunEvents({ run_id, follow: true });
      follow.on('error', () => undefined);
      await new Promise((resolve) => follow.once('data', resolve));
      return follow;
    }),
  );
}

/** A status and its text as they stand in HTTP/2 headers, without the text's bytes being read as anything. */
async function statusOf(scene: Scene, path: string, more: readonly Header[]) {
  const session = connect(`http://${scene.server.decision}`).on('error', () => undefined);
  try {
    const stream = session.request(Object.fromEntries(callHeaders(path, more)));
    stream.on('error', () => undefined);
    stream.end(grpcMessage(CALL.message));
    const headers = await new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
    return {
      code: Number(headers['grpc-status'] ?? grpc.status.OK),
      message: decodeURIComponent(String(headers['grpc-message'] ?? '')),
    };
  } finally {
    session.destroy();
  }
}
