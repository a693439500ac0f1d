// A cluster that changes under load: slots move to other masters, scripts are forgotten, masters are replaced. Whatever
// was acknowledged took place once, and nobody spends more than there is.
import { setTimeout as sleep } from 'node:timers/promises';
import clusterKeySlot from 'cluster-key-slot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { Run } from '../../src/core/run/run.ts';
import type { SessionRecord } from '../../src/core/session/session.ts';
import type { State } from '../../src/state/port/state.ts';
import type { RollBack } from '../../src/state/redis/connection/high-water-marks.ts';
import { sessionKey } from '../../src/state/redis/keys.ts';
import { commitOf, created, idIn, newRun, newSession, operation, started, step } from '../contract/fixtures.ts';
import { openReady } from '../contract/redis/open.ts';
import { extent, recordFigure, spread } from '../support/figures.ts';
import { type ClusterNode, type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { eventually } from '../support/times.ts';

const MOVE_ROUNDS = extent({ cut: 1, whole: 10 });
const FAILOVERS = extent<readonly Kind[]>({
  cut: ['command', 'kill'],
  whole: ['command', 'kill', 'stop', 'command', 'kill', 'stop', 'command', 'kill', 'stop', 'command'],
});
type Kind = 'command' | 'kill' | 'stop';

/** Spread over the slots, so that each master has some; others in each round, whose slots hold little to be moved. */
function partitionsOf(round: number): number[] {
  return [3, 33, 63, 93, 123, 153, 183, 213].map((partition) => partition + round);
}

const SMALL_BUDGET = 40;

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startCluster({ masters: 3, replicas: 3 });
});

afterAll(() => cluster.stop());

test(`slots move under load, and every acknowledged change took place once, ${MOVE_ROUNDS} rounds`, {
  timeout: 900_000,
}, async () => {
  const engines = await openEngines();
  let acknowledged = 0;
  let moved = 0;
  const pausesMs: number[] = [];
  for (let round = 0; round < MOVE_ROUNDS; round++) {
    const partitions = partitionsOf(round);
    const load = await Load.start(engines, partitions);
    for (const [index, partition] of partitions.entries()) {
      const beganAtMs = performance.now();
      await move(partition);
      await load.untilCharged(partition);
      pausesMs.push(...load.longestPausesMs(partition, beganAtMs));
      // Every server forgets its scripts when it is started again.
      if (index === 4) await forgetScripts();
    }
    moved += partitions.length;
    await load.stop();
    acknowledged += load.acknowledged;
    await load.expectExact();
    await cluster.untilHealthy();
  }
  // The servers are met anew: nobody may take a move for a loss.
  await breakLines(engines);
  expect(engines.flatMap(({ rolledBack }) => rolledBack)).toEqual([]);
  expect(engines.map(({ state }) => state.info.lostWrites)).toEqual([0, 0]);
  await Promise.all(engines.map(({ state }) => state.close()));
  recordFigure('cluster-moves', {
    what: `Cluster of 3 masters: slots moved key by key while their sessions and runs are used, the scripts forgotten once a round, ${MOVE_ROUNDS} rounds`,
    result: `${moved} slots moved, ${acknowledged} changes acknowledged, each exactly once; longest time without an acknowledged charge on the slot on its way, of each move and server of Tollgate: ${spread(pausesMs)}`,
  });
  expect(acknowledged).toBeGreaterThan(200);
});

test('who learns of a move by being sent on takes no change for lost when it meets the new master anew', async () => {
  const engine = await openEngine('idle', PATIENT_MS);
  const { state } = engine;
  const runs: Run[] = [];
  for (const partition of partitionsOf(20)) {
    const run = newRun(Date.now(), { runId: idIn(partition) });
    await started(state, run);
    runs.push(run);
    await move(partition);
    expect(await state.commitRun(commitOf(run, { expectedRevision: 1 }))).toBe('committed');
  }
  await cluster.untilHealthy();
  await breakLines([engine]);
  expect(engine.rolledBack).toEqual([]);
  await state.close();
});

