// The second step: the core's checks up to the session's charge, and what the answer of a charge means. Pure.
import { checkBeforeCharge } from '../../core/decision/authorize.ts';
import type { RequestedCall } from '../../core/decision/checks.ts';
import { sessionChecks, standingChecks } from '../../core/decision/checks.ts';
import { type Check, failed, type Verdict, verdictOf } from '../../core/decision/decision.ts';
import type { AskedCall } from '../../core/decision/decision-record.ts';
import type { Identity } from '../../core/identity/identity.ts';
import { effectiveSensitivity } from '../../core/tool/tools.ts';
import type { LoadedPolicy, Pdp } from '../pdp.ts';
import type { GatheredFacts } from './gather.ts';
import type { ChargeRequest, ChargeResult } from './request.ts';

export interface Judgement {
  readonly policy: LoadedPolicy;
  /** The calls with the sensitivity that counts. */
  readonly calls: readonly AskedCall[];
  readonly identity: Identity | undefined;
  readonly principals: readonly string[] | undefined;
  /** The checks that were asked so far. */
  readonly checks: readonly Check[];
  /** Undefined while only the charge is left to decide. */
  readonly verdict: (Verdict & { readonly callIndex?: number | undefined }) | undefined;
}

export function judge({ rules }: Pdp, policy: LoadedPolicy, request: ChargeRequest, facts: GatheredFacts): Judgement {
  const before = checkBeforeCharge(policy.policy, rules.assertedFacts, request, facts);
  const judged = {
    policy,
    calls: request.calls.map((call) => askedCall(policy, call)),
    identity: facts.identity?.identity,
    principals: before.principals,
    checks: before.checks,
  };
  if (!before.passed) {
    const { callIndex } = before;
    return { ...judged, verdict: { ...verdictOf(before.checks), ...detailOf(request, callIndex), callIndex } };
  }
  if (request.session) return { ...judged, verdict: undefined };
  const missing = request.requireSession ? [failed('session', 'SESSION_REQUIRED')] : [];
  return { ...judged, verdict: verdictOf([...before.checks, ...missing]) };
}

function askedCall({ policy }: LoadedPolicy, call: RequestedCall): AskedCall {
  return { tool: call.tool, sensitivity: effectiveSensitivity(policy, call), stated: call.sensitivity };
}

/** The verdict of a decision that came to its charge. */
export function judgeCharge({ checks }: Judgement, request: ChargeRequest, result: ChargeResult): Verdict {
  switch (result.kind) {
    case 'charged':
    case 'replayed':
      // The checks of an ALLOW are shown only where they are asked for.
      return {
        effect: 'ALLOW',
        reason: 'ALLOWED',
        checks: request.explain ? [...checks, ...sessionChecks(undefined)] : [],
      };
    case 'nothing_to_charge':
      return { effect: 'UNSPECIFIED', reason: 'NOTHING_TO_CHARGE', checks: [...checks, ...standingChecks()] };
    case 'denied': {
      const { retryAfterMs } = result;
      return {
        ...verdictOf([...checks, ...sessionChecks(result.reason)]),
        ...detailOf(request, result.callIndex),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    }
  }
}

/** Names the call that decided; a single call needs no index. */
function detailOf({ calls }: ChargeRequest, callIndex: number | undefined): { detail?: string } {
  if (callIndex === undefined) return {};
  const tool = JSON.stringify(calls[callIndex]?.tool);
  return { detail: calls.length === 1 ? `tool ${tool}` : `calls[${callIndex}], tool ${tool}` };
}
