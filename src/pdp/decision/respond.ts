// The last step: from what was committed to the answer.
import { usageOf } from '../../core/session.ts';
import { decide } from '../decision.ts';
import type { Committed } from './commit.ts';
import type { Judgement } from './judge.ts';
import type { ChargeDecision, ChargeRequest } from './request.ts';

export function respond(
  { dryRun, explain }: ChargeRequest,
  { policy, identity }: Judgement,
  { verdict, decisionId, evaluatedAtMs, replayed, session }: Committed,
): ChargeDecision {
  const decision = decide(verdict, {
    decisionId,
    policyRevision: policy.revision,
    evaluatedAtMs,
    explain,
    dryRun,
    replayed,
  });
  return {
    decision,
    identity: verdict.effect === 'ALLOW' && !dryRun ? identity : undefined,
    usage: session && usageOf(session.limits, session.counters, evaluatedAtMs),
  };
}
