// CheckSlash and DescribeSlashAccess: whether a user may run a command on a platform, and which commands the user may run.

import { type Check, type Verdict, verdictOf } from '../../core/decision/decision.ts';
import { Failure } from '../../core/failure.ts';
import { checkIdentity, type FoundIdentity, principalOf } from '../../core/identity/identity.ts';
import {
  checkSlash as checkCommand,
  describeAccess,
  knownCommandIn,
  type SlashAccessDescription,
  type SlashAnswer,
} from '../../core/slash/slash.ts';
import { refusedSlash, type SlashSubject, type SlashWhere, slashSubjectOf } from '../../core/slash/slash-request.ts';
import type { CallContext } from '../call-context.ts';
import { findIdentity, type LoadedPolicy, requireIdentity } from '../pdp.ts';
import { isRecorded, newDecisionId, pendingRecord, recordOutcome } from '../record/decision-records.ts';
import { type Decision, decide } from './decision.ts';

export interface SlashRequest extends SlashWhere {
  readonly command: string;
  readonly traceId: string | undefined;
  readonly userId: string | undefined;
  readonly explain: boolean;
}

export interface SlashDecision extends Omit<SlashAnswer, 'check'> {
  readonly decision: Decision;
  /** The command, if it is one that the policy names. */
  readonly known: string | undefined;
}

/** Checks one command. Answers at once, without a promise, when there is no trace to look up. */
export function checkSlash(context: CallContext, request: SlashRequest): SlashDecision | Promise<SlashDecision> {
  if (request.traceId === undefined) return answer(context, request, undefined);
  return findIdentity(context, request.traceId).then((identity) => answer(context, request, identity));
}

/** Answers without a promise where nothing is recorded. */
function answer(
  context: CallContext,
  request: SlashRequest,
  identity: FoundIdentity,
): SlashDecision | Promise<SlashDecision> {
  const answered = decided(context, request, identity);
  const { effect, reason, checks } = answered.verdict;
  if (!isRecorded(context, { effect, changed: false })) return answered.answer();
  const found = identity?.identity;
  const { platform, chatType, traceId, userId } = request;
  const pending = pendingRecord(context, {
    rpc: 'CheckSlash',
    traceId,
    principal: found ? principalOf(found) : userId && `${platform ?? ''}:${userId}`,
    platform: platform ?? found?.platform,
    chatType,
    command: answered.known ?? '',
    policyRevision: answered.policyRevision,
    checks,
  });
  if (!pending) return answered.answer();
  return recordOutcome(context, pending, { effect, reason }).then(answered.answer);
}

function decided(context: CallContext, request: SlashRequest, identity: FoundIdentity) {
  const loaded = context.pdp.policy();
  const { checks, canonical, scope, tier, gated } = slashChecks(context, loaded, request, identity);
  const verdict = verdictOf(checks);
  // GATING_DISABLED is the reason then: an operator must see that nothing was compared.
  const reason = verdict.effect === 'ALLOW' ? (checks.at(-1)?.reason ?? verdict.reason) : verdict.reason;
  const named: Verdict = { effect: verdict.effect, reason, checks: verdict.checks };
  // Also where the platform was refused before the text was looked at.
  const known = knownCommandIn(loaded.policy, request.command);
  const policyRevision = loaded.revision;
  return {
    verdict: named,
    known,
    policyRevision,
    answer: (settled?: { decisionId: string; now: number }): SlashDecision => {
      const decisionId = settled?.decisionId ?? newDecisionId(context);
      const evaluatedAtMs = settled?.now ?? context.pdp.clock();
      const decision = decide(named, { decisionId, policyRevision, evaluatedAtMs, explain: request.explain });
      return { decision, canonical, known, scope, tier, gated };
    },
  };
}

/** The checks of a request, given the identity that was found for it, with the scope and tier that they worked out. */
export function slashChecks(
  context: CallContext,
  { policy }: LoadedPolicy,
  request: SlashRequest,
  found: FoundIdentity,
): Omit<SlashAnswer, 'check'> & { checks: Check[] } {
  const identityCheck = checkIdentity(found, false);
  if (identityCheck && !identityCheck.passed) return { checks: [identityCheck] };
  const checks = identityCheck ? [identityCheck] : [];
  const subject = slashSubjectOf(found?.identity, request.userId, request, context.pdp.rules.assertedFacts);
  if ('refusal' in subject) return { checks: [...checks, refusedSlash(subject.refusal)] };
  const question = { ...subject.subject, command: request.command };
  const { check, canonical, scope, tier, gated } = checkCommand(policy, question);
  checks.push(check);
  return { checks, canonical, scope, tier, gated };
}

export interface DescribeRequest extends SlashWhere {
  readonly traceId: string | undefined;
  readonly userId: string | undefined;
}

export interface SlashAccess extends SlashAccessDescription {
  readonly platform: string;
  readonly userId: string | undefined;
}

/**
 * Describes what a user may run, as a `/whoami` prints it.
 *
 * @throws Failure not_found or wrong_state for the trace's identity, assertion_refused, invalid_request for a
 * platform that contradicts the record
 */
export async function describeSlashAccess(context: CallContext, request: DescribeRequest): Promise<SlashAccess> {
  const identity = request.traceId === undefined ? undefined : await requireIdentity(context, request.traceId);
  const subject = slashSubjectOf(identity, request.userId, request, context.pdp.rules.assertedFacts);
  if ('refusal' in subject) throw refused(subject.refusal);
  return { ...describeAccess(context.pdp.policy().policy, subject.subject), ...named(subject.subject) };
}

function named({ platform, userIds, bareUserId }: SlashSubject): Pick<SlashAccess, 'platform' | 'userId'> {
  return { platform, userId: bareUserId ?? userIds[0] };
}

function refused(reason: string): Failure {
  if (reason === 'ASSERTION_REFUSED') {
    return new Failure('assertion_refused', 'this server takes the user from trusted records only');
  }
  const fields = [{ field: 'platform', description: "is not the identity's platform" }];
  return new Failure('invalid_request', 'the request contradicts the identity record', { fields });
}