test(`a master is replaced under load, by ${[...new Set(FAILOVERS)].join(', ')}, and nobody over-spends`, {
  timeout: 900_000,
}, async () => {
  const engines = await openEngines();
  const pausesMs: Record<Kind, number[]> = { command: [], kill: [], stop: [] };
  let [acknowledged, noticed] = [0, 0];
  for (const [round, kind] of FAILOVERS.entries()) {
    const lostBefore = engines.map(({ rolledBack }) => rolledBack.length);
    const partitions = partitionsOf(round);
    const load = await Load.start(engines, partitions);
    await sleep(200);
    const partition = partitions[round % partitions.length]!;
    const { old, replica } = await mastersOf(partition);
    if (kind === 'kill') await holdBack(old, replica);
    const faultAtMs = performance.now();
    await strike({ old, replica }, kind);
    replica.resume();
    const isReplaced = async () => (await cluster.ownerOf(slotOf(partition))) === replica;
    await eventually(isReplaced);
    const replacedAtMs = performance.now();
    await load.untilCharged(partition);
    // Nobody tells that a slot has another master: whoever does not ask finds out much later.
    expect(performance.now() - replacedAtMs).toBeLessThan(1_500);
    pausesMs[kind].push(...load.longestPausesMs(partition, faultAtMs));
    if (kind === 'stop') old.resume();
    if (kind === 'kill') await old.restart();
    await cluster.untilHealthy();
    await load.stop();
    const rollBacks = engines.flatMap(({ rolledBack }, index) => rolledBack.slice(lostBefore[index]));
    acknowledged += load.acknowledged;
    noticed += rollBacks.reduce((total, { changes }) => total + changes, 0);
    await load.expectNothingUndetected(rollBacks);
  }
  expect(noticed).toBeGreaterThan(0);
  await Promise.all(engines.map(({ state }) => state.close()));
  const times = Object.entries(pausesMs).filter(([, all]) => all.length > 0);
  recordFigure('cluster-failover', {
    what: `Cluster of 3 masters with a replica each: longest time without an acknowledged charge on the slots of the master that is replaced, 2 servers of Tollgate, ${FAILOVERS.length} failovers (node time-out 1 s)`,
    result:
      `${times.map(([kind, all]) => `${kind}: ${spread(all)}`).join('; ')}; ${acknowledged} changes acknowledged, ` +
      `${noticed} lost by Redis and noticed, 0 undetected`,
  });
});

// ---- the cluster

function slotOf(partition: number): number {
  return clusterKeySlot(sessionKey(idIn(partition)));
}

/** Moves the slot of a partition to the next master, key by key, and leaves time for requests in between. */
async function move(partition: number): Promise<void> {
  const slot = slotOf(partition);
  const owner = await cluster.ownerOf(slot);
  const masters = (await cluster.masters()).map(({ node }) => node);
  const to = masters[(masters.indexOf(owner) + 1) % masters.length]!;
  await cluster.moveSlot(slot, to.port, {
    keysAtOnce: 1,
    between: (made) => sleep(made === 'moved some' ? 4 : 40),
  });
}

async function forgetScripts(): Promise<void> {
  for (const node of cluster.nodes) await node.ask('SCRIPT', 'FLUSH');
}

/** Breaks every line, and waits until all of them have been made anew. */
async function breakLines(engines: readonly Engine[]): Promise<void> {
  const before = engines.map(({ events }) => events.length);
  const masters = await cluster.masters();
  for (const { node } of masters) await node.ask('CLIENT', 'KILL', 'TYPE', 'normal');
  await eventually(() =>
    engines.every(({ events }, index) => {
      const since = events.slice(before[index]);
      return since.filter((kind) => kind === 'lost').length >= masters.length && since.at(-1) === 'ready';
    }),
  );
}

async function mastersOf(partition: number): Promise<{ old: ClusterNode; replica: ClusterNode }> {
  const old = await cluster.ownerOf(slotOf(partition));
  const shard = (await cluster.masters()).find(({ node }) => node === old);
  return { old, replica: shard!.replicas[0]! };
}

/** Changes are acknowledged that the replica never hears of. What is on the line it would still read, so that is cut. */
async function holdBack(old: ClusterNode, replica: ClusterNode): Promise<void> {
  replica.pause();
  await old.ask('CLIENT', 'KILL', 'TYPE', 'replica');
  await sleep(200);
}

async function strike({ old, replica }: { old: ClusterNode; replica: ClusterNode }, kind: Kind): Promise<void> {
  switch (kind) {
    case 'command':
      return cluster.failover(replica.port);
    case 'kill':
      return old.kill();
    case 'stop':
      return old.pause();
  }
}

// ---- engines

interface Engine {
  readonly name: string;
  readonly state: State;
  readonly rolledBack: RollBack[];
  /** Every event, by its kind. */
  readonly events: string[];
}

function openEngines(): Promise<Engine[]> {
  return Promise.all(['first', 'second'].map((name) => openEngine(name)));
}

/** For whom no server goes away: nothing is to be lost to a busy machine. */
const PATIENT_MS = 5_000;

async function openEngine(name: string, commandTimeoutMs = 250): Promise<Engine> {
  const rolledBack: RollBack[] = [];
  const events: string[] = [];
  const state = await openReady({
    commandTimeoutMs,
    url: cluster.url,
    onEvent(event) {
      events.push(event.kind);
      if (event.kind === 'rolled_back') rolledBack.push(event.rollBack);
    },
  });
  return { name, state, rolledBack, events };
}

