// Authorize and ConsumeBudget: decide, and charge in the same step. ConsumeBudget is Authorize for any number of calls,
// without slash and scope.
//
// INVARIANT: an ALLOW leaves here only behind a charge that the store has made, together with the comparison of the
// identity record that the decision rests on.
import { type Ask, type BeforeCharge, checkBeforeCharge, type Facts, type RequestedCall } from '../core/authorize.ts';
import { type Check, failed, restsOnAssertion, type Verdict, verdictOf } from '../core/decision.ts';
import type { AskedCall } from '../core/decision-record.ts';
import { Failure } from '../core/failure.ts';
import type { Identity, StoredIdentity } from '../core/identity.ts';
import { isOwnId } from '../core/partition.ts';
import { type Call, charge, sessionChecks, standingChecks, type Usage, usageOf } from '../core/session.ts';
import { effectiveSensitivity } from '../core/tools.ts';
import type { ChargeAnswer, ChargedSession, Operation } from '../state/port.ts';
import { pendingCharge, publishCharge } from './charge-record.ts';
import { type Decision, decide } from './decision.ts';
import { isPreparing, isRecorded, type PendingRecord, prepared, type Settled, settle } from './decision-records.ts';
import { newId, partitionFor } from './ids.ts';
import { findIdentity, findRun, type LoadedPolicy, type Pdp } from './pdp.ts';

export interface ChargeRequest extends Ask {
  readonly rpc: 'Authorize' | 'ConsumeBudget';
  readonly traceId: string | undefined;
  readonly runId: string | undefined;
  /** Undefined only where the rules let a session be optional. */
  readonly session: { readonly sessionId: string; readonly agentId: string } | undefined;
  readonly requireSession: boolean;
  readonly operation: Operation | undefined;
  readonly dryRun: boolean;
  readonly explain: boolean;
}

export interface ChargeDecision {
  readonly decision: Decision;
  /** With an ALLOW only. */
  readonly identity: Identity | undefined;
  readonly usage: Usage | undefined;
}

/** How often an identity may change under a decision before the store is reported as unsteady. */
const ATTEMPTS_MAX = 4;

/**
 * Decides a request and charges its session, all or nothing.
 *
 * @throws Failure state_unavailable (whether the charge took place is unknown: repeat with the same key), key_reused,
 * too_many_keys
 */
export async function decideAndCharge(pdp: Pdp, request: ChargeRequest): Promise<ChargeDecision> {
  const loaded = pdp.policy();
  const cached = request.dryRun || request.traceId === undefined ? undefined : pdp.identities.get(request.traceId);
  if (cached) {
    const answered = await attempt(pdp, loaded, request, cached, true);
    if (answered) return answered;
  }
  for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts++) {
    const identity = await findIdentity(pdp, request.traceId);
    const answered = await attempt(pdp, loaded, request, identity, false);
    if (answered) return answered;
  }
  throw new Failure('state_unavailable', 'the identity record keeps changing');
}

/** A dry run on an identity that was found already; writes nothing. */
export async function rehearseOn(pdp: Pdp, request: ChargeRequest, identity: Facts['identity']): Promise<Decision> {
  const answered = await attempt(pdp, pdp.policy(), { ...request, dryRun: true, explain: true }, identity, false);
  if (!answered) throw new Error('a dry run on a fresh reading always answers');
  return answered.decision;
}

