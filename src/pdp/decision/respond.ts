// The last step: from what was committed to the answer.
import { restsOnAssertion } from '../../core/decision/decision.ts';
import { usageOf } from '../../core/session/usage.ts';
import type { Committed } from './commit.ts';
import { decide } from './decision.ts';
import type { Judgement } from './judge.ts';
import type { ChargeDecision, ChargeRequest } from './request.ts';

export function respond(
  { dryRun, explain }: ChargeRequest,
  { policy, identity, checks }: Judgement,
  { verdict, decisionId, evaluatedAtMs, replayed, session }: Committed,
): ChargeDecision {
  const decision = decide(verdict, {
    decisionId,
    policyRevision: policy.revision,
    evaluatedAtMs,
    explain,
    dryRun,
    replayed,
    // The session's checks never rest on an assertion, and an ALLOW does not list them.
    asserted: restsOnAssertion(checks),
  });
  return {
    decision,
    identity: verdict.effect === 'ALLOW' && !dryRun ? identity : undefined,
    usage: session && usageOf(session.limits, session.counters, evaluatedAtMs),
  };
}
