// More calls than the server takes on: what is too much is refused at once, and one caller's flood is not another's.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { bearer, makeCallers } from '../../support/callers.ts';
import { extent, spread } from '../../support/figures.ts';
import { callFrames, RawConnection } from '../../support/raw-http2.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { readRefusal } from '../../support/refusals.ts';
import { PATIENCE, type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { encodeWire, methodOf, sendBytes, type WireMessage } from '../../support/wire.ts';
import { CALL, expectUnharmed, rssMiB } from './scene.ts';

const LONG = { timeout: 600_000 };
const SHED_MS_MAX = 5;
const RSS_MIB_MAX = 50;
/** How many calls of one caller may be under way; streams count for as long as they are open. */
const SHARE = 8;
const GET_RUN = methodOf('GetRun');
const CHECK_SLASH = methodOf('CheckSlash');
/** Of a run that is not there: a trip to the store and back. */
const RUN = encodeWire(GET_RUN.request, { run_id: '01890a5d-ac96-774b-bcce-b302099a8000' });

/** A caller of its own, with a connection of its own. */
function callerOf(server: RunningServer, token: string) {
  const client = new grpc.Client(server.decision, grpc.credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = bearer(token);
  return {
    /** @returns the reason of a refusal, or OK */
    call: async (method: typeof GET_RUN, bytes: Buffer): Promise<string> =>
      sendBytes(client, method, bytes, metadata).then(
        () => 'OK',
        (error: grpc.ServiceError) => readRefusal(error).reason,
      ),
    close: () => client.close(),
  };
}

async function withCallers(
  { sets = [], env = PATIENCE }: { sets?: readonly string[]; env?: Record<string, string> },
  play: (scene: { server: RunningServer; redis: RedisServer; runner: string; admin: string }) => Promise<void>,
): Promise<void> {
  const callers = makeCallers();
  const redis = await startRedis();
  const args = [`callers.file=${callers.file}`, ...sets].flatMap((set) => ['--set', set]);
  const server = await startServer({ store: redis.url, args, env });
  try {
    await play({ server, redis, runner: callers.tokens.runner, admin: callers.tokens.admin });
    expectUnharmed(server);
  } finally {
    await server.stop();
    await redis.stop();
    rmSync(dirname(callers.file), { recursive: true });
  }
}

/** Takes all places of a caller, with streams that wait for events. */
async function filling(server: RunningServer, token: string): Promise<{ close(): void }> {
  const client = new grpc.Client(server.management, grpc.credentials.createInsecure());
  const runs = new grpc.Client(server.decision, grpc.credentials.createInsecure());
  const asIs = (bytes: Buffer) => bytes;
  const send = (by: grpc.Client, name: string, request: WireMessage) => {
    const method = methodOf(name);
    return sendBytes(by, method, encodeWire(method.request, request), bearer(token));
  };
  await send(client, 'BindIdentity', { trace_id: 't', identity: { platform: 'discord', user_id: '5' } });
  const [started] = await send(runs, 'StartRun', { trace_id: 't', skill_id: 's' });
  const { response } = methodOf('StartRun');
  const { run_id } = (response.toObject(response.decode(started!)) as { run: { run_id: string } }).run;
  await send(runs, 'AppendAudit', { run_id, events: [{ error: { message: 'oh' } }] });
  runs.close();

  const follow = methodOf('ListRunEvents');
  const request = encodeWire(follow.request, { run_id, follow: true });
  await Promise.all(
    Array.from({ length: SHARE }, () => {
      const stream = client.makeServerStreamRequest(follow.path, asIs, asIs, request, bearer(token));
      stream.on('error', () => undefined);
      return new Promise((resolve) => stream.once('data', resolve));
    }),
  );
  return client;
}

async function timed<T>(times: number[], act: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await act();
  times.push(performance.now() - begin);
  return result;
}

test(
  'a call beyond the bound is refused within 5 ms, and calls of another caller take no longer than without',
  LONG,
  async () => {
    await withCallers({ sets: [`limits.in_flight_per_caller=${SHARE}`] }, async ({ server, runner, admin }) => {
      const [loud, quiet] = [callerOf(server, admin), callerOf(server, runner)];
      const sample = async () => {
        const times: number[] = [];
        for (let n = 0; n < extent({ cut: 300, whole: 10_000 }); n++) {
          expect(await timed(times, () => quiet.call(GET_RUN, RUN))).toBe('RUN_NOT_FOUND');
          await sleep(2);
        }
        return times;
      };
      const startedAtMs = Date.now();
      await sample();
      const calm = await sample();

      const follows = await filling(server, admin);
      // Another process: what it costs to make the calls is not to be measured here.
      const args = ['test/security/attacks/flood-client.mjs', server.decision, admin, RUN.toString('hex')];
      const flood = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const lines = createInterface({ input: flood.stdout })[Symbol.asyncIterator]();
      await lines.next();
      const shed: number[] = [];
      const probe = async () => {
        for (let n = 0; n < 200; n++) {
          expect(await timed(shed, () => loud.call(GET_RUN, RUN))).toBe('OVERLOADED');
          await sleep(3);
        }
      };
      const [loaded] = await Promise.all([sample(), probe()]);
      flood.stdin.end();
      const counts = JSON.parse((await lines.next()).value);
      follows.close();
      for (const each of [loud, quiet]) each.close();

      console.log(
        `refused in ${spread(shed)} (the bound is ${SHED_MS_MAX} ms), while ${counts.OVERLOADED} others were`,
      );
      console.log(`another caller's calls: ${spread(calm)}; during the flood ${spread(loaded)}`);
      expect(counts.other).toBe(0);
      expect(counts.OVERLOADED).toBeGreaterThan(100);
      expect(median(shed)).toBeLessThan(10 * SHED_MS_MAX);
      expect(median(loaded)).toBeLessThan(10 * median(calm) + 10 * SHED_MS_MAX);
      // A line and a count for each second.
      const seconds = (Date.now() - startedAtMs) / 1_000;
      expect(server.log.filter((line) => line.includes('OVERLOADED')).length).toBeLessThan(10 + 2 * seconds);
    });
  },
);

test('without the bound as many calls at once are taken on', async () => {
  await withCallers({}, async ({ server, runner }) => {
    const loud = callerOf(server, runner);
    const answers = await Promise.all(Array.from({ length: 200 }, () => loud.call(GET_RUN, RUN)));
    loud.close();
    expect(new Set(answers)).toEqual(new Set(['RUN_NOT_FOUND']));
  });
});

test('10,000 calls while Redis stands still: each is answered, and another caller is served', async () => {
  await withCallers({ env: {} }, async ({ server, redis, runner, admin }) => {
    const quiet = callerOf(server, admin);
    const burst = () => askedAtOnce(server, runner);
    // The same with a store that answers: a heap has the size that work gives it.
    for (let n = 0; n < 3; n++) await burst();
    const before = rssMiB(server.pid);

    const failures: string[] = [];
    let running = true;
    redis.pause();
    const witness = (async () => {
      while (running) {
        const answer = await quiet.call(CHECK_SLASH, CALL.message);
        if (answer !== 'OK') failures.push(answer);
        await sleep(10);
      }
    })();
    try {
      const begin = performance.now();
      await burst();
      console.log(`10,000 calls answered in ${Math.round(performance.now() - begin)} ms while Redis stands still`);
    } finally {
      redis.resume();
      running = false;
      await witness;
    }
    expect(failures).toEqual([]);
    await eventually(async () => (await quiet.call(GET_RUN, RUN)) === 'RUN_NOT_FOUND');
    const after = await eventually(async () => {
      await burst();
      const now = rssMiB(server.pid);
      if (now > before + RSS_MIB_MAX) throw new Error(`${now} MiB, before ${before} MiB`);
      return now;
    });
    console.log(`RSS ${before.toFixed(0)}, then ${after.toFixed(0)} MiB`);
    // Of thousands of calls that failed alike, a few lines.
    expect(server.log.length).toBeLessThan(300);
    quiet.close();
  });
});

/** Makes 10,000 calls on 50 connections at once, and waits until each is answered, one way or the other. */
async function askedAtOnce(server: RunningServer, token: string): Promise<void> {
  const authorization = [['authorization', `Bearer ${token}`]] as const;
  const connections = await Promise.all(Array.from({ length: 50 }, () => RawConnection.open(server.decision)));
  for (const connection of connections) {
    const calls = Array.from({ length: 200 }, (_, n) => callFrames(2 * n + 1, GET_RUN.path, RUN, authorization));
    await connection.pour(Buffer.concat(calls));
  }
  const answered = ({ frames }: RawConnection) => new Set(frames.map(({ stream }) => stream)).size === 201;
  await eventually(() => connections.every(answered));
  for (const connection of connections) connection.close();
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