/** Asks again, as a caller with a key does, until there is an answer. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'state_unavailable') throw error;
      await sleep(10);
    }
  }
}

// ---- load

interface Acknowledged {
  readonly engine: Engine;
  readonly id: string;
  readonly what: 'charge' | 'small charge' | 'record' | 'creation' | 'close';
  readonly label: string;
  readonly beganAtMs: number;
  readonly atMs: number;
}

/** Never the same twice: a session that an earlier round made is not to be taken for this one's. */
let labels = 0;

/** What both engines do at once in every partition, and the book that is kept of it. */
class Load {
  readonly #engines: readonly Engine[];
  readonly #partitions: readonly number[];
  readonly #sessions: readonly SessionRecord[];
  readonly #small: readonly SessionRecord[];
  /** One run per engine and partition. */
  readonly #runIds: readonly string[];
  readonly #book: Acknowledged[] = [];
  readonly #working: Promise<void>[] = [];
  readonly #problems: unknown[] = [];
  #isOver = false;

  static async start(engines: readonly Engine[], partitions: readonly number[]): Promise<Load> {
    const { state } = engines[0]!;
    const sessions = (callBudget: number) =>
      Promise.all(
        partitions.map((partition) => untilAnswered(() => created(state, { sessionId: idIn(partition), callBudget }))),
      );
    const runs = engines.flatMap(() => partitions.map((partition) => newRun(Date.now(), { runId: idIn(partition) })));
    for (const run of runs) await untilAnswered(() => state.commitRun(commitOf(run)));
    const load = new Load(engines, {
      partitions,
      sessions: await sessions(1_000_000),
      small: await sessions(SMALL_BUDGET),
      runIds: runs.map(({ runId }) => runId),
    });
    await cluster.untilHealthy();
    load.#begin();
    return load;
  }

  private constructor(
    engines: readonly Engine[],
    given: { partitions: readonly number[]; sessions: SessionRecord[]; small: SessionRecord[]; runIds: string[] },
  ) {
    this.#engines = engines;
    this.#partitions = given.partitions;
    this.#sessions = given.sessions;
    this.#small = given.small;
    this.#runIds = given.runIds;
  }

