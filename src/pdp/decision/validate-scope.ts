// ValidateScope: whether a run may use a storage scope. It changes nothing; a denial leaves a record.

import { mayAssert } from '../../core/decision/asserted-facts.ts';
import { type Check, failed, verdictOf } from '../../core/decision/decision.ts';
import { checkRun, isAdmin, scopeFactsOf } from '../../core/decision/run-check.ts';
import { checkIdentity, type FoundIdentity, principalOf, principalsOf } from '../../core/identity/identity.ts';
import type { Run } from '../../core/run/run.ts';
import { checkScope, type ScopeFacts } from '../../core/scope/scope.ts';
import type { CallContext } from '../call-context.ts';
import { findIdentity, findRun, type LoadedPolicy } from '../pdp.ts';
import { isRecorded, newDecisionId, pendingRecord, recordOutcome } from '../record/decision-records.ts';
import { type Decision, decide } from './decision.ts';

export interface ScopeRequest {
  readonly scope: string;
  readonly context: { readonly runId: string } | { readonly invocation: ScopeFacts };
  readonly traceId: string | undefined;
  readonly explain: boolean;
}

/**
 * Validates a scope against a recorded run or an asserted invocation.
 *
 * Answers at once, without a promise, when nothing has to be fetched.
 */
export function validateScope(context: CallContext, request: ScopeRequest): Decision | Promise<Decision> {
  if (request.traceId === undefined && 'invocation' in request.context)
    return answer(context, request, undefined, undefined);
  return fetchAndAnswer(context, request);
}

async function fetchAndAnswer(context: CallContext, request: ScopeRequest): Promise<Decision> {
  const [identity, run] = await Promise.all([
    findIdentity(context, request.traceId),
    'runId' in request.context ? findRun(context, request.context.runId) : undefined,
  ]);
  return answer(context, request, identity, run);
}

/** Answers without a promise where nothing is recorded. */
function answer(
  context: CallContext,
  request: ScopeRequest,
  identity: FoundIdentity,
  run: Run | null | undefined,
): Decision | Promise<Decision> {
  const loaded = context.pdp.policy();
  const { scope, traceId, explain } = request;
  const runId = 'runId' in request.context ? request.context.runId : undefined;
  const verdict = verdictOf(scopeChecks(context, loaded, request, identity, run));
  const { effect, reason, checks } = verdict;
  const policyRevision = loaded.revision;
  const decided = (settled?: { decisionId: string; now: number }) => {
    const decisionId = settled?.decisionId ?? newDecisionId(context, runId);
    return decide(verdict, { decisionId, policyRevision, evaluatedAtMs: settled?.now ?? context.pdp.clock(), explain });
  };
  if (!isRecorded(context, { effect, changed: false })) return decided();
  const principal = identity?.identity && principalOf(identity.identity);
  const asked = { rpc: 'ValidateScope', runId, traceId, principal, scope, policyRevision, checks } as const;
  const pending = pendingRecord(context, asked);
  return pending ? recordOutcome(context, pending, { effect, reason }).then(decided) : decided();
}

/** The checks of a request on what was found for it, in order. */
export function scopeChecks(
  context: CallContext,
  { policy }: LoadedPolicy,
  { scope, context: about }: ScopeRequest,
  identity: FoundIdentity,
  run: Run | null | undefined,
): Check[] {
  const { assertedFacts } = context.pdp.rules;
  const checks: Check[] = [];
  const identityCheck = checkIdentity(identity, false);
  if (identityCheck) checks.push(identityCheck);
  if (identityCheck && !identityCheck.passed) return checks;
  const principals = identity?.identity && principalsOf(identity.identity);

  if ('invocation' in about) {
    if (!mayAssert(assertedFacts, 'decision')) return [...checks, failed('run', 'ASSERTION_REFUSED', true)];
    const { name, passed, reason } = checkScope(scope, about.invocation, isAdmin(policy, principals));
    checks.push({ name, passed, reason, asserted: true });
    return checks;
  }
  const runCheck = checkRun(run ?? null, { principals }, assertedFacts);
  checks.push(runCheck);
  if (!runCheck.passed || !run) return checks;
  const scopeCheck = checkScope(scope, scopeFactsOf(run), isAdmin(policy, principals));
  checks.push(run.callerAsserted ? { ...scopeCheck, asserted: true } : scopeCheck);
  return checks;
}