/** One decision on one reading of the identity. Undefined: decide again on a fresh reading, nothing was charged. */
async function attempt(
  pdp: Pdp,
  loaded: LoadedPolicy,
  request: ChargeRequest,
  identity: Facts['identity'],
  isCached: boolean,
): Promise<ChargeDecision | undefined> {
  // No await where nothing is fetched: most decisions name no run.
  const run = request.runId === undefined ? undefined : await findRun(pdp, request.runId);
  const facts = { identity, run, sessionId: request.session?.sessionId };
  const before = checkBeforeCharge(loaded.policy, pdp.rules.assertedFacts, request, facts);
  const calls = request.calls.map((call) => effectiveCall(loaded, call));
  const answer = new Answer(pdp, loaded, request, { before, calls, identity: identity?.identity });
  if (!before.passed) return isCached ? undefined : answer.withoutCharge(verdictOf(before.checks));
  if (!request.session) {
    if (isCached) return undefined;
    const missing = request.requireSession ? [failed('session', 'SESSION_REQUIRED')] : [];
    return answer.withoutCharge(verdictOf([...before.checks, ...missing]));
  }
  if (request.dryRun) return answer.charged(await rehearse(pdp, request.session, calls, before));
  const pending = answer.recordWithCharge();
  // WHY NOT always awaited: a turn of the event loop for each charge.
  if (pending && isPreparing(pdp, pending.context)) await prepared(pdp, pending.context);
  const charged = await pdp.state.charge({
    sessionId: request.session.sessionId,
    agentId: request.session.agentId,
    principals: before.principals,
    calls,
    decisionId: answer.decisionId,
    operation: request.operation,
    identity: guardOf(request.traceId, identity),
    record: pending?.entry,
  });
  if (charged.kind === 'identity_changed') {
    if (request.traceId !== undefined) pdp.identities.delete(request.traceId);
    return undefined;
  }
  return answer.recorded(charged);
}

function guardOf(traceId: string | undefined, identity: StoredIdentity | null | undefined) {
  return traceId !== undefined && identity ? { traceId, bytes: identity.bytes } : undefined;
}

function effectiveCall({ policy }: LoadedPolicy, call: RequestedCall): AskedCall {
  return { tool: call.tool, sensitivity: effectiveSensitivity(policy, call), stated: call.sensitivity };
}

type Charged = Exclude<ChargeAnswer, { kind: 'identity_changed' }>;

/** What a charge would answer now, from core itself; writes nothing. */
async function rehearse(
  pdp: Pdp,
  { sessionId, agentId }: { sessionId: string; agentId: string },
  calls: readonly Call[],
  before: BeforeCharge,
): Promise<Charged> {
  const { record, now } = await pdp.state.readSession(sessionId);
  const unknown = { callIndex: undefined, retryAfterMs: undefined, charged: undefined };
  if (!record) return { kind: 'denied', reason: 'SESSION_UNKNOWN', now, ...unknown };
  const session: ChargedSession = { limits: record.session, counters: record.counters };
  const outcome = charge(record, { agentId, principals: before.principals, calls }, undefined, now);
  switch (outcome.kind) {
    case 'charged':
      return { kind: 'charged', limits: record.session, counters: outcome.counters, now };
    case 'nothing_to_charge':
      return { kind: 'nothing_to_charge', ...session, now };
    case 'denied': {
      const mayShow = outcome.reason !== 'AGENT_MISMATCH' && outcome.reason !== 'OWNER_MISMATCH';
      return {
        kind: 'denied',
        reason: outcome.reason,
        callIndex: outcome.callIndex,
        retryAfterMs: outcome.retryAfterMs,
        charged: mayShow ? session : undefined,
        now,
      };
    }
    default:
      // A rehearsal has no key, so nothing is remembered of it.
      throw new Error(`unexpected outcome of a rehearsal: ${outcome.kind}`);
  }
}

/** Builds the one answer of a decision out of how far it came. */
class Answer {
  readonly decisionId: string;
  #pending: PendingRecord | undefined;

  constructor(
    private readonly pdp: Pdp,
    private readonly loaded: LoadedPolicy,
    private readonly request: ChargeRequest,
    private readonly found: { before: BeforeCharge; calls: readonly AskedCall[]; identity: Identity | undefined },
  ) {
    this.decisionId = newId(pdp.clock(), partitionFor(request.session?.sessionId, request.runId));
  }

  async withoutCharge(verdict: Verdict): Promise<ChargeDecision> {
    const { callIndex } = this.found.before;
    const named = callIndex === undefined ? verdict : { ...verdict, detail: this.nameOf(callIndex) };
    const settled = await this.#settle({ ...verdict, callIndex }, verdict.checks);
    return this.#answer(named, settled?.now ?? this.pdp.clock(), { decisionId: settled?.decisionId });
  }

  /** What the charge shall record. A session id that is none of ours leads to no record; see {@link recorded}. */
  recordWithCharge(): PendingRecord | undefined {
    const sessionId = this.request.session?.sessionId;
    if (sessionId === undefined || !isOwnId(sessionId)) return undefined;
    const { before, calls } = this.found;
    this.#pending = pendingCharge(this.pdp, this.loaded, this.request, { before, calls, checks: before.checks });
    return this.#pending;
  }

