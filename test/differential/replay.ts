// Plays one history on the model and on the engines of a lane, and compares every answer.
import { createHash } from 'node:crypto';
import { inspect, isDeepStrictEqual } from 'node:util';
import { LIMITS } from '../../src/core/limits.ts';
import { partitionName, partitionOf } from '../../src/core/partition.ts';
import { type Call, clockOf, endsAtMs, generationOf, type SensitivityLevel, type SessionLimits, type SessionRecord, statusOf, usageOf } from '../../src/core/session.ts';
import { encodeIdentity } from '../../src/state/codec/identity-record.ts';
import type { ChargeStep, Operation, Position, State } from '../../src/state/port.ts';
import { ALICE, BOB } from '../contract/identities.ts';
import { RETENTION_MS } from '../contract/suite.ts';
import { SessionModel } from '../core/session-model.ts';
import { BACK_MS_MAX, type ChargeWish, type Guarded, type History, type Key, type Moment, type Step, type Target, type Who } from './history.ts';
import type { Engine, Lane } from './lanes.ts';
import { lookAlikesOf } from './names.ts';

/** How often each answer was given, by operation and kind: what the histories have reached. */
export type Tally = Map<string, number>;

/** The engines do not answer as the model does. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

/** @throws Disagreement at the first answer in which an engine differs from the model */
export async function replay(history: History, lane: Lane, tally: Tally = new Map()): Promise<void> {
  lane.nowMs = history.startMs;
  const playing = new Replay(history, lane, await lane.begin(), tally);
  for (const [index, step] of history.steps.entries()) await playing.take(step, index);
  await playing.compareEnd();
}

type Asked = SessionModel | State;

const IDENTITIES = { alice: ALICE, bob: BOB } satisfies Record<Who, unknown>;
const IDENTITY_TTL_MS = LIMITS.identityTtlMsMax;
const TRACES = ['trace', 'trace}'];
const FINGERPRINTS = ['00112233445566ff', 'fedcba9876543210'] as const;
const NEVER_CREATED = '0199f3a0-1111-7abc-8def-0000000000';

class Replay {
  readonly #history: History;
  readonly #lane: Lane;
  readonly #engines: readonly Engine[];
  readonly #tally: Tally;
  readonly #model: SessionModel;
  /** Every session that was created, with the charge keys used on it. */
  readonly #sessions: { readonly sessionId: string; readonly agentId: string; readonly keys: Map<string, Operation> }[] = [];
  readonly #creationsAtMs = new Map<string, number>();
  readonly #boundUntilMs = new Map<string, number>();
  #highestMs: number;
  #asked = 0;
  #decisions = 0;
  #where = () => '';

  constructor(history: History, lane: Lane, engines: readonly Engine[], tally: Tally) {
    this.#history = history;
    this.#lane = lane;
    this.#engines = engines;
    this.#tally = tally;
    this.#model = new SessionModel({ nowMs: history.startMs, endedRetentionMs: RETENTION_MS });
    this.#highestMs = history.startMs;
  }

  async take(step: Step, index: number): Promise<void> {
    this.#where = () => `step ${index} ${JSON.stringify(step)}`;
    switch (step.op) {
      case 'create':
        return this.#create(step);
      case 'charge':
        return this.#charge(step.charges);
      case 'close': {
        const { sessionId } = this.#targeted(step.target);
        const operation = step.key && operationOf(step.key, 'CloseSession');
        await this.#compare(step.op, (asked) => asked.closeSession(sessionId, operation));
        return;
      }
      case 'read': {
        const { sessionId } = this.#targeted(step.target);
        await this.#compare(step.op, (asked) => asked.readSession(sessionId));
        return;
      }
      case 'deactivateAgent':
      case 'reactivateAgent':
      case 'readAgent': {
        const agentId = this.#history.agents[step.agent]!;
        await this.#compare(step.op, (asked) => asked[step.op](agentId));
        return;
      }
      case 'page':
        return this.#page(step);
      case 'remove':
        return this.#remove(step);
      case 'bind':
        return this.#bind(TRACES[step.trace]!, step.who);
      case 'release':
        return this.#release(TRACES[step.trace]!);
      case 'wait':
        return this.#moveTo(this.#model.nowMs + step.ms);
      case 'reach':
        return this.#reach(step.moment, step.back, step.offsetMs);
    }
  }

