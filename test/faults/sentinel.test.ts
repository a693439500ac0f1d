// What a failover under Sentinels costs, and what it must not: Redis loses writes that it has acknowledged; each of
// them must be noticed, and none may arm a budget again.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { SessionRecord } from '../../src/core/session/session.ts';
import { operationName } from '../../src/state/codec/operation-record.ts';
import type { State } from '../../src/state/port/state.ts';
import type { RollBack } from '../../src/state/redis/connection/high-water-marks.ts';
import { sessionKey, sessionSlotKey } from '../../src/state/redis/keys.ts';
import type { RedisStateOptions } from '../../src/state/redis/state.ts';
import { calls, commitOf, created, idIn, newRun, operation, started, step } from '../contract/fixtures.ts';
import { openReady } from '../contract/redis/open.ts';
import { extent, recordFigure, spread } from '../support/figures.ts';
import type { RedisProcess } from '../support/redis-process.ts';
import { type SentinelSet, startSentinelSet } from '../support/redis-sentinel.ts';
import { eventually } from '../support/times.ts';

const ROUNDS = extent({ cut: 3, whole: 20 });
const KILLS = extent({ cut: 1, whole: 3 });
const KINDS = ['command', 'kill', 'stop'] as const;
type Kind = (typeof KINDS)[number];

const ENGINES = 3;
/** Each is charged by every engine, without an end to its budget. */
const LARGE = 3;
/** Budgets that are spent while the replicas hear nothing, so a store that forgot it would arm them again. */
const SMALL_BUDGET = 8;
const UNHEARD_MS = 200;

let set: SentinelSet;

beforeAll(async () => {
  set = await startSentinelSet({ replicas: 2, sentinels: 3 });
});

afterAll(() => set.stop());

test(`${ROUNDS} failovers lose acknowledged charges and audit records, and each loss is noticed`, {
  timeout: 900_000,
}, async () => {
  const engines = await Promise.all(Array.from({ length: ENGINES }, (_, index) => openEngine(`engine-${index}`)));
  const rounds: Round[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    const kind = KINDS[number % KINDS.length]!;
    // After a command nothing needs to be held back: the old master takes writes until a sentinel tells it otherwise.
    const isUnheard = kind !== 'command' && Math.floor(number / KINDS.length) % 2 === 0;
    rounds.push(await playRound(engines, { kind, isUnheard }));
  }
  await Promise.all(engines.map(({ state }) => state.close()));

  const sum = (count: (round: Round) => number) => rounds.reduce((total, round) => total + count(round), 0);
  const times = KINDS.map((kind) => {
    const recoveries = rounds.filter((round) => round.kind === kind).flatMap((round) => round.recoveriesMs);
    return `${kind}: ${spread(recoveries)}`;
  });
  recordFigure('sentinel-recovery', {
    what: `Sentinel: from the fault to the first charge on the new master, ${ENGINES} servers of Tollgate, ${ROUNDS} failovers (by command, the master killed, the master stopped; a sentinel waits 500 ms before it takes it for down)`,
    result: times.join('; '),
  });
  const lost = sum((round) => round.lost);
  const lostPerKind = KINDS.map((kind) => `${sum((round) => (round.kind === kind ? round.lost : 0))} by ${kind}`);
  recordFigure('sentinel-losses', {
    what: `Sentinel: losses at failovers under load, ${sum((round) => round.acknowledged)} changes acknowledged`,
    result:
      `${lost} acknowledged changes lost in ${ROUNDS} rounds (${lostPerKind.join(', ')}), ${sum((round) => round.noticed)} noticed, ` +
      `${sum((round) => round.undetected)} undetected; spent beyond a budget that several servers share, before each ` +
      `had told what it knew: ${sum((round) => round.sharedOverSpent)} calls`,
  });
  expect(sum((round) => round.undetected)).toBe(0);
  expect(lost).toBeGreaterThan(0);
  expect(engines.every(({ state }) => state.info.lineageChanges >= ROUNDS)).toBe(true);
});

