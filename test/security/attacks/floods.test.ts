// Floods on a running server, one after the other, while a client that behaves goes on: none of its calls fails, and
// the server has its memory back afterwards. `npm run test:attacks` runs them whole.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, clientsOf } from '../../support/clients.ts';
import { extent, spread } from '../../support/figures.ts';
import {
  CANCEL,
  callFrames,
  callHeaders,
  FRAME,
  type Frame,
  frame,
  headerBlock,
  headersFrame,
  PREFACE,
  RawConnection,
  SETTING,
  settings,
  uint32,
} from '../../support/raw-http2.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { delimited, methodOf } from '../../support/wire.ts';
import { ask, CALL, expectUnharmed, rssMiB, Witness } from './scene.ts';

const RSS_MIB_MAX = 50;
/** What a hoard of half-sent requests takes at least without a bound, and never with it. */
const GROWN_MIB = 60;
const PIECE = Buffer.alloc(16_000);
const WINDOW = 65_535;
const LAST = Buffer.from('the last');
const LAST_PING = frame(FRAME.PING, 0, 0, LAST);
const APPEND = methodOf('AppendAudit').path;
const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
/** Short ones, so that what they end has ended within the test; the counts are the product's own. */
const TIMES = ['handshake_s=3', 'stall_s=3'];

let server: RunningServer;
let clients: Clients;
let raws: RawConnection[] = [];

async function start(sets: readonly string[]): Promise<void> {
  server = await startServer({ args: sets.flatMap((set) => ['--set', `limits.${set}`]) });
  clients = clientsOf(server);
  await work(150);
}

async function stop(): Promise<void> {
  clients.close();
  await server.stop();
}

async function raw(hello?: Buffer): Promise<RawConnection> {
  const connection = await RawConnection.open(server.decision, hello);
  raws.push(connection);
  return connection;
}

/** Ordinary calls, so many times two hundred. Memory is measured behind them: a heap has the size that work gives it. */
async function work(connections: number): Promise<void> {
  for (let n = 0; n < connections; n++) {
    const connection = await RawConnection.open(server.decision);
    await answered(connection, 200, (id) => callFrames(id, CALL.path, CALL.message));
    connection.close();
  }
}

/** Plays an attack, and says what it did to a client that behaves and to the server's memory. */
async function underAttack(title: string, attack: () => Promise<string>): Promise<void> {
  const before = rssMiB(server.pid);
  const witness = new Witness(clients);
  let peak = before;
  const meter = setInterval(() => {
    peak = Math.max(peak, rssMiB(server.pid));
  }, 50);
  const begin = performance.now();
  const outcome = await attack().finally(() => clearInterval(meter));
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  for (const each of raws) each.close();
  raws = [];
  await witness.stop();
  const after = await eventually(
    async () => {
      await work(10);
      const now = rssMiB(server.pid);
      if (now > before + RSS_MIB_MAX) throw new Error(`${now} MiB, before ${before} MiB`);
      return now;
    },
    { everyMs: 250 },
  );
  const [was, most, is] = [before, peak, after].map((mib) => mib.toFixed(0));
  console.log(
    `${title}: ${outcome} in ${seconds} s; ${witness.timesMs.length} calls meanwhile, ${spread(witness.timesMs)}; RSS ${was}, at most ${most}, then ${is} MiB`,
  );
  expect(witness.failures).toEqual([]);
  expect(witness.timesMs.length).toBeGreaterThan(0);
  expectUnharmed(server);
  expect(await ask(clients)).toBe('EFFECT_ALLOW');
}

