// The composition of a decision, in the order that is part of the contract: identity, tool catalogue, slash, run and
// scope; the session's charge comes last and is `core/session.ts`. The first failure decides and nothing after it runs.

import { checkIdentity, type FoundIdentity, principalsOf } from '../identity/identity.ts';
import type { Policy } from '../policy/policy.ts';
import type { Run } from '../run/run.ts';
import { checkScope, type ScopeFacts } from '../scope/scope.ts';
import type { SensitivityLevel } from '../session/session.ts';
import { checkSlash } from '../slash/slash.ts';
import { refusedSlash, type SlashWhere, slashSubjectOf } from '../slash/slash-request.ts';
import { checkTool } from '../tool/tools.ts';
import { type AssertedFacts, mayAssert } from './asserted-facts.ts';
import { type Check, failed, passed } from './decision.ts';

export interface DecisionRules {
  readonly assertedFacts: AssertedFacts;
  readonly requireIdentity: boolean;
  readonly requireSession: boolean;
}

export interface RequestedCall {
  readonly tool: string;
  /** As the request states it; the policy may raise it. */
  readonly sensitivity: SensitivityLevel | undefined;
}

/** What is asked for, as far as it does not concern the session. */
export interface Ask {
  readonly calls: readonly RequestedCall[];
  readonly slash: (SlashWhere & { readonly command: string }) | undefined;
  readonly scope: string | undefined;
  readonly requireIdentity: boolean;
}

export interface Facts {
  readonly identity: FoundIdentity;
  /** Undefined when the request names no run, null when there is no such run. */
  readonly run: Run | null | undefined;
  /** The session that the request names. */
  readonly sessionId?: string | undefined;
}

export interface BeforeCharge {
  readonly checks: Check[];
  readonly passed: boolean;
  readonly principals: readonly string[] | undefined;
  /** Which call failed, where that is what decided. */
  readonly callIndex?: number;
}

/** Every check of a decision up to the session's charge, in order, ending with the first that fails. */
export function checkBeforeCharge(policy: Policy, assertedFacts: AssertedFacts, ask: Ask, facts: Facts): BeforeCharge {
  const checks: Check[] = [];
  const identity = facts.identity?.identity;
  const principals = identity && principalsOf(identity);
  const stop = (check: Check, callIndex?: number): BeforeCharge => {
    checks.push(check);
    return callIndex === undefined
      ? { checks, passed: false, principals }
      : { checks, passed: false, principals, callIndex };
  };

  const identityCheck = checkIdentity(facts.identity, ask.requireIdentity);
  if (identityCheck && !identityCheck.passed) return stop(identityCheck);
  if (identityCheck) checks.push(identityCheck);

  const tools = checkTools(policy, principals, ask.calls);
  checks.push(...tools.passed);
  if (tools.failure) return stop(tools.failure, tools.callIndex);

  if (ask.slash) {
    const subject = slashSubjectOf(identity, undefined, ask.slash, assertedFacts);
    if ('refusal' in subject) return stop(refusedSlash(subject.refusal));
    const { check } = checkSlash(policy, { ...subject.subject, command: ask.slash.command });
    if (!check.passed) return stop(check);
    checks.push(check);
  }

  if (facts.run !== undefined) {
    const run = checkRun(facts.run, { principals, sessionId: facts.sessionId }, assertedFacts);
    if (!run.passed) return stop(run);
    checks.push(run);
  }
  if (ask.scope !== undefined && facts.run) {
    const scope = checkScope(ask.scope, scopeFactsOf(facts.run), isAdmin(policy, principals));
    const check = facts.run.callerAsserted ? { ...scope, asserted: true } : scope;
    if (!check.passed) return stop(check);
    checks.push(check);
  }
  return { checks, passed: true, principals };
}

function checkTools(
  policy: Policy,
  principals: readonly string[] | undefined,
  calls: readonly RequestedCall[],
): { failure?: Check; callIndex?: number; passed: readonly Check[] } {
  let longest: readonly Check[] = [];
  for (const [callIndex, call] of calls.entries()) {
    const checks = checkTool(policy, principals, call);
    const failure = checks.find((check) => !check.passed);
    if (failure) return { failure, callIndex, passed: checks.filter((check) => check.passed) };
    if (checks.length > longest.length) longest = checks;
  }
  return { passed: longest };
}

/**
 * The run check: it must be known, be the identity's own, belong to the session that the request names, and not rest on an
 * assertion that is no longer allowed. A run that began without a session belongs to none, and goes with any.
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

/** Admin is never a request field: it holds only for a principal that a trusted record gave. */
export function isAdmin(policy: Policy, principals: readonly string[] | undefined): boolean {
  return principals?.some((principal) => policy.admins.has(principal)) ?? false;
}