  async #create({ agent, partition, maxLive, session, key }: Step & { op: 'create' }): Promise<void> {
    const agentId = this.#history.agents[agent]!;
    const sessionId = this.#idAt(this.#asked++, this.#history.partitions[partition]!);
    const wanted = { ...session, sessionId, agentId };
    const operation = key && this.#creationKey(agentId, operationOf(key, 'CreateSession'));
    const answer = await this.#compare('create', (asked) => asked.createSession(wanted, maxLive, operation));
    if (answer.kind !== 'created') return;
    this.#sessions.push({ sessionId, agentId, keys: new Map() });
    if (operation) this.#creationsAtMs.set(`${operation.key} ${agentId}`, this.#model.nowMs);
  }

  /**
   * A creation's key, unless the port leaves open whether it is still remembered. All remember it in its own ten
   * minutes and the next; then one forgets it with the generation and another after twenty minutes of its own.
   */
  #creationKey(agentId: string, operation: Operation): Operation | undefined {
    const atMs = this.#creationsAtMs.get(`${operation.key} ${agentId}`);
    if (atMs === undefined) return operation;
    const generations = generationOf(this.#model.nowMs) - generationOf(atMs);
    const longestMs = this.#highestMs - atMs;
    const twenty = 2 * LIMITS.operationGenerationMs;
    const remembered = Math.abs(generations) <= 1 && longestMs < twenty - 60_000 && generationOf(this.#highestMs) - generationOf(atMs) <= 1;
    const forgotten = generations >= 2 && longestMs >= twenty;
    return remembered || forgotten ? operation : undefined;
  }

  async #charge(wishes: readonly ChargeWish[]): Promise<void> {
    const steps: ChargeStep[] = [];
    // The model first and all of them: a batch may aim at what the one before it leaves.
    const expected = wishes.map((wish) => {
      const step = this.#chargeStep(wish);
      steps.push(step);
      return this.#model.charge(step);
    });
    await this.#compareTo('charge', expected, (state) => Promise.all(steps.map((step) => state.charge(step))));
    for (const answer of expected) this.#count('charge', answer.kind === 'denied' ? answer.reason : answer.kind);
  }

  #chargeStep(wish: ChargeWish): ChargeStep {
    const { sessionId, agentId, keys } = this.#targeted(wish.target);
    const record = this.#model.readSession(sessionId).record;
    const operation = wish.key && operationOf(wish.key);
    if (operation) keys.set(`${operation.rpc} ${operation.key}`, operation);
    return {
      sessionId,
      agentId: this.#agentOf(wish.agent, agentId),
      principals: principalsOf(wish.principals, record?.session.owner),
      calls: callsOf(wish, record, this.#model.nowMs),
      decisionId: uuidOf(`${this.#history.startMs} decision ${this.#decisions++}`),
      operation,
      identity: wish.guard && { traceId: TRACES[wish.guard.trace]!, bytes: this.#bytesOf(wish.guard.bytes, TRACES[wish.guard.trace]!) },
    };
  }

  #bytesOf(bytes: Guarded, traceId: string): Uint8Array {
    const bound = this.#model.identities.get(traceId) ?? encodeIdentity(ALICE);
    if (bytes === 'bound') return bound;
    if (bytes === 'cut') return bound.subarray(0, -1);
    return bytes === 'empty' ? new Uint8Array() : encodeIdentity(IDENTITIES[bytes]);
  }

  #agentOf(wanted: ChargeWish['agent'], own: string): string {
    if (wanted === 'own') return own;
    if (typeof wanted === 'number') return this.#history.agents[wanted]!;
    if (wanted !== 'look-alike') return wanted;
    const others = lookAlikesOf(own).filter((name) => name !== own);
    return others[this.#decisions % others.length]!;
  }

  async #page({ partition, limit, after }: Step & { op: 'page' }): Promise<void> {
    const page = { partition: this.#history.partitions[partition]!, limit };
    const behind = after && this.#positionOf(after.back, after.offsetMs, after.id);
    await this.#compare('page', (asked) => asked.pageSessions(behind ? { ...page, after: behind } : page));
  }

  #positionOf(back: number, offsetMs: number, id: 'own' | 'none'): Position | undefined {
    const { sessionId } = this.#targeted({ back, form: 'live' });
    const record = this.#model.readSession(sessionId).record;
    return record && { atMs: record.session.createdAtMs + offsetMs, id: id === 'own' ? sessionId : '' };
  }

  async #remove({ partition, endedForMs, limit }: Step & { op: 'remove' }): Promise<void> {
    const sweep = { partition: this.#history.partitions[partition]!, endedForMs, limit };
    const before = this.#answering(sweep.partition).length;
    // The port lets an end count by the store's clock, or by the session's own, which may be ahead of it.
    if (this.#answering(sweep.partition).some((record) => this.#endsAhead(record))) return;
    const most = await removeAll(this.#model, sweep);
    const least = before - this.#answering(sweep.partition).length;
    // A forgotten session is as good as gone already: whether it was still stored, and so counts, is open.
    const engines = await Promise.all(this.#engines.map(({ state }) => removeAll(state, sweep)));
    for (const [index, { name }] of this.#engines.entries()) {
      const count = engines[index]!;
      if (count < least || count > most) this.#disagree(name, `${least} to ${most} removed`, count);
    }
    this.#count('remove', most === 0 ? 'nothing' : 'some');
  }

  #answering(partition: number): SessionRecord[] {
    return this.#sessions.flatMap(({ sessionId }) => {
      const record = partitionOf(sessionId) === partition && this.#model.readSession(sessionId).record;
      return record ? [record] : [];
    });
  }

  #endsAhead({ counters }: SessionRecord): boolean {
    return counters.closedAtMs !== undefined && counters.closedAtMs > this.#model.nowMs;
  }

  async #bind(traceId: string, who: Who): Promise<void> {
    const bytes = encodeIdentity(IDENTITIES[who]);
    const before = this.#model.identities.get(traceId);
    const kind = !before ? 'bound' : isDeepStrictEqual(before, bytes) ? 'already_bound' : 'conflict';
    // The model knows no lifetimes, and stores count them down in their own ways: the contract's cases look at those.
    await this.#compareTo('bind', kind, async (state) => {
      return (await state.bindIdentity(traceId, IDENTITIES[who], IDENTITY_TTL_MS)).kind;
    });
    if (kind === 'conflict') return;
    this.#model.identities.set(traceId, bytes);
    this.#boundUntilMs.set(traceId, this.#model.nowMs + IDENTITY_TTL_MS);
  }

  async #release(traceId: string): Promise<void> {
    await this.#compareTo('release', this.#model.identities.delete(traceId), (state) => state.releaseIdentity(traceId));
  }

  async #reach(moment: Moment, back: number, offsetMs: number): Promise<void> {
    const record = this.#model.readSession(this.#targeted({ back, form: 'live' }).sessionId).record;
    const targetMs = momentOf(moment, record, this.#model.nowMs);
    if (targetMs !== undefined) await this.#moveTo(targetMs + offsetMs);
  }

  async #moveTo(targetMs: number): Promise<void> {
    const toMs = Math.max(targetMs, this.#highestMs - BACK_MS_MAX);
    for (const [traceId, untilMs] of this.#boundUntilMs) {
      if (toMs > untilMs - 60_000 && this.#model.identities.has(traceId)) await this.#release(traceId);
    }
    const passedMs = toMs - this.#model.nowMs;
    this.#model.nowMs = toMs;
    this.#lane.nowMs = toMs;
    this.#highestMs = Math.max(this.#highestMs, toMs);
    await Promise.all(this.#engines.map((engine) => engine.pass(passedMs)));
    this.#count('clock', passedMs < 0 ? 'back' : 'on');
  }

  /** What is left when the history is over: every session, every remembered key, every agent, every list. */
  async compareEnd(): Promise<void> {
    this.#where = () => 'at the end';
    for (const { sessionId, agentId, keys } of this.#sessions) {
      const { record } = await this.#compare('end', (asked) => asked.readSession(sessionId));
      if (!record) continue;
      // An empty batch shows what is remembered of a key and changes nothing.
      const asked = { sessionId, agentId, principals: [record.session.owner ?? ''], calls: [], identity: undefined };
      for (const operation of keys.values()) {
        const step: ChargeStep = { ...asked, operation, decisionId: uuidOf('end') };
        await this.#compare('end', (state) => state.charge(step));
      }
    }
    for (const agentId of this.#history.agents) await this.#compare('end', (asked) => asked.readAgent(agentId));
    for (const partition of this.#history.partitions) {
      await this.#compare('end', (asked) => asked.pageSessions({ partition, limit: 100 }));
    }
  }

  #targeted(target: Target): { sessionId: string; agentId: string; keys: Map<string, Operation> } {
    const nobody = { agentId: this.#history.agents[0]!, keys: new Map() };
    if (typeof target === 'string') return { sessionId: target, ...nobody };
    const live = target.form === 'live' ? this.#sessions.filter(({ sessionId }) => this.#isLive(sessionId)) : [];
    const sessions = live.length > 0 ? live : this.#sessions;
    const found = sessions.at(-1 - (target.back % sessions.length));
    if (!found) return { sessionId: `${NEVER_CREATED}${partitionName(this.#history.partitions[0]!)}`, ...nobody };
    const { sessionId } = found;
    if (target.form === 'live' || target.form === 'any') return found;
    if (target.form === 'upper case') return { ...found, sessionId: sessionId.toUpperCase(), keys: new Map() };
    const other = this.#history.partitions.find((partition) => partition !== partitionOf(sessionId))!;
    return { ...found, sessionId: sessionId.slice(0, -2) + partitionName(other), keys: new Map() };
  }

  #isLive(sessionId: string): boolean {
    const { record, now } = this.#model.readSession(sessionId);
    return record !== undefined && statusOf(record, now) === 'active';
  }

  /** A UUIDv7 in form; its order has nothing to do with the order of creation. */
  #idAt(index: number, partition: number): string {
    return uuidOf(`${this.#history.startMs} session ${index}`).slice(0, -2) + partitionName(partition);
  }

  async #compare<T>(op: string, ask: (asked: Asked) => T | Promise<T>): Promise<T> {
    const expected = (await ask(this.#model)) as T;
    await this.#compareTo(op, expected, ask);
    const { kind } = expected as { kind?: string };
    if (kind) this.#count(op, kind);
    return expected;
  }

  async #compareTo(op: string, expected: unknown, ask: (state: State) => unknown): Promise<void> {
    const answers = await Promise.all(this.#engines.map(({ state }) => answerOf(() => ask(state))));
    const wanted = plain(expected);
    for (const [index, { name }] of this.#engines.entries()) {
      if (!isDeepStrictEqual(plain(answers[index]), wanted)) this.#disagree(`${name} (${op})`, wanted, answers[index]);
    }
  }

  #disagree(who: string, expected: unknown, given: unknown): never {
    const show = (value: unknown) => inspect(value, { depth: 9, breakLength: 160, sorted: true });
    throw new Disagreement(
      `${who} differs from the model, ${this.#where()}, at ${this.#model.nowMs}\nmodel: ${show(expected)}\n${who}: ${show(given)}`,
    );
  }

  #count(op: string, kind: string): void {
    const name = `${op} ${kind}`;
    this.#tally.set(name, (this.#tally.get(name) ?? 0) + 1);
  }
}