describe('an attack', { timeout: 1_800_000 }, () => {
  beforeAll(() => start(TIMES));
  afterAll(() => stop());

  test('calls that are begun and reset at once', async () => {
    const each = extent({ cut: 1_000, whole: 50_000 });
    let connections = 0;
    const begin = performance.now();
    const attacker = async () => {
      for (let sent = 0; sent < each; ) {
        const connection = await raw();
        connections++;
        for (let id = 1; sent < each && !connection.isClosed; sent += 50) {
          const pairs: Buffer[] = [];
          for (let n = 0; n < 50; n++, id += 2) {
            pairs.push(callFrames(id, CALL.path, CALL.message), frame(FRAME.RST_STREAM, 0, id, uint32(CANCEL)));
          }
          await taken(connection, Buffer.concat(pairs));
        }
      }
    };
    const attack = () => Promise.all(Array.from({ length: 10 }, attacker));
    // Memory is measured for the second half: a heap keeps the size that the first one gives it.
    await attack();
    await underAttack('rapid reset', async () => {
      await attack();
      // Of each a thousand, and so many more as time passes.
      const perConnection = 1_000 + 34 * ((performance.now() - begin) / 1_000);
      expect(connections).toBeGreaterThan((20 * each) / perConnection);
      return `${20 * each} resets, for which ${connections} connections were needed`;
    });
  });

  test('headers that never end', async () => {
    const attackers = extent({ cut: 200, whole: 5_000 });
    await underAttack('CONTINUATION flood', async () => {
      const piece = frame(FRAME.CONTINUATION, 0, 1, headerBlock([['x-more', 'x'.repeat(1_000)]]));
      const many = Buffer.concat(Array.from({ length: 50 }, () => piece));
      for (let n = 0; n < attackers; n++) {
        const connection = await raw();
        connection.send(headersFrame(1, callHeaders(CALL.path), 0));
        for (let pieces = 0; pieces < 20 && !connection.isClosed; pieces++) await connection.pour(many);
        await eventually(() => connection.isClosed, { everyMs: 2 });
      }
      return `${attackers} connections closed by the server`;
    });
  });

  test.each([
    ['PING flood', frame(FRAME.PING, 0, 0, Buffer.alloc(8))],
    ['SETTINGS flood', settings([[SETTING.INITIAL_WINDOW_SIZE, 65_535]])],
  ])('%s', async (title, bytes) => {
    const forMs = extent({ cut: 1_500, whole: 60_000 });
    await underAttack(title, async () => {
      const many = Buffer.concat(Array.from({ length: 1_000 }, () => bytes));
      const counts = { frames: 0, connections: 0 };
      const until = performance.now() + forMs;
      const attacker = async (reads: boolean) => {
        while (performance.now() < until) {
          const connection = await raw();
          counts.connections++;
          // Answers that are not read would heap up.
          if (!reads) connection.socket.pause();
          while (performance.now() < until && !connection.isClosed) {
            if (reads) await taken(connection, many);
            else await Promise.race([connection.pour(many), sleep(100)]);
            counts.frames += 1_000;
            await sleep(1);
            if (!reads && connection.socket.writableLength > 100_000) break;
          }
          connection.close();
        }
      };
      await Promise.all([true, true, false, false].map(attacker));
      return `${counts.frames} frames on ${counts.connections} connections`;
    });
  });

  test('connections that say nothing, and connections that drip', async () => {
    await underAttack('1,000 silent and 1,000 dripping connections', async () => {
      const silent = await Promise.all(Array.from({ length: 1_000 }, () => raw(Buffer.alloc(0))));
      const dripping = await Promise.all(Array.from({ length: 1_000 }, () => raw(PREFACE.subarray(0, 1))));
      for (let at = 1; at < 8; at++) {
        for (const each of dripping) each.send(PREFACE.subarray(at, at + 1));
        await sleep(500);
      }
      await eventually(() => [...silent, ...dripping].every(({ isClosed }) => isClosed));
      return 'all closed by the server';
    });
  });

  test('readers that take no answer', async () => {
    await underAttack('answers that nobody takes', async () => {
      const closedWindow = Buffer.concat([PREFACE, settings([[SETTING.INITIAL_WINDOW_SIZE, 0]])]);
      const ended = ({ frames }: RawConnection) => frames.filter(({ type }) => type === FRAME.RST_STREAM).length;
      const rounds = extent({ cut: 1, whole: 20 });
      // No more at a time: a heap that has once held many stays large, whether or not something is lost in it.
      for (let round = 0; round < rounds; round++) {
        const readers = await Promise.all(Array.from({ length: 50 }, () => raw(closedWindow)));
        for (const reader of readers) {
          const calls = Array.from({ length: 100 }, (_, n) => callFrames(2 * n + 1, CALL.path, CALL.message));
          await reader.pour(Buffer.concat(calls));
        }
        await eventually(() => readers.every((reader) => ended(reader) === 100));
        for (const reader of readers) reader.close();
      }
      return `${5_000 * rounds} calls ended by the server`;
    });
  });

  test('names of methods and services that are not there', async () => {
    const names = extent({ cut: 20_000, whole: 1_000_000 });
    await underAttack('names of chance', async () => {
      for (let sent = 0; sent < names; ) {
        const connection = await RawConnection.open(server.decision);
        await answered(connection, 200, (id) => {
          const name = `x${++sent}`.padEnd(1 + (sent % 200), 'y');
          if (sent % 3 === 0) return callFrames(id, `/tollgate.v1.${name}/${name}`, Buffer.alloc(0));
          // A Watch stays open for as long as its connection.
          return callFrames(id, sent % 3 === 1 ? CHECK : WATCH, delimited(1, Buffer.from(name)));
        });
        connection.close();
      }
      return `${names} answered`;
    });
    // At most a line and a count each second.
    const noise = server.log.filter((line) => line.includes('METHOD_UNKNOWN'));
    expect(noise.length).toBeLessThan(extent({ cut: 200, whole: 4_000 }));
  });
});

