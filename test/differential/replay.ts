// Plays one history on the model and on the engines of a lane, and compares every answer and all that is left at the end.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { countedCalls, type DecisionRpc } from '../../src/core/decision/decision-record.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { isOwnId, partitionName, partitionOf } from '../../src/core/partition.ts';
import { generationOf } from '../../src/core/session/remembered-keys.ts';
import { endsAtMs, type SessionRecord, statusOf } from '../../src/core/session/session.ts';
import { encodeIdentity } from '../../src/state/codec/identity-record.ts';
import type { ChargeStep } from '../../src/state/port/charge.ts';
import type { NewDecision, RecordOf } from '../../src/state/port/decision.ts';
import type { IdempotencyKey } from '../../src/state/port/idempotency-key.ts';
import type { Position } from '../../src/state/port/position.ts';
import type { State } from '../../src/state/port/state.ts';
import { EVER, entryOf } from '../contract/decisions.ts';
import { ALICE, BOB } from '../contract/identities.ts';
import { RETENTION_MS } from '../contract/suite.ts';
import { SessionModel } from '../unit/core/session/session-model.ts';
import { callsOf, momentOf, principalsOf } from './aims.ts';
import { Disagreement, disagreement, expectOfAll } from './compare.ts';
import {
  BACK_MS_MAX,
  type ChargeWish,
  type Guarded,
  type History,
  type Key,
  type Step,
  type Target,
  type Who,
} from './history.ts';
import type { Engine, Lane } from './lanes.ts';
import { lookAlikesOf } from './names.ts';

/** How often each answer was given, by operation and kind: what the histories have reached. */
export type Tally = Map<string, number>;

/** @throws Disagreement at the first answer in which an engine differs from the model */
export async function replay(history: History, lane: Lane, tally: Tally = new Map()): Promise<void> {
  lane.nowMs = history.startMs;
  const playing = new Replay(history, lane, await lane.begin(), tally);
  for (const [index, step] of history.steps.entries()) {
    try {
      await playing.take(step);
    } catch (error) {
      if (!(error instanceof Disagreement)) throw error;
      throw new Disagreement(`step ${index}, ${step.op}, at ${lane.nowMs}: ${error.message}`);
    }
  }
  await playing.compareEnd();
}

type Asked = SessionModel | State;
type Ask = (asked: Asked) => unknown;
type Sweep = Parameters<State['removeEndedSessions']>[0];

/** A session that was created. */
interface Known {
  readonly sessionId: string;
  readonly agentId: string;
  readonly keys: Map<string, UsedKey>;
}

interface UsedKey {
  readonly operation: IdempotencyKey;
  /** Of remembered keys, into which it fell; undefined while it had no effect. */
  readonly generation: number | undefined;
}

const IDENTITIES = { alice: ALICE, bob: BOB } satisfies Record<Who, unknown>;
const IDENTITY_TTL_MS = LIMITS.identityTtlMsMax;
const TRACES = ['trace', 'trace}'];
const FINGERPRINTS = ['00112233445566ff', 'fedcba9876543210'] as const;
const NEVER_CREATED = '0199f3a0-1111-7abc-8def-0000000000';
const TWO_GENERATIONS_MS = 2 * LIMITS.operationGenerationMs;

class Replay {
  readonly #history: History;
  readonly #lane: Lane;
  readonly #engines: readonly Engine[];
  readonly #tally: Tally;
  readonly #model: SessionModel;
  readonly #known: Known[] = [];
  readonly #creationsAtMs = new Map<string, number>();
  readonly #boundUntilMs = new Map<string, number>();
  /** The latest time that the clock has shown. */
  #highestMs: number;
  #idsMade = 0;

  constructor(history: History, lane: Lane, engines: readonly Engine[], tally: Tally) {
    this.#history = history;
    this.#lane = lane;
    this.#engines = engines;
    this.#tally = tally;
    this.#model = new SessionModel({ nowMs: history.startMs, endedRetentionMs: RETENTION_MS });
    this.#highestMs = history.startMs;
  }

