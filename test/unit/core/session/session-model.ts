// The session and agent operations of the state port as the simplest thing that is right: maps, one thread, a clock
// that the test sets, and core's own rules. What an engine answers is compared with what this answers.
//
// It leaves open what the port leaves open: which of several ended sessions go first under a limit, and whether a key
// in its second ten minutes is still remembered (here it is, as long as core counts it).
import type { DecisionRecord } from '../../../../src/core/decision/decision-record.ts';
import { partitionOf } from '../../../../src/core/partition.ts';
import { charge, type Remembered } from '../../../../src/core/session/charge.ts';
import { generationOf } from '../../../../src/core/session/remembered-keys.ts';
import {
  clockOf,
  closed,
  endsAtMs,
  isForgotten,
  openingCounters,
  type SessionLimits,
  type SessionRecord,
  statusOf,
} from '../../../../src/core/session/session.ts';
import type { AgentRecord } from '../../../../src/state/port/agent.ts';
import type { ChargedSession, ChargeResult, ChargeStep } from '../../../../src/state/port/charge.ts';
import type { RecordOf } from '../../../../src/state/port/decision.ts';
import type { IdempotencyKey } from '../../../../src/state/port/idempotency-key.ts';
import type { Position } from '../../../../src/state/port/position.ts';
import type { CloseSessionResult, CreateSessionResult, NewSession } from '../../../../src/state/port/session.ts';
import type { State } from '../../../../src/state/port/state.ts';

import { DecisionModel } from '../decision-model.ts';

type Modelled =
  | 'createSession'
  | 'readSession'
  | 'charge'
  | 'closeSession'
  | 'pageSessions'
  | 'removeEndedSessions'
  | 'deactivateAgent'
  | 'reactivateAgent'
  | 'readAgent';

type Synchronous<T> = {
  [K in keyof T]: T[K] extends (...args: infer Args) => Promise<infer Answer> ? (...args: Args) => Answer : never;
};

interface StoredSession {
  record: SessionRecord;
  readonly operations: Operations<Remembered | undefined>;
}

export class SessionModel implements Synchronous<Pick<State, Modelled>> {
  /** The store's clock, in ms since the epoch. A test may set it to anything, also back. */
  nowMs: number;
  /** What is bound to each trace, as far as a charge compares it. */
  readonly identities = new Map<string, Uint8Array>();

  readonly #endedRetentionMs: number;
  readonly #sessions = new Map<string, StoredSession>();
  readonly #deactivatedAtMs = new Map<string, number>();
  readonly #creations = new Map<string, Operations<string>>();
  readonly decisions = new DecisionModel();

  constructor({ nowMs, endedRetentionMs = 900_000 }: { nowMs: number; endedRetentionMs?: number }) {
    this.nowMs = nowMs;
    this.#endedRetentionMs = endedRetentionMs;
  }

