// The third step: the charge, in one atomic step of the store with the comparison of the identity record and with the
// record of the decision. A decision without a charge commits only its record.
//
// INVARIANT: an ALLOW leaves here only behind a charge that the store has made.
import type { Verdict } from '../../core/decision/decision.ts';
import { Failure } from '../../core/failure.ts';
import type { StoredIdentity } from '../../core/identity/identity.ts';
import { isOwnId } from '../../core/partition.ts';
import { charge } from '../../core/session/charge.ts';
import type { SessionRecord } from '../../core/session/session.ts';
import { maySeeUsage } from '../../core/session/session-reason.ts';
import type { ChargedSession, ChargeResult as StoreChargeResult } from '../../state/port/charge.ts';
import type { CallContext } from '../call-context.ts';
import {
  isPreparing,
  isRecorded,
  newDecisionId,
  type PendingRecord,
  prepared,
  recordOutcome,
} from '../record/decision-records.ts';
import { pendingCharge, publishCharge } from './charge-record.ts';
import type { GatheredFacts } from './gather.ts';
import { type Judgement, judgeCharge } from './judge.ts';
import type { ChargeRequest, ChargeResult } from './request.ts';

export interface Committed {
  readonly verdict: Verdict;
  /** The id of the recorded decision. A repeat, and a denial that was recorded before, have the first decision's id. */
  readonly decisionId: string;
  readonly evaluatedAtMs: number;
  readonly replayed: boolean;
  /** Undefined where the caller may learn nothing about the session. */
  readonly session: ChargedSession | undefined;
}

/**
 * Commits what was judged.
 *
 * @returns identity_changed when the identity record is another than the one judged; nothing was charged then
 * @throws Failure state_unavailable (whether the charge took place is unknown), key_reused, too_many_keys
 */
export async function commit(
  context: CallContext,
  request: ChargeRequest,
  { identity }: GatheredFacts,
  judgement: Judgement,
): Promise<Committed | 'identity_changed'> {
  const { verdict } = judgement;
  if (verdict) return commitVerdict(context, request, judgement, verdict);
  if (request.dryRun) return committedCharge(context, request, judgement, await rehearse(context, request, judgement));

  const decisionId = newDecisionId(context, request.session?.sessionId, request.runId);
  const { sessionId, agentId } = sessionOf(request);
  // A session id that is not one of ours names no place where a record could lie.
  const pending = isOwnId(sessionId) ? pendingCharge(context, request, judgement, judgement.checks) : undefined;
  // WHY NOT always awaited: a turn of the event loop for each charge.
  if (pending && isPreparing(context, pending.request)) await prepared(context, pending.request);
  const answer = await context.state.charge({
    sessionId,
    agentId,
    principals: judgement.principals,
    calls: judgement.calls,
    decisionId,
    idempotencyKey: request.idempotencyKey,
    identity: guardOf(request.traceId, identity),
    record: pending?.entry,
  });
  if (answer.kind === 'identity_changed') return answer.kind;
  const result = resultOf(answer);
  return committedCharge(context, request, judgement, result, { decisionId, pending });
}

/** A dry run on facts that were gathered already. Writes nothing. */
export async function rehearseOn(context: CallContext, request: ChargeRequest, judgement: Judgement): Promise<Verdict> {
  return judgement.verdict ?? judgeCharge(judgement, request, await rehearse(context, request, judgement));
}

/** The identity record that the charge compares with the stored one. */
function guardOf(traceId: string | undefined, identity: StoredIdentity | null | undefined) {
  return traceId !== undefined && identity ? { traceId, bytes: identity.bytes } : undefined;
}

function sessionOf({ session }: ChargeRequest) {
  if (!session) throw new Error('a request without a session is decided before its charge');
  return session;
}

