// The record of an Authorize or ConsumeBudget: made before the charge, which stores it in its own step.
import type { BeforeCharge } from '../core/authorize.ts';
import type { Check } from '../core/decision.ts';
import type { AskedCall, DecisionSession } from '../core/decision-record.ts';
import { clockOf, windowCallsAt } from '../core/session.ts';
import { knownCommandIn } from '../core/slash.ts';
import type { ChargeAnswer, ChargedSession } from '../state/port.ts';
import type { ChargeRequest } from './charge.ts';
import { type PendingRecord, pendingRecord, publish } from './decision-records.ts';
import type { LoadedPolicy, Pdp } from './pdp.ts';

export function pendingCharge(
  pdp: Pdp,
  { policy, revision }: LoadedPolicy,
  request: ChargeRequest,
  { before, calls, checks }: { before: BeforeCharge; calls: readonly AskedCall[]; checks: readonly Check[] },
): PendingRecord | undefined {
  const { rpc, session, runId, traceId, scope, slash } = request;
  return pendingRecord(pdp, {
    rpc,
    agentId: session?.agentId,
    sessionId: session?.sessionId,
    runId,
    traceId,
    principal: before.principals?.[0],
    calls,
    scope,
    platform: slash?.platform,
    chatType: slash?.chatType,
    command: slash && (knownCommandIn(policy, slash.command) ?? ''),
    policyRevision: revision,
    checks,
  });
}

/** Tells whoever listens of what a charge has answered and recorded. */
export function publishCharge(pdp: Pdp, { context }: PendingRecord, decisionId: string, answer: ChargeAnswer): void {
  if (!pdp.decisions.isHeard) return;
  const at = { decisionId, atMs: answer.now };
  const count = context.callsTotal;
  switch (answer.kind) {
    case 'charged':
      publish(pdp, context, { ...at, effect: 'ALLOW', reason: 'ALLOWED', session: numbersAfter(answer, count) });
      break;
    case 'replayed': {
      const { decisionId: first } = answer;
      const session = numbersAfter(answer, count);
      publish(pdp, context, { ...at, decisionId: first, effect: 'ALLOW', reason: 'ALLOWED', session, repeats: 1 });
      break;
    }
    case 'denied': {
      const { reason, callIndex, retryAfterMs, charged } = answer;
      const session = charged && numbersOf(charged, answer.now);
      publish(pdp, context, { ...at, effect: 'DENY', reason, callIndex, retryAfterMs, session });
      break;
    }
  }
}

function numbersAfter({ limits, counters }: ChargedSession, count: number): DecisionSession {
  const { callsMade, windowCalls, sequence } = counters;
  const inWindow = limits.rateLimit === undefined ? 0 : count;
  return {
    before: { callsMade: callsMade - count, windowCalls: windowCalls - inWindow },
    after: { callsMade, windowCalls },
    sequence,
    callBudget: limits.callBudget,
    rateLimit: limits.rateLimit,
  };
}

function numbersOf({ limits, counters }: ChargedSession, now: number): DecisionSession {
  const windowCalls = windowCallsAt(limits, counters, clockOf(counters, now));
  const numbers = { callsMade: counters.callsMade, windowCalls };
  const { callBudget, rateLimit } = limits;
  return { before: numbers, after: numbers, sequence: counters.sequence, callBudget, rateLimit };
}