  createSession(
    newSession: NewSession,
    maxLive: number,
    operation: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): CreateSessionResult {
    const { agentId, sessionId } = newSession;
    const creations = this.#creations.get(agentId) ?? new Operations();
    const before = operation && creations.find(operation, this.nowMs);
    if (before && before.fingerprint !== operation.fingerprint) return { kind: 'key_reused' };
    if (before) return { kind: 'replayed', record: this.#find(before.answer)?.record, now: this.nowMs };

    if (this.#deactivatedAtMs.has(agentId)) return { kind: 'agent_deactivated' };
    if (this.#live(agentId).length >= maxLive) return { kind: 'too_many_sessions' };

    const session = { ...newSession, createdAtMs: this.nowMs };
    const record = { session, counters: openingCounters(session) };
    this.#sessions.set(sessionId, { record, operations: new Operations() });
    if (recordOf) this.decisions.effect(recordOf(sessionId), record, record.counters, this.nowMs);
    if (operation) this.#creations.set(agentId, creations.remember(operation, sessionId, this.nowMs));
    return { kind: 'created', record, now: this.nowMs };
  }

  readSession(sessionId: string): { record: SessionRecord | undefined; now: number } {
    return { record: this.#find(sessionId)?.record, now: this.nowMs };
  }

  charge({
    sessionId,
    idempotencyKey: operation,
    identity,
    decisionId,
    record: entry,
    ...request
  }: ChargeStep): ChargeResult {
    const now = this.nowMs;
    const decision = entry && { ...entry, decisionId };
    if (identity && !sameBytes(identity.bytes, this.identities.get(identity.traceId))) {
      return { kind: 'identity_changed', now };
    }
    const stored = this.#find(sessionId);
    const unsaid = { callIndex: undefined, retryAfterMs: undefined, charged: undefined };
    if (!stored) {
      const reason = 'SESSION_UNKNOWN';
      const recorded = decision && { decisionId: this.decisions.denial(decision, undefined, { reason }, now) };
      return { kind: 'denied', reason, ...unsaid, ...recorded, now };
    }

    const { record, operations } = stored;
    const remembered = operation && operations.find(operation, clockOf(record.counters, now))?.answer;
    const keyed = operation && { fingerprint: operation.fingerprint, remembered };
    const outcome = charge(record, request, keyed, now);
    const shown: ChargedSession = { limits: limitsOf(record.session), counters: record.counters };
    switch (outcome.kind) {
      case 'charged': {
        const { counters } = outcome;
        stored.record = { session: record.session, counters };
        if (decision) this.decisions.effect(decision, record, counters, now);
        if (operation) {
          const { fingerprint } = operation;
          const { callsMade, windowStartMs, windowCalls, sequence } = counters;
          const answer = { fingerprint, decisionId, callsMade, windowStartMs, windowCalls, sequence };
          operations.remember(operation, answer, counters.clockMs);
        }
        return { kind: 'charged', limits: shown.limits, counters, now };
      }
      case 'replayed': {
        const { fingerprint: _, decisionId: firstId, ...first } = outcome.remembered;
        if (decision) this.decisions.repeat(firstId, decisionId, now);
        const counters = { ...record.counters, ...first };
        return { kind: 'replayed', decisionId: firstId, limits: shown.limits, counters, now };
      }
      case 'nothing_to_charge':
        return { kind: 'nothing_to_charge', ...shown, now };
      case 'denied': {
        const isStranger = outcome.reason === 'AGENT_MISMATCH' || outcome.reason === 'OWNER_MISMATCH';
        const recorded = decision && { decisionId: this.decisions.denial(decision, record, outcome, now) };
        return { ...unsaid, ...outcome, charged: isStranger ? undefined : shown, ...recorded, now };
      }
      case 'key_reused':
      case 'too_many_keys':
        return { kind: outcome.kind, now };
    }
  }

  closeSession(sessionId: string, operation: IdempotencyKey | undefined, recordOf?: RecordOf): CloseSessionResult {
    const stored = this.#find(sessionId);
    if (!stored) return { kind: 'unknown' };
    const { session, counters } = stored.record;
    const before = operation && stored.operations.find(operation, clockOf(counters, this.nowMs));
    if (before && before.fingerprint !== operation.fingerprint) return { kind: 'key_reused' };
    if (before) return { kind: 'replayed', record: stored.record, now: this.nowMs };
    if (counters.closedAtMs !== undefined) return { kind: 'already_closed' };

    const record = { session, counters: closed(counters, this.nowMs, operation !== undefined) };
    if (recordOf) this.decisions.effect(recordOf(sessionId), stored.record, record.counters, this.nowMs);
    stored.record = record;
    if (operation) stored.operations.remember(operation, undefined, record.counters.clockMs);
    return { kind: 'closed', record, now: this.nowMs };
  }

  pageSessions({ partition, after, limit }: { partition: number; after?: Position; limit: number }): {
    records: SessionRecord[];
    now: number;
  } {
    const records = this.#all()
      .filter(({ session }) => partitionOf(session.sessionId) === partition)
      .sort((a, b) => comparePositions(positionOf(b), positionOf(a)))
      .filter((record) => after === undefined || comparePositions(positionOf(record), after) < 0);
    return { records: records.slice(0, limit), now: this.nowMs };
  }

  removeEndedSessions(sweep: { partition: number; endedForMs: number; limit: number }): number {
    const ended = [...this.#sessions.values()]
      .map(({ record }) => record)
      .filter(({ session }) => partitionOf(session.sessionId) === sweep.partition)
      .filter((record) => statusOf(record, this.nowMs) !== 'active' && this.#endedForMs(record) >= sweep.endedForMs)
      .sort((a, b) => this.#endedForMs(b) - this.#endedForMs(a))
      .slice(0, sweep.limit);
    for (const { session } of ended) this.#sessions.delete(session.sessionId);
    return ended.length;
  }

  deactivateAgent(agentId: string, recordOf?: RecordOf): { agent: AgentRecord; sessionsClosed: number } {
    if (!this.#deactivatedAtMs.has(agentId)) this.#deactivatedAtMs.set(agentId, this.nowMs);
    const live = this.#live(agentId);
    for (const stored of live) {
      const before = stored.record;
      stored.record = { session: before.session, counters: closed(before.counters, this.nowMs, false) };
      if (!recordOf) continue;
      const decision = recordOf(before.session.sessionId);
      this.decisions.effect(decision, before, stored.record.counters, this.nowMs);
    }
    return { agent: this.readAgent(agentId), sessionsClosed: live.length };
  }

  reactivateAgent(agentId: string): AgentRecord {
    this.#deactivatedAtMs.delete(agentId);
    return this.readAgent(agentId);
  }

  /** Of a session: what the port's `pageDecisions` shows of it, whole. */
  pageDecisions({ of }: { of: { sessionId: string } }): DecisionRecord[] {
    return this.decisions.ofSession(of.sessionId);
  }

  readAgent(agentId: string): AgentRecord {
    return { deactivatedAtMs: this.#deactivatedAtMs.get(agentId), liveSessions: this.#live(agentId).length };
  }

  /** A session that is forgotten is as good as gone, stored or not. */
  #find(sessionId: string): StoredSession | undefined {
    const stored = this.#sessions.get(sessionId);
    return stored && !isForgotten(stored.record, this.#endedRetentionMs, this.nowMs) ? stored : undefined;
  }

  #all(): SessionRecord[] {
    return [...this.#sessions.keys()].flatMap((sessionId) => this.#find(sessionId)?.record ?? []);
  }

  #live(agentId: string): StoredSession[] {
    return [...this.#sessions.values()].filter(
      ({ record }) => record.session.agentId === agentId && statusOf(record, this.nowMs) === 'active',
    );
  }

  #endedForMs({ session, counters }: SessionRecord): number {
    return clockOf(counters, this.nowMs) - endsAtMs(session, counters);
  }
}

/** What one owner's idempotency keys have answered, for as long as core counts them: their generation and the next. */
class Operations<Answer> {
  readonly #byName = new Map<string, { fingerprint: string; generation: number; answer: Answer }>();

  find(operation: IdempotencyKey, clockMs: number): { fingerprint: string; answer: Answer } | undefined {
    const found = this.#byName.get(nameOf(operation));
    return found && generationOf(clockMs) - found.generation <= 1 ? found : undefined;
  }

  remember(operation: IdempotencyKey, answer: Answer, clockMs: number): this {
    const { fingerprint } = operation;
    this.#byName.set(nameOf(operation), { fingerprint, generation: generationOf(clockMs), answer });
    return this;
  }
}

function nameOf({ rpc, key }: IdempotencyKey): string {
  return `${rpc} ${key}`;
}

function limitsOf({ createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs }: SessionLimits): SessionLimits {
  return { createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs };
}

function positionOf({ session }: SessionRecord): Position {
  return { atMs: session.createdAtMs, id: session.sessionId };
}

function comparePositions(a: Position, b: Position): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}