describe('requests that come in pieces and are never finished', () => {
  const attack = async (): Promise<number> => {
    const before = rssMiB(server.pid);
    await Promise.all(Array.from({ length: 16 }, async () => hoard(await raw())));
    await sleep(300);
    const grown = rssMiB(server.pid) - before;
    for (const each of raws) each.close();
    raws = [];
    return grown;
  };
  afterAll(() => stop());

  test('hold so much memory and no more, and small calls go on', async () => {
    await start(['receiving_mib=32']);
    const witness = new Witness(clients);
    const grown = await attack();
    await witness.stop();
    console.log(`with a bound of 32 MiB ${grown.toFixed(0)} MiB more; calls meanwhile ${spread(witness.timesMs)}`);
    expect(grown).toBeLessThan(GROWN_MIB);
    expect(witness.failures).toEqual([]);
    await eventually(() => server.log.some((line) => line.includes('RECEIVING_EXHAUSTED')));
    expectUnharmed(server);
    await stop();
  });

  test('without the bound hold all that they send', async () => {
    await start(['receiving_mib=4096']);
    const grown = await attack();
    console.log(`without the bound ${grown.toFixed(0)} MiB more`);
    expect(grown).toBeGreaterThan(GROWN_MIB);
  });
});

/** Begins large requests and sends most of each, as fast as the other end opens its windows. */
async function hoard(holder: RawConnection): Promise<void> {
  const windows = new Map<number, number>();
  const room = (stream: number) => windows.get(stream) ?? WINDOW;
  const isRefused = (stream: number) => holder.isClosed || holder.find(FRAME.RST_STREAM, stream) !== undefined;
  const takeUpdates = () => {
    const resets = holder.frames.filter(({ type }) => type === FRAME.RST_STREAM);
    for (const { type, stream, payload } of holder.frames) {
      if (type === FRAME.WINDOW_UPDATE) windows.set(stream, room(stream) + payload.readUInt32BE());
    }
    holder.frames.splice(0, holder.frames.length, ...resets);
  };
  for (let id = 1; id < 6; id += 2) {
    const begin = Buffer.concat([Buffer.from([0]), uint32(4_000_000)]);
    holder.send(headersFrame(id, callHeaders(APPEND)), frame(FRAME.DATA, 0, id, begin));
    for (let n = 0; n < 240 && !isRefused(id); n++) {
      const mayGoOn = () => {
        takeUpdates();
        return isRefused(id) || Math.min(room(0), room(id)) > PIECE.length;
      };
      await eventually(mayGoOn, { everyMs: 1 });
      for (const stream of [0, id]) windows.set(stream, room(stream) - PIECE.length);
      holder.send(frame(FRAME.DATA, 0, id, PIECE));
    }
  }
}

/** Makes some calls at once, and waits until each has an answer or a part of one. */
async function answered(connection: RawConnection, count: number, call: (id: number) => Buffer): Promise<void> {
  await connection.pour(Buffer.concat(Array.from({ length: count }, (_, n) => call(2 * n + 1))));
  const streams = () => new Set(connection.frames.map(({ stream }) => stream)).size;
  // And the connection itself, which is stream 0.
  await eventually(() => streams() === count + 1, { everyMs: 1 });
}

/** Sends, and waits until the other end has looked at it all, or has had enough. */
async function taken(connection: RawConnection, bytes: Buffer): Promise<void> {
  connection.frames.length = 0;
  await connection.pour(Buffer.concat([bytes, LAST_PING]));
  const isLast = ({ type, payload }: Frame) => type === FRAME.PING && payload.equals(LAST);
  await eventually(() => connection.isClosed || connection.frames.some(isLast), { everyMs: 1 });
}
