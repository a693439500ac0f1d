// The checks of a decision before the session's charge, asked in the order of the table in `checks.ts`. The first failure
// decides, and nothing after it is asked.

import { principalsOf } from '../identity/identity.ts';
import type { Policy } from '../policy/policy.ts';
import type { AssertedFacts } from './asserted-facts.ts';
import { type Ask, CALL_CHECKS, type CallQuestion, type Facts, STEPS_BEFORE_CHARGE } from './checks.ts';
import type { Check } from './decision.ts';

export interface DecisionRules {
  readonly assertedFacts: AssertedFacts;
  readonly requireIdentity: boolean;
  readonly requireSession: boolean;
}

export interface BeforeCharge {
  readonly checks: readonly Check[];
  readonly passed: boolean;
  readonly principals: readonly string[] | undefined;
  /** The call that failed, where one call decided. */
  readonly callIndex?: number;
}

/** Every check of a decision up to the session's charge, in order, ending with the first that fails. */
export function checkBeforeCharge(policy: Policy, assertedFacts: AssertedFacts, ask: Ask, facts: Facts): BeforeCharge {
  const identity = facts.identity?.identity;
  const principals = identity && principalsOf(identity);
  const question = { policy, assertedFacts, ask, facts, principals };
  const checks: Check[] = [];
  for (const step of STEPS_BEFORE_CHARGE) {
    if ('run' in step) {
      const check = step.run(question);
      if (check) checks.push(check);
      if (check && !check.passed) return { checks, passed: false, principals };
    } else {
      const calls = checkCalls(policy, principals, ask.calls);
      checks.push(...calls.checks);
      if (calls.callIndex !== undefined) return { checks, passed: false, principals, callIndex: calls.callIndex };
    }
  }
  return { checks, passed: true, principals };
}

/** The checks of the first call that fails, with its index; the longest list of checks if every call passes. */
function checkCalls(
  policy: Policy,
  principals: readonly string[] | undefined,
  calls: Ask['calls'],
): { readonly checks: readonly Check[]; readonly callIndex?: number } {
  let longest: readonly Check[] = [];
  for (const [callIndex, call] of calls.entries()) {
    const checks = checkCall({ policy, principals, call });
    if (checks.at(-1)?.passed === false) return { checks, callIndex };
    if (checks.length > longest.length) longest = checks;
  }
  return { checks: longest };
}

/** The checks of one call, ending with the first that fails. */
export function checkCall(question: CallQuestion): Check[] {
  const checks: Check[] = [];
  for (const { run } of CALL_CHECKS) {
    const check = run(question);
    if (check) checks.push(check);
    if (check && !check.passed) break;
  }
  return checks;
}
