// A server that dies in the middle of an append or of a finish, before each thing that it asks of its store and behind it:
// what it acknowledged is there, what it did not is absent or whole, and the same request again has its effect once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Clients, clientsOf } from '../../support/clients.ts';
import { whyMissing } from '../../support/debian.ts';
import { extent } from '../../support/figures.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { started } from '../../support/scene.ts';
import { PATIENCE, type RunningServer, startServer } from '../../support/server.ts';
import { type SteppingProxy, startSteppingProxy } from '../../support/stepping-proxy.ts';
import { eventually } from '../../support/times.ts';

const EVENTS = 100;
const TOKENS = { input_tokens: 3, output_tokens: 2, thinking_tokens: 1, cache_read_tokens: 4 };
/** Each event's own records: a step's, or the two of a tool's use. */
const RECORDS = EVENTS / 2 + EVENTS;

/** What a server may die in. `key` makes it one request, however often it is sent. */
const OPERATIONS = {
  append: (clients: Clients, run_id: string, key: string) =>
    clients.decisions('AppendAudit', { run_id, idempotency_key: key, events: eventsOf(key) }),
  finish: (clients: Clients, run_id: string, key: string) =>
    clients.runs('FinishRun', { run_id, idempotency_key: key, status: 'RUN_STATUS_OK', output: key }),
} as const;
type OperationName = keyof typeof OPERATIONS;
const NAMES = Object.keys(OPERATIONS) as OperationName[];

function eventsOf(key: string): object[] {
  return Array.from({ length: EVENTS }, (_, index) =>
    index % 2 === 0
      ? { step: { response: { text: `${key}-${index}`, usage: TOKENS } } }
      : { tool_use: { name: 'read_file', id: `${key}-${index}` } },
  );
}

/** What the store holds of a run that an operation was begun on: nothing of it, or all. @throws when it is anything else */
async function outcomeOf(clients: Clients, run_id: string, name: OperationName, key: string): Promise<boolean> {
  const { run } = await clients.runs('GetRun', { run_id });
  const events = await clients.stream('AuditService', 'ListRunEvents', { run_id });
  expect(events.map(({ event }) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  // What the operation did not touch is as it was.
  const own = events.map(({ event }) => event).filter(({ type }) => !type.startsWith('tollgate.'));
  expect(own[0]).toMatchObject({ type: 'error' });
  if (name === 'finish') {
    const isFinished = run.status === 'RUN_STATUS_OK';
    expect(run).toMatchObject(isFinished ? { output: key } : { status: 'RUN_STATUS_RUNNING' });
    expect(run.finished_at != null).toBe(isFinished);
    expect(own).toHaveLength(1);
    return isFinished;
  }
  expect(own.length - 1).toBeOneOf([0, RECORDS]);
  const isWhole = own.length > 1;
  expect(run.last_sequence).toBe(events.length);
  expect(run.tool_calls_count).toBe(isWhole ? EVENTS / 2 : 0);
  expect(Number(run.token_totals?.input_tokens ?? 0)).toBe(isWhole ? (3 * EVENTS) / 2 : 0);
  const names = own.slice(1).map(({ payload: { fields } }: Answer) => (fields.text ?? fields.id).stringValue);
  if (isWhole) expect([...new Set(names)]).toEqual(Array.from({ length: EVENTS }, (_, index) => `${key}-${index}`));
  return isWhole;
}

/** The same request again, to a server that lives: once, however often it was sent. */
async function expectOnce(clients: Clients, run_id: string, name: OperationName, key: string): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await OPERATIONS[name](clients, run_id, key);
    expect(await outcomeOf(clients, run_id, name, key)).toBe(true);
  }
}

async function runWithOneEvent(clients: Clients): Promise<string> {
  const { run_id } = await started(clients);
  await clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'before' } }] });
  return run_id;
}