test('a spent budget stays spent after a failover, for as long as anybody is there who saw it spent', async () => {
  const open = (name: string) => openEngine(name, PATIENT);
  const [spends, dies, sees] = [await open('spends'), await open('dies'), await open('sees')];
  const small = (given = {}) => created(spends.state, { callBudget: SMALL_BUDGET, ...given });
  const [told, untold] = [await small(), await small()];
  const [refused, repeated] = [await small({ callBudget: 1 }), await small()];
  const run = newRun(Date.now());
  const append = { ...operation('append', { rpc: 'AppendAudit' }), answer: 'added' };
  const keyed = { idempotencyKey: operation('key') };
  await started(dies.state, run);
  await set.untilHealthy();
  const old = await master();
  await holdBack(old);
  for (let index = 0; index < SMALL_BUDGET; index++) {
    expect((await spends.state.charge(step(told))).kind).toBe('charged');
    expect((await dies.state.charge(step(untold))).kind).toBe('charged');
  }
  // What one has done, the other hears of only by a refusal, or by the repeat of a key.
  for (const record of [refused, repeated]) await dies.state.charge(step(record, keyed));
  expect(await dies.state.commitRun(commitOf(run, { expectedRevision: 1, idempotencyKey: append }))).toBe('committed');
  expect(await sees.state.charge(step(refused))).toMatchObject(EXHAUSTED);
  expect((await sees.state.charge(step(repeated, keyed))).kind).toBe('replayed');
  expect((await sees.state.readRun(run.runId, append)).remembered).toBeDefined();
  await old.kill();
  // The protection off: what only this one knows goes with it.
  await dies.state.close();
  release(old);
  await untilReplaced(old);

  expect(await untilAnswered(() => spends.state.charge(step(told)))).toMatchObject(EXHAUSTED);
  expect(spends.rolledBack).toEqual([{ kind: 'session', id: told.session.sessionId, changes: SMALL_BUDGET }]);
  expect(spends.state.info).toMatchObject({ lineageChanges: 1, lostWrites: SMALL_BUDGET });

  expect(await untilAnswered(() => sees.state.charge(step(refused)))).toMatchObject(EXHAUSTED);
  expect(await sees.state.charge(step(repeated))).toMatchObject({ kind: 'charged', counters: { callsMade: 2 } });
  expect(sees.rolledBack).toEqual([
    { kind: 'session', id: refused.session.sessionId, changes: 1 },
    { kind: 'session', id: repeated.session.sessionId, changes: 1 },
    { kind: 'run', id: run.runId, changes: 1 },
  ]);

  const fresh = await open('fresh');
  expect(await fresh.state.charge(step(told))).toMatchObject(EXHAUSTED);
  expect(await fresh.state.charge(step(untold))).toMatchObject({ kind: 'charged', counters: { callsMade: 1 } });
  expect(fresh.state.info.lostWrites).toBe(0);
  await Promise.all([spends, sees, fresh].map(({ state }) => state.close()));
  await old.restart();
  await set.untilHealthy();
});

const EXHAUSTED = { kind: 'denied', reason: 'BUDGET_EXHAUSTED' };

test(`what replicas have confirmed is all there after each of ${KILLS} kills of the master`, async () => {
  let confirmed = 0;
  for (let round = 0; round < KILLS; round++) {
    const { state } = await openEngine('writer', CONFIRMING);
    expect(state.info.durability).toBe('replicated');
    const done: Confirmed[] = [];
    let isOver = false;
    const writers = Array.from({ length: 4 }, async (_, index) => {
      while (!isOver) await writeOne(state, done, `agent-${round}-${index}`);
    });
    await eventually(() => done.length > 20);
    const old = await master();
    await old.kill();
    // It must not heal what it has seen.
    const closed = state.close();
    isOver = true;
    await Promise.all([closed, ...writers]);
    await untilReplaced(old);

    const reader = await openEngine('reader', PATIENT);
    for (const one of done) await expectThere(reader.state, one);
    expect(reader.state.info.lostWrites).toBe(0);
    confirmed += done.length;
    await reader.state.close();
    await old.restart();
    await set.untilHealthy();
  }
  recordFigure('sentinel-confirmed', {
    what: 'Sentinel, `store.consistency: replicated`: creations, closes and appends that were acknowledged, and then the master was killed',
    result: `${confirmed} acknowledged before ${KILLS} kills, all there without healing`,
  });
});

