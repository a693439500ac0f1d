// Records of decisions: what is known of one before the store is asked, made into what the store keeps.
//
// INVARIANT: no trace id, no secret and no text that a user typed gets into a record. A trace is recorded as half a digest and
// a command only by a name that the policy knows. Every text that a caller chooses is searched for credentials.
import type { Check, Effect, Reason } from '../../core/decision/decision.ts';
import type { DecisionDetails } from '../../core/decision/decision-details.ts';
import {
  type AskedCall,
  countedCalls,
  type DecisionContext,
  type DecisionRpc,
  type DecisionSession,
} from '../../core/decision/decision-record.ts';
import { checksOf } from '../../core/decision/recorded-checks.ts';
import { encodeContext } from '../../state/codec/decision-record.ts';
import type { DecisionEntry } from '../../state/port/decision.ts';
import type { CallContext } from '../call-context.ts';
import type { Noting } from './subject-notes.ts';

/** What was asked, as the request and the trusted records say it. */
export interface RecordedRequest {
  readonly rpc: DecisionRpc;
  readonly agentId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly runId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly principal?: string | undefined;
  readonly calls?: readonly AskedCall[];
  readonly scope?: string | undefined;
  readonly platform?: string | undefined;
  readonly chatType?: string | undefined;
  /** Canonical, and known to the policy; empty for any other text. */
  readonly command?: string | undefined;
  readonly policyRevision: string;
  readonly checks: readonly Check[];
  readonly details?: DecisionDetails | undefined;
}

/** A decision that will be recorded once it is made. */
export interface PendingRecord {
  readonly request: DecisionContext;
  readonly entry: DecisionEntry;
}

/** Whether a decision leaves a record: an effect and a denial do, other decisions only at the log level `all`. */
export function isRecorded(
  { pdp: { decisionLog } }: CallContext,
  outcome: { effect: Effect; changed: boolean },
): boolean {
  if (decisionLog === 'off') return false;
  return decisionLog === 'all' || outcome.changed || outcome.effect === 'DENY';
}

/** @returns undefined where no decision is recorded */
export function pendingRecord(context: CallContext, asked: RecordedRequest): PendingRecord | undefined {
  if (context.pdp.decisionLog === 'off') return undefined;
  const { rpc, runId, calls = [], policyRevision, checks, details } = asked;
  const { name: caller, receivedAtMs } = context.caller;
  const rules = context.pdp.redaction();
  const { names } = context.pdp;
  const named = (text: string | undefined) => names.withoutSecrets(text, rules);
  const request: DecisionContext = {
    rpc,
    caller,
    agentId: named(asked.agentId),
    sessionId: names.idWithoutSecrets(asked.sessionId, rules),
    runId: names.idWithoutSecrets(runId, rules),
    // What a request asserts of a user is as free a text as any other.
    principal: named(asked.principal),
    traceHash: asked.traceId === undefined ? undefined : names.traceHash(asked.traceId),
    calls: countedCalls(calls, (tool) => names.withoutSecrets(tool, rules)),
    callsTotal: calls.length,
    scope: named(asked.scope),
    platform: named(asked.platform),
    chatType: named(asked.chatType),
    command: asked.command,
    policyRevision,
    checks,
    latencyUs: Math.max(0, Math.round((performance.now() - receivedAtMs) * 1000)),
    ...(details && { details }),
  };
  const { context: bytes, aggregationBytes } = encodeContext(request);
  return { request, entry: { rpc, runId, context: bytes, aggregationBytes } };
}

/** Whether something must be stored before this record. Most decisions need not wait. */
export function isPreparing({ pdp: { policies, subjects, decisionLog } }: CallContext, noting: Noting): boolean {
  return decisionLog !== 'off' && (policies.isDue() || policies.isAgeing() || subjects.isDue(noting));
}

/**
 * Stores what must be there before a record: the policies that the record may name, and the index entries of its agent and
 * principal. Both at the same time, so that a store that does not answer costs one time-out; the decision then fails.
 *
 * @throws Failure state_unavailable
 */
export async function prepared(context: CallContext, noting: Noting): Promise<void> {
  const { state } = context;
  const { policies, subjects, decisionLog } = context.pdp;
  if (decisionLog === 'off') return;
  policies.refresh(state);
  await Promise.all([policies.keep(state), subjects.note(state, noting)]);
}

/** A decision's id lies in the partition of its session, else of its run, else in any. */
export function newDecisionId({ pdp }: CallContext, ...near: readonly (string | undefined)[]): string {
  return pdp.ids.newId(pdp.clock(), pdp.ids.partitionFor(...near));
}

export interface Outcome {
  readonly effect: Effect;
  readonly reason: Reason;
  readonly callIndex?: number | undefined;
}

/**
 * Records a decision that no charge, opening or close of a session records.
 *
 * @throws Failure state_unavailable; a denial without its record is no answer
 */
export async function recordOutcome(
  context: CallContext,
  { request, entry }: PendingRecord,
  { effect, reason, callIndex }: Outcome,
): Promise<{ decisionId: string; now: number }> {
  if (isPreparing(context, request)) await prepared(context, request);
  const { sessionId, runId } = request;
  const decisionId = newDecisionId(context, sessionId, runId);
  const settled = await context.state.recordDecision({ ...entry, decisionId, sessionId, effect, reason, callIndex });
  const { decisionId: recorded, now } = settled;
  publish(context, request, { decisionId: recorded, effect, reason, callIndex, atMs: now });
  return settled;
}

export interface Published extends Outcome {
  readonly decisionId: string;
  readonly atMs: number;
  readonly session?: DecisionSession | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly repeats?: number;
}

/** Publishes a recorded decision to the watchers. */
export function publish({ pdp: { decisions } }: CallContext, request: DecisionContext, published: Published): void {
  if (!decisions.isHeard) return;
  const { session, callIndex, retryAfterMs, repeats = 0, atMs } = published;
  const checks = checksOf(request, published.reason);
  const none = { session, callIndex, retryAfterMs, repeats, lastAtMs: atMs };
  decisions.publish({ ...request, ...published, ...none, checks });
}