  get acknowledged(): number {
    return this.#book.length;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
    if (this.#problems.length > 0) throw this.#problems[0];
  }

  /** Of each engine, the longest time since then in which no charge in a partition was acknowledged. */
  longestPausesMs(partition: number, fromMs: number): number[] {
    const untilMs = performance.now();
    return this.#engines.map((engine) => {
      const times = this.#charges(engine, partition).flatMap(({ atMs }) => (atMs > fromMs ? [atMs] : []));
      return Math.max(...[...times, untilMs].map((atMs, place) => atMs - (times[place - 1] ?? fromMs)));
    });
  }

  /** Waits until every engine has made a charge in a partition that it began from now on. */
  async untilCharged(partition: number): Promise<void> {
    const nowMs = performance.now();
    const hasBegun = (engine: Engine) => this.#charges(engine, partition).some(({ beganAtMs }) => beganAtMs > nowMs);
    await eventually(() => this.#engines.every(hasBegun));
  }

  /** Where Redis has lost nothing: every acknowledged change is there, once. */
  async expectExact(): Promise<void> {
    for (const { session } of [...this.#sessions, ...this.#small]) {
      const made = this.#of(session.sessionId).length;
      expect(await this.#callsMade(session.sessionId)).toBe(made);
      expect(made).toBeLessThanOrEqual(session.callBudget);
    }
    for (const { session } of this.#small) expect(this.#of(session.sessionId)).toHaveLength(SMALL_BUDGET);
    for (const runId of this.#runIds) {
      expect(await this.#log(runId)).toEqual(this.#of(runId).map(({ label }) => label));
    }
    for (const { id } of this.#what('creation')) {
      const { record } = await untilAnswered(() => this.#engines[0]!.state.readSession(id));
      const isClosed = this.#what('close').some((close) => close.id === id);
      expect(record!.counters.closedAtMs !== undefined).toBe(isClosed);
    }
  }

  /** After a failover, which loses some: as much as was acknowledged is counted, and what is missing was reported. */
  async expectNothingUndetected(rollBacks: readonly RollBack[]): Promise<void> {
    const noticedOf = (id: string) =>
      rollBacks.filter((rollBack) => rollBack.id === id).reduce((total, { changes }) => total + changes, 0);
    for (const { session } of [...this.#sessions, ...this.#small]) {
      const { sessionId, callBudget } = session;
      const made = this.#of(sessionId).length;
      expect(await this.#callsMade(sessionId)).toBeGreaterThanOrEqual(Math.min(made, callBudget));
      expect(made).toBeLessThanOrEqual(callBudget + noticedOf(sessionId));
    }
    for (const runId of this.#runIds) {
      const log = new Set(await this.#log(runId));
      const missing = this.#of(runId).filter(({ label }) => !log.has(label)).length;
      expect(missing).toBeLessThanOrEqual(noticedOf(runId));
    }
  }

  #begin(): void {
    for (const [place, engine] of this.#engines.entries()) {
      for (const [index, record] of this.#sessions.entries()) {
        const runId = this.#runIds[place * this.#partitions.length + index]!;
        this.#work(() => this.#charge(engine, record, 'charge'));
        this.#work(() => this.#charge(engine, this.#small[index]!, 'small charge'));
        this.#work(() => this.#append(engine, runId));
        // Each adds keys to its slot, which must not grow faster than it is moved.
        this.#work(() => this.#openAndClose(engine, this.#partitions[index]!), 400);
      }
    }
  }

  #work(act: () => Promise<void>, everyMs = 20): void {
    const working = async () => {
      while (!this.#isOver) {
        await act();
        await sleep(everyMs);
      }
    };
    this.#working.push(working().catch((problem) => void this.#problems.push(problem)));
  }

  async #charge(engine: Engine, record: SessionRecord, what: 'charge' | 'small charge'): Promise<void> {
    const label = this.#label();
    const beganAtMs = performance.now();
    const answer = await untilAnswered(() => engine.state.charge(step(record, { idempotencyKey: operation(label) })));
    if (what === 'small charge' && answer.kind === 'denied') {
      expect(answer.reason).toBe('BUDGET_EXHAUSTED');
      return;
    }
    expect(['charged', 'replayed']).toContain(answer.kind);
    this.#note({ engine, id: record.session.sessionId, what, label, beganAtMs });
  }

  /** Adds one record, as the product does it: read, decide, commit, and begin anew if that has gone. */
  async #append(engine: Engine, runId: string): Promise<void> {
    const label = this.#label();
    const beganAtMs = performance.now();
    const append = { ...operation(label, { rpc: 'AppendAudit' }), answer: label };
    const outcome = () =>
      untilAnswered(async () => {
        const { stored, remembered, lostChanges } = await engine.state.readRun(runId, append);
        if (remembered) return 'committed';
        const run = { ...stored!.run, lastSequence: stored!.run.lastSequence + 1 };
        const records = [Buffer.from(label)];
        const from = { expectedRevision: stored!.revision, lostChanges };
        const commit = commitOf(run, { ...from, records, idempotencyKey: append });
        return engine.state.commitRun(commit);
      });
    while ((await outcome()) !== 'committed');
    this.#note({ engine, id: runId, what: 'record', label, beganAtMs });
  }

  /** Makes a session under a key, and closes every other one under another. */
  async #openAndClose(engine: Engine, partition: number): Promise<void> {
    const label = this.#label();
    const beganAtMs = performance.now();
    const agentId = `${engine.name}-${label}`;
    const wanted = newSession({ sessionId: idIn(partition), agentId });
    const creation = operation(label, { rpc: 'CreateSession' });
    const made = await untilAnswered(() => engine.state.createSession(wanted, 1_000, creation));
    if (made.kind !== 'created' && made.kind !== 'replayed') throw new Error(`not created: ${made.kind}`);
    const id = made.record?.session.sessionId ?? wanted.sessionId;
    this.#note({ engine, id, what: 'creation', label, beganAtMs });
    if (labels % 2 === 0) return;
    const closing = operation(label, { rpc: 'CloseSession' });
    const closed = await untilAnswered(() => engine.state.closeSession(id, closing));
    // A failover may have lost the session that was just made.
    if (closed.kind === 'closed' || closed.kind === 'replayed') {
      this.#note({ engine, id, what: 'close', label, beganAtMs });
    }
  }

  #label(): string {
    return `label-${++labels}`;
  }

  #note(given: Omit<Acknowledged, 'atMs'>): void {
    this.#book.push({ ...given, atMs: performance.now() });
  }

  #of(id: string): Acknowledged[] {
    return this.#book.filter((one) => one.id === id);
  }

  #what(what: Acknowledged['what']): Acknowledged[] {
    return this.#book.filter((one) => one.what === what);
  }

  #charges(engine: Engine, partition: number): Acknowledged[] {
    const { sessionId } = this.#sessions[this.#partitions.indexOf(partition)]!.session;
    return this.#of(sessionId).filter((one) => one.engine === engine);
  }

  async #callsMade(sessionId: string): Promise<number> {
    const { record } = await untilAnswered(() => this.#engines[0]!.state.readSession(sessionId));
    return record!.counters.callsMade;
  }

  async #log(runId: string): Promise<string[]> {
    const all = { afterSequence: 0, limit: 1_000_000 };
    const log = await untilAnswered(() => this.#engines[0]!.state.readLog(runId, all));
    return log.map((bytes) => Buffer.from(bytes).toString());
  }
}