  async take(step: Step): Promise<void> {
    switch (step.op) {
      case 'create':
        return this.#create(step);
      case 'charge':
        return this.#charge(step.charges);
      case 'close':
        return this.#close(step);
      case 'read': {
        const { sessionId } = this.#targeted(step.target);
        return void (await this.#compare(step.op, (asked) => asked.readSession(sessionId)));
      }
      case 'deactivateAgent':
      case 'reactivateAgent':
      case 'readAgent': {
        const agentId = this.#history.agents[step.agent]!;
        if (step.op !== 'deactivateAgent') {
          const { op } = step;
          return void (await this.#compare(op, (asked) => asked[op](agentId)));
        }
        const recordOf = this.#recordOf('DeactivateAgent');
        return void (await this.#compare(step.op, (asked) => asked.deactivateAgent(agentId, recordOf)));
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
        return this.#reach(step);
      case 'cross':
        return this.#cross(step);
    }
  }

  async #create({ agent, partition, maxLive: cap, session, key }: Step & { op: 'create' }): Promise<void> {
    const agentId = this.#history.agents[agent]!;
    const maxLive = typeof cap === 'number' ? cap : this.#model.readAgent(agentId).liveSessions + cap.aboveLive;
    const sessionId = this.#newId().slice(0, -2) + partitionName(this.#history.partitions[partition]!);
    const wanted = { ...session, sessionId, agentId };
    const operation = key && this.#creationOperation(agentId, operationOf(key, 'CreateSession'));
    const recordOf = this.#recordOf('CreateSession');
    const answer = await this.#compare('create', (asked) => asked.createSession(wanted, maxLive, operation, recordOf));
    if (answer.kind !== 'created') return;
    this.#known.push({ sessionId, agentId, keys: new Map() });
    if (operation) this.#creationsAtMs.set(`${operation.key} ${agentId}`, this.#model.nowMs);
  }

  /**
   * A creation's key, unless the port leaves open whether it is still remembered. Every store remembers it in its own
   * ten minutes and in the next; then one forgets it with the generation, another when twenty minutes have passed.
   */
  #creationOperation(agentId: string, operation: IdempotencyKey): IdempotencyKey | undefined {
    const atMs = this.#creationsAtMs.get(`${operation.key} ${agentId}`);
    if (atMs === undefined) return operation;
    const generation = generationOf(atMs);
    const longestMs = this.#highestMs - atMs;
    // A minute less, because Redis counts in real time, too, while the history is played.
    const isRemembered = generationOf(this.#highestMs) <= generation + 1 && longestMs < TWO_GENERATIONS_MS - 60_000;
    const isForgotten = generationOf(this.#model.nowMs) >= generation + 2 && longestMs >= TWO_GENERATIONS_MS;
    return isRemembered || isForgotten ? operation : undefined;
  }

  async #charge(wishes: readonly ChargeWish[]): Promise<void> {
    const steps: ChargeStep[] = [];
    // The model takes all of them first: a charge may aim at what the one before it leaves.
    const expected = wishes.map((wish) => {
      const { keys, ...step } = this.#chargeStep(wish);
      steps.push(step);
      const answer = this.#model.charge(step);
      noteKey(keys, step.idempotencyKey, answer.kind === 'charged' ? answer.counters.clockMs : undefined);
      return answer;
    });
    await expectOfAll(this.#engines, expected, (state) => Promise.all(steps.map((step) => state.charge(step))));
    for (const answer of expected) this.#count('charge', answer.kind === 'denied' ? answer.reason : answer.kind);
  }

  #chargeStep({ guard, key, ...wish }: ChargeWish): ChargeStep & Pick<Known, 'keys'> {
    const { sessionId, agentId, keys } = this.#targeted(wish.target);
    const { record, now } = this.#model.readSession(sessionId);
    const traceId = TRACES[guard?.trace ?? 0]!;
    const calls = callsOf({ ...wish, guard, key }, record, now);
    const asking = this.#agentOf(wish.agent, agentId);
    const principals = principalsOf(wish.principals, record?.session.owner);
    const counted = { calls: countedCalls(calls), callsTotal: calls.length };
    // Only what lies under an id of ours is recorded in the step of its charge.
    const isRecorded = isOwnId(sessionId) && this.#idsMade % 8 !== 0;
    return {
      sessionId,
      agentId: asking,
      principals,
      calls,
      decisionId: this.#newDecisionId(sessionId),
      ...(isRecorded && { record: entryOf({ sessionId, agentId: asking, principal: principals?.[0], ...counted }) }),
      idempotencyKey: key && operationOf(key),
      identity: guard && { traceId, bytes: this.#bytesOf(guard.bytes, traceId) },
      keys,
    };
  }

  #agentOf(wanted: ChargeWish['agent'], own: string): string {
    if (wanted === 'own') return own;
    if (typeof wanted === 'number') return this.#history.agents[wanted]!;
    if (wanted !== 'look-alike') return wanted;
    const others = lookAlikesOf(own).filter((name) => name !== own);
    return others[this.#idsMade % others.length]!;
  }

  #bytesOf(bytes: Guarded, traceId: string): Uint8Array {
    const bound = this.#model.identities.get(traceId) ?? encodeIdentity(ALICE);
    if (bytes === 'bound') return bound;
    if (bytes === 'cut') return bound.subarray(0, -1);
    return bytes === 'empty' ? new Uint8Array() : encodeIdentity(IDENTITIES[bytes]);
  }

  async #close({ target, keys: wanted, meanwhile }: Step & { op: 'close' }): Promise<void> {
    const { sessionId, keys } = this.#targeted(target);
    for (const [index, key] of wanted.entries()) {
      const record = () => this.#model.readSession(sessionId).record;
      const laterMs = meanwhile && index > 0 ? momentOf(meanwhile, record(), this.#model.nowMs) : undefined;
      if (laterMs !== undefined) await this.#moveTo(laterMs);
      const operation = key && operationOf(key, 'CloseSession');
      const recordOf = this.#recordOf('CloseSession');
      const answer = await this.#compare('close', (asked) => asked.closeSession(sessionId, operation, recordOf));
      noteKey(keys, operation, answer.kind === 'closed' ? answer.record.counters.clockMs : undefined);
    }
  }

  async #page({ partition, limit, after }: Step & { op: 'page' }): Promise<void> {
    const page = { partition: this.#history.partitions[partition]!, limit };
    const behind = after && this.#positionOf(after);
    await this.#compare('page', (asked) => asked.pageSessions(behind ? { ...page, after: behind } : page));
  }

  #positionOf({ back, offsetMs, id }: NonNullable<(Step & { op: 'page' })['after']>): Position | undefined {
    const { sessionId } = this.#targeted({ back, form: 'any' });
    const { record } = this.#model.readSession(sessionId);
    return record && { atMs: record.session.createdAtMs + offsetMs, id: id === 'own' ? sessionId : '' };
  }

  async #remove({ partition: place, endedForMs, limit, about }: Step & { op: 'remove' }): Promise<void> {
    const partition = this.#history.partitions[place]!;
    const aimed = about && this.#answering(partition).at(-1 - about.back);
    if (aimed) await this.#moveTo(endsAtMs(aimed.session, aimed.counters) + endedForMs + about.offsetMs);
    const before = this.#answering(partition);
    // Whether what was closed at a time that the store's clock has yet to reach again has ended by now is left open: the
    // model goes by the session's clock, the engines go by the store's.
    if (before.some(({ counters }) => (counters.closedAtMs ?? 0) > this.#model.nowMs)) return;

    const sweep = { partition, endedForMs, limit };
    const most = await removeAll(this.#model, sweep);
    // A forgotten session is as good as gone: whether it was still stored, and counts as removed, is left open.
    const least = before.length - this.#answering(partition).length;
    const removed = await Promise.all(this.#engines.map(({ state }) => removeAll(state, sweep)));
    for (const [index, { name }] of this.#engines.entries()) {
      const count = removed[index]!;
      if (count < least || count > most) throw disagreement(name, `${least} to ${most} removed`, count);
    }
    this.#count('remove', most === 0 ? 'nothing' : 'some');
  }

  async #bind(traceId: string, who: Who): Promise<void> {
    const bytes = encodeIdentity(IDENTITIES[who]);
    const before = this.#model.identities.get(traceId);
    const kind = !before ? 'bound' : isDeepStrictEqual(before, bytes) ? 'already_bound' : 'conflict';
    // The kind alone: stores count lifetimes in ways of their own, and the contract's cases look at them.
    await expectOfAll(this.#engines, { kind }, async (state) => {
      return { kind: (await state.bindIdentity(traceId, IDENTITIES[who], IDENTITY_TTL_MS)).kind };
    });
    if (kind === 'conflict') return;
    this.#model.identities.set(traceId, bytes);
    this.#boundUntilMs.set(traceId, this.#model.nowMs + IDENTITY_TTL_MS);
  }

  async #release(traceId: string): Promise<void> {
    const wasBound = this.#model.identities.delete(traceId);
    await expectOfAll(this.#engines, wasBound, (state) => state.releaseIdentity(traceId));
  }

  async #reach({ moment, target, offsetMs }: Step & { op: 'reach' }): Promise<void> {
    const { record } = this.#model.readSession(this.#targeted(target).sessionId);
    const atMs = momentOf(moment, record, this.#model.nowMs);
    if (atMs !== undefined) await this.#moveTo(atMs + offsetMs);
  }

  async #cross({ moment, target, offsetMs, steps }: Step & { op: 'cross' }): Promise<void> {
    const { sessionId, agentId } = this.#targeted(target);
    const atMs = momentOf(moment, this.#model.readSession(sessionId).record, this.#model.nowMs);
    if (atMs === undefined) return;
    await this.#moveTo(atMs + 1);
    for (const step of steps) await this.take(step);
    await this.#moveTo(atMs + offsetMs);
    await this.#compare('cross', (asked) => asked.readSession(sessionId));
    await this.#compare('cross', (asked) => asked.readAgent(agentId));
  }

  async #moveTo(wantedMs: number): Promise<void> {
    const toMs = Math.max(wantedMs, this.#highestMs - BACK_MS_MAX);
    // The model knows no lifetimes of identity records, so none runs out in a history.
    for (const [traceId, untilMs] of this.#boundUntilMs) {
      if (toMs > untilMs - 60_000 && this.#model.identities.has(traceId)) await this.#release(traceId);
    }
    const passedMs = toMs - this.#model.nowMs;
    this.#model.nowMs = toMs;
    this.#lane.nowMs = toMs;
    this.#highestMs = Math.max(this.#highestMs, toMs);
    if (passedMs !== 0) await Promise.all(this.#engines.map((engine) => engine.pass(passedMs)));
    this.#count('clock', passedMs < 0 ? 'set back' : 'on');
  }

  /** Every session, every remembered key, every agent and every list, as the history leaves them. */
  async compareEnd(): Promise<void> {
    const asks: Ask[] = [
      ...this.#known.flatMap((known) => [
        (asked: Asked) => asked.readSession(known.sessionId),
        (asked: Asked) => asked.pageDecisions({ of: { sessionId: known.sessionId }, ...EVER }),
        ...this.#keyAsks(known),
      ]),
      ...this.#history.agents.map((agentId) => (asked: Asked) => asked.readAgent(agentId)),
      ...this.#history.partitions.map((partition) => (asked: Asked) => asked.pageSessions({ partition, limit: 1_000 })),
    ];
    const expected = asks.map((ask) => ask(this.#model));
    await expectOfAll(this.#engines, expected, (state) => Promise.all(asks.map((ask) => ask(state))));
    for (const answer of expected) this.#countKind('end', answer);
  }

  /** An empty batch, or another close of what is closed, shows what is remembered of a key and changes nothing. */
  #keyAsks({ sessionId, agentId, keys }: Known): Ask[] {
    const { record } = this.#model.readSession(sessionId);
    if (!record) return [];
    const principals = record.session.owner === undefined ? undefined : [record.session.owner];
    return [...keys.values()].flatMap((used): Ask[] => {
      const { operation } = used;
      if (used.operation.rpc === 'CloseSession') {
        if (record.counters.closedAtMs === undefined) return [];
        return [(asked) => asked.closeSession(sessionId, operation)];
      }
      const decisionId = `${NEVER_CREATED}00`;
      const idempotencyKey = operation;
      const step = { sessionId, agentId, principals, calls: [], decisionId, idempotencyKey, identity: undefined };
      return [(asked) => asked.charge(step)];
    });
  }

  async #compare<T>(op: string, ask: (asked: Asked) => T | Promise<T>): Promise<T> {
    const expected = await ask(this.#model);
    await expectOfAll(this.#engines, expected, ask);
    this.#countKind(op, expected);
    return expected;
  }

  #countKind(op: string, answer: unknown): void {
    if (typeof answer === 'object' && answer !== null && 'kind' in answer) this.#count(op, String(answer.kind));
  }

  #count(op: string, kind: string): void {
    const name = `${op}: ${kind}`;
    this.#tally.set(name, (this.#tally.get(name) ?? 0) + 1);
  }

  #targeted(target: Target): Known {
    const nobody = { agentId: this.#history.agents[0]!, keys: new Map() };
    if (typeof target === 'string') return { sessionId: target, ...nobody };
    const live = target.form === 'live' ? this.#known.filter(({ sessionId }) => this.#isLive(sessionId)) : [];
    const among = live.length > 0 ? live : this.#known;
    const found = among.at(-1 - (target.back % among.length));
    if (!found) return { sessionId: `${NEVER_CREATED}${partitionName(this.#history.partitions[0]!)}`, ...nobody };
    const { sessionId } = found;
    switch (target.form) {
      case 'live':
      case 'any':
        return found;
      case 'upper case':
        return { ...found, sessionId: sessionId.toUpperCase(), keys: new Map() };
      case 'other partition': {
        const other = this.#history.partitions.find((partition) => partition !== partitionOf(sessionId))!;
        return { ...found, sessionId: sessionId.slice(0, -2) + partitionName(other), keys: new Map() };
      }
    }
  }

  #isLive(sessionId: string): boolean {
    const { record, now } = this.#model.readSession(sessionId);
    return record !== undefined && statusOf(record, now) === 'active';
  }

  /** The partition's sessions that still answer. */
  #answering(partition: number): SessionRecord[] {
    return this.#known.flatMap(({ sessionId }) => {
      const record = partitionOf(sessionId) === partition && this.#model.readSession(sessionId).record;
      return record ? [record] : [];
    });
  }

