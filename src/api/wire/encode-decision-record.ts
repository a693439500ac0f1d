// Decision records to wire messages, for operators and auditors.
import { restsOnAssertion } from '../../core/decision/decision.ts';
import type { DecisionDetails, SessionTerms } from '../../core/decision/decision-details.ts';
import type { DecisionCounters, DecisionRecord, DecisionSession } from '../../core/decision/decision-record.ts';
import type * as wire from '../../gen/tollgate.ts';
import type { DecisionNow } from '../../pdp/decision/decide-again.ts';
import { encodeCheck, secondsAndNanos } from './encode.ts';
import { EFFECT, REASON, sensitivityNumber } from './enums.ts';

export function encodeDecisionRecord(record: DecisionRecord): wire.DecisionRecord {
  return {
    decision_id: record.decisionId,
    decided_at: secondsAndNanos(record.atMs),
    rpc: record.rpc,
    effect: EFFECT[record.effect],
    reason: REASON[record.reason],
    checks: record.checks.map(encodeCheck),
    policy_revision: record.policyRevision,
    caller: record.caller,
    agent_id: record.agentId,
    session_id: record.sessionId,
    run_id: record.runId,
    principal: record.principal,
    trace_hash: record.traceHash,
    calls: record.calls.map(({ tool, sensitivity, stated, count }) => ({
      tool,
      sensitivity: sensitivityNumber(sensitivity),
      stated: stated === undefined ? undefined : sensitivityNumber(stated),
      count,
    })),
    calls_total: record.callsTotal,
    call_index: record.callIndex,
    scope: record.scope,
    platform: record.platform,
    chat_type: record.chatType,
    command: record.command,
    session: record.session && encodeSession(record.session),
    retry_after: record.retryAfterMs === undefined ? undefined : secondsAndNanos(record.retryAfterMs),
    repeats: record.repeats,
    last_at: secondsAndNanos(record.lastAtMs),
    latency: secondsAndNanos(record.latencyUs / 1000),
    asserted: restsOnAssertion(record.checks),
    ...(record.details && encodeDetails(record.details)),
  };
}

function encodeDetails(
  details: DecisionDetails,
): Pick<wire.DecisionRecord, 'terms' | 'removal' | 'sessions_closed' | 'previous_policy_revision'> {
  switch (details.kind) {
    case 'terms':
      return { terms: encodeTerms(details.terms) };
    case 'removal': {
      const { endedBeforeMs, keepsProof, removed } = details.removal;
      const finished_before = endedBeforeMs === undefined ? undefined : secondsAndNanos(endedBeforeMs);
      return { removal: { finished_before, keep_proof: keepsProof, removed } };
    }
    case 'closed':
      return { sessions_closed: details.sessionsClosed };
    case 'swap':
      return { previous_policy_revision: details.previousRevision };
  }
}

function encodeTerms(terms: SessionTerms): wire.RecordedTerms {
  return {
    all_tools: terms.grant === 'all',
    tools: terms.grant === 'all' ? [] : terms.grant,
    call_budget: terms.callBudget,
    rate_limit: terms.rateLimit,
    rate_window: secondsAndNanos(terms.rateWindowMs),
    sensitivity_ceiling: sensitivityNumber(terms.sensitivityCeiling),
    time_limit: secondsAndNanos(terms.timeLimitMs),
    owner: terms.owner,
    delegation_chain: terms.delegationChain,
    declared_intent: terms.declaredIntent,
  };
}

function encodeSession({ before, after, sequence, callBudget, rateLimit }: DecisionSession): wire.RecordedSession {
  return {
    before: encodeCounters(before),
    after: encodeCounters(after),
    sequence,
    call_budget: callBudget,
    rate_limit: rateLimit,
  };
}

function encodeCounters({ callsMade, windowCalls }: DecisionCounters): wire.RecordedCounters {
  return { calls_made: callsMade, window_calls: windowCalls };
}

export function encodeDecisionNow({
  effect,
  reason,
  checks,
  policyRevision,
  fromTrace,
}: DecisionNow): wire.DecisionNow {
  return {
    effect: EFFECT[effect],
    reason: REASON[reason],
    checks: checks.map(encodeCheck),
    policy_revision: policyRevision,
    from_trace: fromTrace,
  };
}