  /** The answer of a charge, whose record is stored with it unless it has none. */
  async recorded(answer: Charged): Promise<ChargeDecision> {
    const isUnrecorded = answer.kind === 'nothing_to_charge' || (answer.kind === 'denied' && !answer.decisionId);
    if (!isUnrecorded) {
      const decisionId = answer.kind === 'denied' ? (answer.decisionId ?? this.decisionId) : this.decisionId;
      if (this.#pending) publishCharge(this.pdp, this.#pending, decisionId, answer);
      return this.charged(answer);
    }
    const { effect, reason } = this.charged(answer).decision;
    const settled = await this.#settle({ effect, reason });
    return this.charged(answer, settled?.decisionId);
  }

  /** Records what no charge does, if it is to be recorded. */
  async #settle(
    settled: Settled,
    checks: readonly Check[] = this.found.before.checks,
  ): Promise<{ decisionId: string; now: number } | undefined> {
    if (this.request.dryRun || !isRecorded(this.pdp, { effect: settled.effect, changed: false })) return undefined;
    const pending = this.#pending ?? pendingCharge(this.pdp, this.loaded, this.request, { ...this.found, checks });
    return pending && settle(this.pdp, pending, settled);
  }

  charged(answer: Charged, decisionId?: string): ChargeDecision {
    switch (answer.kind) {
      case 'charged':
        return this.#answer(this.#allowed(), answer.now, {
          usage: usageOf(answer.limits, answer.counters, answer.now),
        });
      case 'replayed':
        return this.#answer(this.#allowed(), answer.now, {
          usage: usageOf(answer.limits, answer.counters, answer.now),
          decisionId: answer.decisionId,
          replayed: true,
        });
      case 'nothing_to_charge': {
        const checks = [...this.found.before.checks, ...standingChecks()];
        const verdict: Verdict = { effect: 'UNSPECIFIED', reason: 'NOTHING_TO_CHARGE', checks };
        const usage = usageOf(answer.limits, answer.counters, answer.now);
        return this.#answer(verdict, answer.now, { usage, decisionId });
      }
      case 'denied':
        return this.#denied(answer, decisionId);
      case 'key_reused':
        throw new Failure('key_reused', 'the idempotency_key was used for another request of this session');
      case 'too_many_keys':
        throw new Failure('too_many_keys', 'too many idempotency keys are remembered for this session');
    }
  }

  #denied(answer: Charged & { kind: 'denied' }, decisionId: string | undefined): ChargeDecision {
    const verdict = verdictOf([...this.found.before.checks, ...sessionChecks(answer.reason)]);
    const usage = answer.charged && usageOf(answer.charged.limits, answer.charged.counters, answer.now);
    return this.#answer(
      {
        ...verdict,
        ...(answer.callIndex === undefined ? {} : { detail: this.nameOf(answer.callIndex) }),
        ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
      },
      answer.now,
      { usage, decisionId: answer.decisionId ?? decisionId },
    );
  }

  #allowed(): Verdict {
    const checks = this.request.explain ? [...this.found.before.checks, ...sessionChecks(undefined)] : [];
    return { effect: 'ALLOW', reason: 'ALLOWED', checks };
  }

  /** @param shown  another decision's id where that is the one that is recorded */
  #answer(
    verdict: Verdict,
    evaluatedAtMs: number,
    shown: { usage?: Usage | undefined; decisionId?: string | undefined; replayed?: boolean },
  ): ChargeDecision {
    const { dryRun, explain } = this.request;
    const { usage, replayed = false } = shown;
    const decision = decide(verdict, {
      decisionId: shown.decisionId ?? this.decisionId,
      policyRevision: this.loaded.revision,
      evaluatedAtMs,
      explain,
      dryRun,
      replayed,
      // Those of the session never rest on an assertion, and an ALLOW lists none.
      asserted: restsOnAssertion(this.found.before.checks),
    });
    return { decision, identity: verdict.effect === 'ALLOW' && !dryRun ? this.found.identity : undefined, usage };
  }

  /** Names the call that decided; a single call needs no index. */
  nameOf(callIndex: number): string {
    const tool = JSON.stringify(this.request.calls[callIndex]?.tool);
    return this.request.calls.length === 1 ? `tool ${tool}` : `calls[${callIndex}], tool ${tool}`;
  }
}