function operationOf({ name, rpc, content }: Key, only?: string): Operation {
  return { rpc: only ?? rpc, key: name, fingerprint: FINGERPRINTS[content] };
}

function principalsOf(wanted: ChargeWish['principals'], owner = 'discord:1'): readonly string[] | undefined {
  if (wanted === 'owner') return [owner];
  if (wanted === 'owner last') return ['github:alice', `${owner}0`, owner];
  return wanted;
}

function callsOf({ count, tool, sensitivity, odd }: ChargeWish, record: SessionRecord | undefined, now: number): Call[] {
  const ceiling = record?.session.sensitivityCeiling ?? 0;
  const level = typeof sensitivity === 'number' ? sensitivity : clamp(ceiling + sensitivity.aboveCeiling, 3);
  const grant = record?.session.grant ?? 'all';
  const granted = grant === 'all' ? 'read' : (grant.at(-1) ?? 'read');
  const call = { tool: tool === 'granted' ? granted : tool, sensitivity: level as SensitivityLevel };
  const calls: Call[] = Array.from({ length: countOf(count, record, now) }, () => call);
  if (odd && calls.length > 0) calls[odd.place % calls.length] = { tool: odd.tool, sensitivity: odd.sensitivity };
  return calls;
}

/** As many as the budget or the window has left, or one more or less. */
function countOf(count: ChargeWish['count'], record: SessionRecord | undefined, now: number): number {
  if (typeof count === 'number') return count;
  if (!record) return 1;
  const { callsRemaining, rate } = usageOf(record.session, record.counters, now);
  const left = count.of === 'budget' ? callsRemaining : (rate?.remaining ?? 1);
  return clamp(left + count.offset, LIMITS.callsMax);
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}

