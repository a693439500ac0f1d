// The record of an Authorize or ConsumeBudget: made before the charge, which stores it in its own step.
import type { Check } from '../../core/decision/decision.ts';
import type { DecisionSession } from '../../core/decision/decision-record.ts';
import { windowCallsAt } from '../../core/session/rate-window.ts';
import { clockOf } from '../../core/session/session.ts';
import { knownCommandIn } from '../../core/slash/slash.ts';
import type { ChargedSession, ChargeResult } from '../../state/port/charge.ts';
import type { CallContext } from '../call-context.ts';
import { type PendingRecord, pendingRecord, publish } from '../record/decision-records.ts';
import type { Judgement } from './judge.ts';
import type { ChargeRequest } from './request.ts';

export function pendingCharge(
  context: CallContext,
  request: ChargeRequest,
  { policy: { policy, revision }, principals, calls }: Judgement,
  checks: readonly Check[],
): PendingRecord | undefined {
  const { rpc, session, runId, traceId, scope, slash } = request;
  return pendingRecord(context, {
    rpc,
    agentId: session?.agentId,
    sessionId: session?.sessionId,
    runId,
    traceId,
    principal: principals?.[0],
    calls,
    scope,
    platform: slash?.platform,
    chatType: slash?.chatType,
    command: slash && (knownCommandIn(policy, slash.command) ?? ''),
    policyRevision: revision,
    checks,
  });
}

/** Publishes a charge's recorded decision to the watchers. */
export function publishCharge(
  context: CallContext,
  { request }: PendingRecord,
  decisionId: string,
  answer: ChargeResult,
): void {
  if (!context.pdp.decisions.isHeard) return;
  const at = { decisionId, atMs: answer.now };
  const count = request.callsTotal;
  switch (answer.kind) {
    case 'charged':
      publish(context, request, { ...at, effect: 'ALLOW', reason: 'ALLOWED', session: numbersAfter(answer, count) });
      break;
    case 'replayed': {
      const { decisionId: first } = answer;
      const session = numbersAfter(answer, count);
      publish(context, request, { ...at, decisionId: first, effect: 'ALLOW', reason: 'ALLOWED', session, repeats: 1 });
      break;
    }
    case 'denied': {
      const { reason, callIndex, retryAfterMs, charged } = answer;
      const session = charged && numbersOf(charged, answer.now);
      publish(context, request, { ...at, effect: 'DENY', reason, callIndex, retryAfterMs, session });
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
