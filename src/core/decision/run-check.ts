// The run check, and what a recorded run tells the scope check.
import type { Policy } from '../policy/policy.ts';
import type { Run } from '../run/run.ts';
import type { ScopeFacts } from '../scope/scope.ts';
import { type AssertedFacts, mayAssert } from './asserted-facts.ts';
import { type Check, failed, passed } from './decision.ts';

/**
 * The run must exist, belong to the identity and to the session that the request names, and not rest on an assertion that
 * the rules refuse. A run that began without a session passes with any session.
 */
export function checkRun(
  run: Run | null,
  { principals, sessionId }: { principals: readonly string[] | undefined; sessionId?: string | undefined },
  assertedFacts: AssertedFacts,
): Check {
  if (run === null) return failed('run', 'RUN_UNKNOWN');
  if (sessionId !== undefined && run.sessionId !== undefined && run.sessionId !== sessionId) {
    return failed('run', 'RUN_FOREIGN');
  }
  if (principals && !principals.includes(run.callerId)) return failed('run', 'RUN_FOREIGN');
  if (run.callerAsserted && !mayAssert(assertedFacts, 'run_caller')) return failed('run', 'ASSERTION_REFUSED', true);
  return passed('run', 'ALLOWED', run.callerAsserted);
}

/** The scope facts of a recorded run. A continued run of another caller opens nothing. */
export function scopeFactsOf(run: Run): ScopeFacts {
  return {
    callerId: run.callerId,
    runId: run.runId,
    rootRunId: run.rootRunId,
    parentRunId: run.parentRunId ?? '',
    continuationParentRunId: run.continuationSharesCaller ? (run.continuationParentRunId ?? '') : '',
  };
}

/** Whether the policy names one of these principals as admin. Only principals of a trusted record count, never a request field. */
export function isAdmin(policy: Policy, principals: readonly string[] | undefined): boolean {
  return principals?.some((principal) => policy.admins.has(principal)) ?? false;
}