describe('on Redis', () => {
  let redis: RedisServer;
  let proxy: SteppingProxy;
  let survivor: RunningServer;
  let clients: Clients;
  let direct: Redis;
  /** The run whose commands are held. */
  let held = '';

  beforeAll(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
    proxy = await startSteppingProxy(redis.port, { isHeld: (chunk) => held !== '' && chunk.includes(held) });
    survivor = await startServer({ store: redis.url, env: PATIENCE });
    clients = clientsOf(survivor);
  });
  afterAll(async () => {
    clients?.close();
    direct?.disconnect();
    await survivor?.stop();
    await proxy?.stop();
    await redis?.stop();
  });

  /** Everything of a run, as the store has it. */
  async function stored(run_id: string): Promise<string> {
    const keys = (await direct.keys(`*${run_id}*`)).toSorted();
    const dumps = await Promise.all(keys.map((key) => direct.dumpBuffer(key)));
    return keys.map((key, index) => `${key} ${dumps[index]?.toString('hex')}`).join('\n');
  }

  /**
   * Has a server die at its `step`-th command for a run, counted from 1: the command never arrives, or does after all.
   *
   * @returns whether it was acknowledged before it could die there
   */
  async function dieAt(step: number, arrives: boolean, name: OperationName): Promise<boolean> {
    const victim = await startServer({ store: `redis://127.0.0.1:${proxy.port}`, env: PATIENCE });
    const own = clientsOf(victim);
    // So that the scripts are known, and the number of commands is always the same.
    await OPERATIONS.finish(own, await runWithOneEvent(own), 'warm');
    const run_id = await runWithOneEvent(own);
    const key = `${name}-${step}`;
    held = run_id;
    let isAcknowledged = false;
    const asked = OPERATIONS[name](own, run_id, key).then(
      () => (isAcknowledged = true),
      () => {},
    );
    const isHeld = () => proxy.waiting();
    for (let command = 1; ; command++) {
      await eventually(() => isHeld() || isAcknowledged, { everyMs: 1 });
      if (isAcknowledged || command === step) break;
      proxy.release();
    }
    const before = await stored(run_id);
    // Stopped, so that the command can be executed without its answer being heard.
    victim.process.kill('SIGSTOP');
    const wasExecuted = isHeld() && arrives;
    if (wasExecuted) {
      proxy.release();
      // One that writes nothing leaves no trace, and whether it has been executed makes no difference.
      await eventually(async () => (await stored(run_id)) !== before, { withinMs: 500, everyMs: 5 }).catch(() => {});
    } else if (isHeld()) proxy.dropHeld();
    held = '';
    await victim.kill();
    await asked;
    own.close();
    proxy.cut();
    const isThere = await outcomeOf(clients, run_id, name, key);
    if (isAcknowledged) expect(isThere).toBe(true);
    if (!wasExecuted && !isAcknowledged) expect(await stored(run_id)).toBe(before);
    outcomes.push(`${name} ${step} ${isAcknowledged ? 'acknowledged' : wasExecuted ? 'executed' : 'lost'} ${isThere}`);
    await expectOnce(clients, run_id, name, key);
    return isAcknowledged;
  }
  const outcomes: string[] = [];

  test.each(NAMES)('%s: absent or whole, wherever its server dies', { timeout: 300_000 }, async (name) => {
    let step = 0;
    for (let isOver = false; !isOver; ) {
      step++;
      for (const arrives of [false, true]) isOver = await dieAt(step, arrives, name);
    }
    // A question and a commit at the least, and the last round was acknowledged.
    expect(step).toBeGreaterThanOrEqual(3);
    const own = outcomes.filter((outcome) => outcome.startsWith(name));
    // Both were seen: dead with nothing done, and dead with all of it done and nobody told.
    expect(own).toContainEqual(expect.stringMatching(/lost false$/));
    expect(own).toContainEqual(expect.stringMatching(/executed true$/));
  });
});

const UNTRACEABLE = whyMissing(['strace', '-V'], 'strace');
/** All by which bytes may get into the store's file, or to its disk. */
const WRITES = 'pwrite64,pwritev,pwritev2,fdatasync,fsync,msync,sync_file_range,ftruncate,fallocate';

interface Watch {
  done(): Promise<unknown>;
}

describe('on the embedded engine', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  interface Death {
    readonly isAcknowledged: boolean;
    readonly isThere: boolean;
  }

  /** Has a server die in an operation as `kill` does it, and looks from the next one in the same directory. */
  async function dieIn(name: OperationName, kill: (victim: RunningServer) => Promise<Watch>): Promise<Death> {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-kills-'));
    folders.push(folder);
    const victim = await startServer({ folder });
    const own = clientsOf(victim);
    const run_id = await runWithOneEvent(own);
    const killing = await kill(victim);
    const isAcknowledged = await OPERATIONS[name](own, run_id, 'key').then(
      () => true,
      () => false,
    );
    victim.process.kill('SIGKILL');
    await killing.done();
    await victim.kill();
    own.close();
    const next = await startServer({ folder });
    const clients = clientsOf(next);
    const isThere = await outcomeOf(clients, run_id, name, 'key');
    if (isAcknowledged) expect(isThere).toBe(true);
    await expectOnce(clients, run_id, name, 'key');
    clients.close();
    await next.stop();
    return { isAcknowledged, isThere };
  }

  test.skipIf(UNTRACEABLE !== undefined).each(NAMES)(
    `%s: absent or whole, before whichever write its server dies${UNTRACEABLE ? ` (skipped: ${UNTRACEABLE})` : ''}`,
    { timeout: 600_000 },
    async (name) => {
      const trace = join(tmpdir(), `tollgate-writes-${process.pid}-${name}`);
      folders.push(trace);
      await dieIn(name, (victim) => traced(victim, ['-o', trace]));
      const writes = readFileSync(trace, 'utf8').match(/(?<=^\d+ +)[a-z]\w+(?=\()/gm) ?? [];
      const kinds = [...new Set(writes)];
      // A flush of the data, and a write that makes it count.
      expect(kinds.length).toBeGreaterThanOrEqual(2);
      for (const kind of kinds) {
        for (let nth = 1; nth <= writes.filter((write) => write === kind).length; nth++) {
          const inject = `inject=${kind}:signal=KILL:when=${nth}`;
          const death = await dieIn(name, (victim) => traced(victim, ['-o', '/dev/null', '-e', inject]));
          // Behind the first there may be one of the server's own, which comes when it likes.
          if (nth === 1) expect(death, kind).toEqual({ isAcknowledged: false, isThere: false });
        }
      }
    },
  );

  test.each(NAMES)('%s: absent or whole, at whatever moment its server dies', { timeout: 600_000 }, async (name) => {
    for (let round = 0; round < extent({ cut: 3, whole: 50 }); round++) {
      await dieIn(name, async (victim) => {
        const timer = setTimeout(() => victim.process.kill('SIGKILL'), Math.random() * 20);
        return { done: async () => clearTimeout(timer) };
      });
    }
  });
});

/** Watches a server's writes, or has the kernel kill it at one of them: `when` is of that kind, by one of its threads. */
async function traced(victim: RunningServer, more: readonly string[]): Promise<Watch> {
  const tracer = spawn('strace', ['-f', '-e', `trace=${WRITES}`, ...more, '-p', `${victim.pid}`]);
  const ended = once(tracer, 'exit');
  let said = '';
  tracer.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  await eventually(() => said.includes('attached'));
  return {
    async done() {
      // It ends with what it watches.
      const timer = setTimeout(() => tracer.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