/** When something changes for a session, or for the clock alone. */
function momentOf(moment: Moment, record: SessionRecord | undefined, now: number): number | undefined {
  if (moment === 'next generation') return (generationOf(now) + 1) * LIMITS.operationGenerationMs;
  if (!record) return undefined;
  const { session, counters } = record;
  switch (moment) {
    case 'time limit':
      return session.createdAtMs + session.timeLimitMs;
    case 'window end':
      return counters.windowStartMs + session.rateWindowMs;
    case 'retention end':
      return endsAtMs(session, counters) + RETENTION_MS;
    case 'key forgotten':
      return (generationOf(clockOf(counters, now)) + 2) * LIMITS.operationGenerationMs;
  }
}

async function removeAll(asked: Asked, sweep: { partition: number; endedForMs: number; limit: number }): Promise<number> {
  let removed = 0;
  for (;;) {
    const count = await asked.removeEndedSessions(sweep);
    removed += count;
    if (count < sweep.limit) return removed;
  }
}

async function answerOf(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    return { threw: error };
  }
}

/** An engine may hand over its whole session where the port asks for the limits alone; only those are compared. */
function plain(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(plain);
  if (typeof answer !== 'object' || answer === null) return answer;
  const { limits, charged, ...rest } = answer as { limits?: SessionLimits; charged?: unknown };
  return {
    ...rest,
    ...('charged' in answer ? { charged: plain(charged) } : {}),
    ...(limits ? { limits: limitsOf(limits) } : {}),
  };
}

function limitsOf({ createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs }: SessionLimits): SessionLimits {
  return { createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs };
}

function uuidOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
