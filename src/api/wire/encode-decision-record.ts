// Decision records to wire messages, for operators and auditors.
import type { DecisionCounters, DecisionRecord, DecisionSession } from '../../core/decision-record.ts';
import type * as wire from '../../gen/tollgate.ts';
import type { DecisionNow } from '../../pdp/decide-again.ts';
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