test('while no replica can confirm, creations and appends fail in time and charges go on', async () => {
  const { state } = await openEngine('writer', CONFIRMING);
  const record = await untilAnswered(() => created(state));
  const run = newRun(Date.now());
  await untilAnswered(() => state.commitRun(commitOf(run)));
  await set.untilHealthy();
  const replicas = await replicasOf(await master());
  for (const replica of replicas) replica.pause();
  const times: number[] = [];
  let isOver = false;
  const charging = (async () => {
    while (!isOver) {
      times.push(await timed(() => untilAnswered(() => state.charge(step(record, { calls: calls(1) })))));
      await sleep(15);
    }
  })();
  const failing = [
    () => created(state),
    () => state.closeSession(record.session.sessionId, undefined),
    () => state.commitRun(commitOf(run, { expectedRevision: 1 })),
  ];
  const within = OPTIONS_OF_ENGINE.commandTimeoutMs + CONFIRMING.confirm.timeoutMs;
  // The close comes last: it is executed, and only its confirmation is missing.
  const failures = [await msUnconfirmed(failing[0]!), await msUnconfirmed(failing[2]!)];
  isOver = true;
  await charging;
  failures.push(await msUnconfirmed(failing[1]!));
  for (const replica of replicas) replica.resume();
  await set.untilHealthy();
  recordFigure('sentinel-unconfirmed', {
    what: 'Sentinel, `store.consistency: replicated`: charges while both replicas stand still and every creation fails',
    result: `${times.length} charges, ${spread(times)}; what fails does so after ${spread(failures)}`,
  });
  expect(times.length).toBeGreaterThan(10);
  expect(Math.max(...failures)).toBeLessThan(10 * within);
  expect([...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(20);
  await state.close();
});

// ---- engines

const OPTIONS_OF_ENGINE = { commandTimeoutMs: 250 };
/** For what nobody repeats, and where no server stands still: nothing is to be lost to a busy machine. */
const PATIENT = { commandTimeoutMs: 5_000 };
const CONFIRMING = { confirm: { replicas: 1, timeoutMs: 1_000 } } satisfies Partial<RedisStateOptions>;

/** As one process of the product has it. */
interface Engine {
  readonly name: string;
  readonly state: State;
  readonly rolledBack: RollBack[];
  /** When it met another history, in ms of `performance.now()`. */
  readonly lineageChangesMs: number[];
}

async function openEngine(name: string, given: Partial<RedisStateOptions> = {}): Promise<Engine> {
  const rolledBack: RollBack[] = [];
  const lineageChangesMs: number[] = [];
  const state = await openReady({
    ...OPTIONS_OF_ENGINE,
    ...given,
    url: set.url,
    onEvent(event) {
      if (event.kind === 'rolled_back') rolledBack.push(event.rollBack);
      if (event.kind === 'lineage_changed') lineageChangesMs.push(performance.now());
    },
  });
  return { name, state, rolledBack, lineageChangesMs };
}

/** Asks again, as a caller with a key does, until there is an answer. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'state_unavailable') throw error;
      await sleep(15);
    }
  }
}

// ---- failovers

async function master(): Promise<RedisProcess> {
  const port = await set.master();
  return set.nodes.find((node) => node.port === port)!;
}

async function replicasOf(old: RedisProcess): Promise<RedisProcess[]> {
  return set.nodes.filter((node) => node !== old);
}

/** Sees to it that the replicas hear nothing more. Killing the lines matters: what is on a line, they would still read. */
async function holdBack(old: RedisProcess): Promise<void> {
  for (const replica of await replicasOf(old)) replica.pause();
  await old.ask('CLIENT', 'KILL', 'TYPE', 'replica');
}

function release(old: RedisProcess): void {
  for (const node of set.nodes) if (node !== old) node.resume();
}

async function untilReplaced(old: RedisProcess): Promise<void> {
  await eventually(async () => (await set.master()) !== old.port);
}

interface Fault {
  readonly kind: Kind;
  /** Whether the replicas hear nothing for a moment before it. */
  readonly isUnheard: boolean;
}

interface Round extends Fault {
  readonly recoveriesMs: readonly number[];
  readonly acknowledged: number;
  readonly lost: number;
  readonly noticed: number;
  readonly undetected: number;
  readonly sharedOverSpent: number;
}

/** One failover under load, up to and with the return of the old master. */
async function playRound(engines: readonly Engine[], fault: Fault): Promise<Round> {
  const load = await Load.start(engines);
  const seenBefore = engines.map(({ rolledBack }) => rolledBack.length);
  const old = await master();
  await sleep(200);
  if (fault.isUnheard) await holdBack(old);
  load.spendSmall();
  await sleep(UNHEARD_MS);
  const faultAtMs = performance.now();
  await strike(old, fault.kind);
  if (fault.isUnheard) release(old);
  await untilReplaced(old);
  await load.untilRecovered(faultAtMs);
  if (fault.kind === 'stop') old.resume();
  if (fault.kind === 'kill') await old.restart();
  await set.untilHealthy();
  await load.stop();

  const rollBacks = engines.flatMap(({ rolledBack }, index) => rolledBack.slice(seenBefore[index]));
  return { ...fault, recoveriesMs: load.recoveriesMs(faultAtMs), ...(await load.audit(rollBacks)) };
}

async function strike(old: RedisProcess, kind: Kind): Promise<void> {
  switch (kind) {
    case 'command':
      return set.failover();
    case 'kill':
      return old.kill();
    case 'stop':
      return old.pause();
  }
}

// ---- load

interface Acknowledged {
  readonly engine: Engine;
  readonly sessionId: string;
  readonly key: string;
  readonly sequence: number;
  readonly atMs: number;
}

/** What all engines do at once, and the book that is kept of it. */
class Load {
  readonly #engines: readonly Engine[];
  readonly #large: readonly SessionRecord[];
  /** One for each engine, which alone spends it. */
  readonly #own: readonly SessionRecord[];
  readonly #shared: SessionRecord;
  readonly #runIds: readonly string[];
  readonly #charges: Acknowledged[] = [];
  readonly #records: { readonly runId: string; readonly label: string }[] = [];
  readonly #working: Promise<void>[] = [];
  readonly #problems: unknown[] = [];
  #keys = 0;
  #isOver = false;

  /** Makes sessions and runs that every replica has, and begins. */
  static async start(engines: readonly Engine[]): Promise<Load> {
    const [{ state }] = engines as [Engine];
    const sessions = (count: number, callBudget: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          untilAnswered(() => created(state, { sessionId: idIn(index), callBudget })),
        ),
      );
    const runs = engines.map(() => newRun(Date.now()));
    const load = new Load(engines, {
      large: await sessions(LARGE, 1_000_000),
      own: await sessions(engines.length, SMALL_BUDGET),
      shared: (await sessions(1, SMALL_BUDGET))[0]!,
      runIds: runs.map(({ runId }) => runId),
    });
    for (const run of runs) await untilAnswered(() => state.commitRun(commitOf(run)));
    await set.untilHealthy();
    for (const [index, engine] of engines.entries()) {
      for (const record of load.#large) load.#work(() => load.#charge(engine, record));
      load.#work(() => load.#append(engine, load.#runIds[index]!));
    }
    return load;
  }

  private constructor(
    engines: readonly Engine[],
    given: { large: SessionRecord[]; own: SessionRecord[]; shared: SessionRecord; runIds: string[] },
  ) {
    this.#engines = engines;
    this.#large = given.large;
    this.#own = given.own;
    this.#shared = given.shared;
    this.#runIds = given.runIds;
  }

  /** Begins to spend the small budgets, and goes on trying when they are spent. */
  spendSmall(): void {
    for (const [index, engine] of this.#engines.entries()) {
      this.#work(() => this.#charge(engine, this.#own[index]!));
      this.#work(() => this.#charge(engine, this.#shared));
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
    if (this.#problems.length > 0) throw this.#problems[0];
  }

  async untilRecovered(faultAtMs: number): Promise<void> {
    await eventually(() => this.recoveriesMs(faultAtMs).every(Number.isFinite));
  }

  /** Of each engine, until its first charge on the new master. */
  recoveriesMs(faultAtMs: number): number[] {
    return this.#engines.map((engine) => {
      const metMs = engine.lineageChangesMs.find((atMs) => atMs > faultAtMs) ?? Number.POSITIVE_INFINITY;
      const first = this.#charges.find((charge) => charge.engine === engine && charge.atMs > metMs);
      return (first?.atMs ?? Number.POSITIVE_INFINITY) - faultAtMs;
    });
  }

  /** Compares the book with the store, which the engines have healed. */
  async audit(rollBacks: readonly RollBack[]): Promise<Omit<Round, keyof Fault | 'recoveriesMs'>> {
    this.#expectSequencesOnce();
    const redis = new Redis({ port: await set.master() });
    const noticedOf = (id: string) =>
      rollBacks.filter((rollBack) => rollBack.id === id).reduce((total, { changes }) => total + changes, 0);
    const found: { id: string; lost: number }[] = [];
    try {
      for (const record of [...this.#large, ...this.#own, this.#shared]) {
        const id = record.session.sessionId;
        found.push({ id, lost: (await this.#forgottenKeys(redis, id)).length });
        await this.#expectCharged(record);
      }
      for (const id of this.#runIds) found.push({ id, lost: await this.#missingRecords(id) });
    } finally {
      redis.disconnect();
    }
    let [lostInAll, noticed, undetected] = [0, 0, 0];
    for (const { id, lost } of found) {
      lostInAll += lost;
      noticed += noticedOf(id);
      undetected += Math.max(0, lost - noticedOf(id));
    }
    const acknowledged = this.#charges.length + this.#records.length;
    const sharedOverSpent = Math.max(0, this.#spent(this.#shared) - SMALL_BUDGET);
    expect(sharedOverSpent).toBeLessThanOrEqual(noticedOf(this.#shared.session.sessionId));
    return { acknowledged, lost: lostInAll, noticed, undetected, sharedOverSpent };
  }

  #work(act: () => Promise<void>): void {
    const working = async () => {
      while (!this.#isOver) {
        await act();
        await sleep(5);
      }
    };
    this.#working.push(working().catch((problem) => void this.#problems.push(problem)));
  }

  async #charge(engine: Engine, record: SessionRecord): Promise<void> {
    const key = `key-${this.#keys++}`;
    const keyed = { idempotencyKey: operation(key) };
    const answer = await untilAnswered(() => engine.state.charge(step(record, keyed)));
    if (answer.kind === 'denied' && answer.reason === 'BUDGET_EXHAUSTED') return;
    if (answer.kind !== 'charged' && answer.kind !== 'replayed') throw new Error(`not charged: ${answer.kind}`);
    const { sequence } = answer.counters;
    this.#charges.push({ engine, sessionId: record.session.sessionId, key, sequence, atMs: performance.now() });
  }

  /** Adds one record, as the product does it: read, decide, commit, and begin anew if another was faster. */
  async #append({ state }: Engine, runId: string): Promise<void> {
    const label = `record-${this.#keys++}`;
    const append = { ...operation(label, { rpc: 'AppendAudit' }), answer: label };
    const outcome = () =>
      untilAnswered(async () => {
        const { stored, remembered, lostChanges } = await state.readRun(runId, append);
        if (remembered) return 'committed';
        const run = { ...stored!.run, lastSequence: stored!.run.lastSequence + 1 };
        const records = [Buffer.from(label)];
        const from = { expectedRevision: stored!.revision, lostChanges };
        return state.commitRun(commitOf(run, { ...from, records, idempotencyKey: append }));
      });
    while ((await outcome()) !== 'committed');
    this.#records.push({ runId, label });
  }

  #spent({ session }: SessionRecord): number {
    return this.#charges.filter(({ sessionId }) => sessionId === session.sessionId).length;
  }

  async #expectCharged(record: SessionRecord): Promise<void> {
    const { session } = record;
    const found = await untilAnswered(() => this.#engines[0]!.state.readSession(session.sessionId));
    const spent = this.#spent(record);
    expect(found.record!.counters.callsMade).toBeGreaterThanOrEqual(Math.min(spent, session.callBudget));
    // Who alone spends a budget never gets more of it, however much of that the store has lost.
    if (record !== this.#shared) expect(spent).toBeLessThanOrEqual(session.callBudget);
  }

  /** Keys whose charge was acknowledged, and that the store does not know any more. */
  async #forgottenKeys(redis: Redis, sessionId: string): Promise<string[]> {
    const session = sessionKey(sessionId);
    const slots = ([0, 1] as const).map((slot) => redis.hkeysBuffer(sessionSlotKey(session, slot)));
    const names = new Set((await Promise.all(slots)).flat().map((name) => name.toString('hex')));
    return this.#charges
      .filter((charge) => charge.sessionId === sessionId)
      .map(({ key }) => key)
      .filter((key) => !names.has(operationName(operation(key)).toString('hex')));
  }

  async #missingRecords(runId: string): Promise<number> {
    const all = { afterSequence: 0, limit: 1_000_000 };
    const log = await untilAnswered(() => this.#engines[0]!.state.readLog(runId, all));
    const labels = new Set(log.map((bytes) => Buffer.from(bytes).toString()));
    return this.#records.filter((record) => record.runId === runId && !labels.has(record.label)).length;
  }

  /** No engine has seen one sequence of a session twice: each stands for one charge. */
  #expectSequencesOnce(): void {
    const seen = this.#charges.map(({ engine, sessionId, sequence }) => `${engine.name} ${sessionId} ${sequence}`);
    expect(new Set(seen).size).toBe(seen.length);
  }
}

// ---- confirmed writes

interface Confirmed {
  readonly sessionId: string;
  readonly isClosed: boolean;
  readonly runId: string;
  readonly records: number;
}

/** Makes a session and a run, and ends the one and adds to the other; what was acknowledged of it goes into the book. */
async function writeOne(state: State, done: Confirmed[], agentId: string): Promise<void> {
  const run = newRun(Date.now());
  const sessionId = idIn(3);
  const reached = { sessionId: '', isClosed: false, runId: '', records: 0 };
  try {
    await created(state, { sessionId, agentId });
    reached.sessionId = sessionId;
    await state.closeSession(sessionId, undefined);
    reached.isClosed = true;
    await state.commitRun(commitOf(run));
    reached.runId = run.runId;
    const next = { ...run, lastSequence: 1 };
    await state.commitRun(commitOf(next, { expectedRevision: 1, records: [Buffer.from('record')] }));
    reached.records = 1;
  } catch (error) {
    expect(error).toMatchObject({ kind: 'state_unavailable' });
    // A store that is not there fails at once: others must get their turn.
    await sleep(5);
  }
  if (reached.sessionId !== '') done.push(reached);
}

async function expectThere(state: State, { sessionId, isClosed, runId, records }: Confirmed): Promise<void> {
  const { record } = await state.readSession(sessionId);
  expect(record).toBeDefined();
  if (isClosed) expect(record!.counters.closedAtMs).toBeDefined();
  if (runId === '') return;
  expect((await state.readRun(runId)).stored).toBeDefined();
  expect((await state.readLog(runId, { afterSequence: 0, limit: 10 })).length).toBeGreaterThanOrEqual(records);
}

async function msUnconfirmed(act: () => Promise<unknown>): Promise<number> {
  return timed(() => expect(act()).rejects.toMatchObject({ kind: 'state_unavailable' }));
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const beganAtMs = performance.now();
  await act();
  return performance.now() - beganAtMs;
}