function resultOf(answer: Exclude<StoreChargeResult, { kind: 'identity_changed' }>): ChargeResult {
  if (answer.kind === 'key_reused') {
    throw new Failure('key_reused', 'the idempotency_key was used for another request of this session');
  }
  if (answer.kind === 'too_many_keys') {
    throw new Failure('too_many_keys', 'too many idempotency keys are remembered for this session');
  }
  return answer;
}

async function commitVerdict(
  context: CallContext,
  request: ChargeRequest,
  judgement: Judgement,
  verdict: NonNullable<Judgement['verdict']>,
): Promise<Committed> {
  const recorded = await recordVerdict(context, request, judgement, verdict);
  return {
    verdict,
    decisionId: recorded?.decisionId ?? newDecisionId(context, request.session?.sessionId, request.runId),
    evaluatedAtMs: recorded?.now ?? context.pdp.clock(),
    replayed: false,
    session: undefined,
  };
}

/** Records a verdict that no charge records, where such a verdict is recorded at all. */
async function recordVerdict(
  context: CallContext,
  request: ChargeRequest,
  judgement: Judgement,
  verdict: NonNullable<Judgement['verdict']>,
  known?: PendingRecord,
): Promise<{ decisionId: string; now: number } | undefined> {
  const { effect } = verdict;
  if (request.dryRun || !isRecorded(context, { effect, changed: false })) return undefined;
  const pending = known ?? pendingCharge(context, request, judgement, verdict.checks);
  return pending && recordOutcome(context, pending, verdict);
}

async function committedCharge(
  context: CallContext,
  request: ChargeRequest,
  judgement: Judgement,
  result: ChargeResult,
  step?: { readonly decisionId: string; readonly pending: PendingRecord | undefined },
): Promise<Committed> {
  const verdict = judgeCharge(judgement, request, result);
  const answered = {
    verdict,
    evaluatedAtMs: result.now,
    replayed: result.kind === 'replayed',
    session: result.kind === 'denied' ? result.charged : { limits: result.limits, counters: result.counters },
  };
  const own = step?.decisionId ?? newDecisionId(context, request.session?.sessionId, request.runId);
  const recordedId = recordedIdOf(result, own);
  if (recordedId === undefined) {
    const recorded = await recordVerdict(context, request, judgement, verdict, step?.pending);
    return { ...answered, decisionId: recorded?.decisionId ?? own };
  }
  if (step?.pending) publishCharge(context, step.pending, recordedId, result);
  return { ...answered, decisionId: recordedId };
}

/** The id under which the charge's own step has recorded the decision; undefined if it recorded none. */
function recordedIdOf(result: ChargeResult, own: string): string | undefined {
  switch (result.kind) {
    case 'charged':
      return own;
    case 'replayed':
    case 'denied':
      return result.decisionId;
    case 'nothing_to_charge':
      return undefined;
  }
}

/** What a charge would answer now, from core itself; writes nothing. */
async function rehearse(
  { state }: CallContext,
  request: ChargeRequest,
  { principals, calls }: Judgement,
): Promise<ChargeResult> {
  const { sessionId, agentId } = sessionOf(request);
  const { record, now } = await state.readSession(sessionId);
  const outcome = charge(record, { agentId, principals, calls }, undefined, now);
  if (outcome.kind === 'denied') {
    const { reason, callIndex, retryAfterMs } = outcome;
    const charged = record && maySeeUsage(reason) ? chargedOf(record) : undefined;
    return { kind: 'denied', reason, callIndex, retryAfterMs, charged, now };
  }
  if (!record) throw new Error('a session that does not exist was charged');
  switch (outcome.kind) {
    case 'charged':
      return { kind: 'charged', limits: record.session, counters: outcome.counters, now };
    case 'nothing_to_charge':
      return { kind: 'nothing_to_charge', ...chargedOf(record), now };
    default:
      // A rehearsal has no key, so nothing is remembered of it.
      throw new Error(`unexpected outcome of a rehearsal: ${outcome.kind}`);
  }
}

function chargedOf({ session, counters }: SessionRecord): ChargedSession {
  return { limits: session, counters };
}