  /** In the order of making, as far as the clock goes on, and in the partition of a session. */
  #newDecisionId(sessionId: string, about = ''): string {
    const time = this.#model.nowMs.toString(16).padStart(12, '0');
    const tail = (this.#idsMade++).toString(16).padStart(8, '0');
    const mark = createHash('sha256').update(about).digest('hex').slice(0, 2);
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}${mark}${sessionId.slice(-2)}`;
  }

  /** The records of what one step does to sessions; the same for the model and the engines. */
  #recordOf(rpc: DecisionRpc): RecordOf {
    const made = new Map<string, NewDecision>();
    return (sessionId) => {
      const decision = made.get(sessionId) ?? {
        decisionId: this.#newDecisionId(sessionId, sessionId),
        ...entryOf({ rpc, sessionId }),
      };
      made.set(sessionId, decision);
      return decision;
    };
  }

  /** A UUIDv7 in its form; the order of ids has nothing to do with the order of creation. */
  #newId(): string {
    const hex = createHash('sha256')
      .update(`${this.#history.startMs} ${this.#idsMade++}`)
      .digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}

function operationOf({ name, rpc, content }: Key, only?: string): IdempotencyKey {
  return { rpc: only ?? rpc, key: name, fingerprint: FINGERPRINTS[content] };
}

function nameOf({ rpc, key }: IdempotencyKey): string {
  return `${rpc} ${key}`;
}

/** @param effectAtMs  the session's clock when the key had its effect, if it did */
function noteKey(keys: Known['keys'], operation: IdempotencyKey | undefined, effectAtMs: number | undefined): void {
  if (!operation) return;
  const generation = effectAtMs === undefined ? keys.get(nameOf(operation))?.generation : generationOf(effectAtMs);
  keys.set(nameOf(operation), { operation, generation });
}

async function removeAll(asked: Asked, sweep: Sweep): Promise<number> {
  let removed = 0;
  for (;;) {
    const count = await asked.removeEndedSessions(sweep);
    removed += count;
    if (count < sweep.limit) return removed;
  }
}
