// Encodes answers as wire messages. Absent fields stay absent; the encoder writes own, defined properties only.
import type { Check } from '../../core/decision/decision.ts';
import { type Identity, principalOf } from '../../core/identity/identity.ts';
import type { Run, Tokens } from '../../core/run/run.ts';
import { clockOf, type Session, type SessionRecord } from '../../core/session/session.ts';
import { type Usage, usageOf } from '../../core/session/usage.ts';
import type * as wire from '../../gen/tollgate.ts';
import type { Decision } from '../../pdp/decision/decision.ts';
import type { SessionAt } from '../../pdp/session/sessions.ts';
import type { AuditRecord } from '../../state/codec/audit-record.ts';
import type { AgentRecord } from '../../state/port/agent.ts';
import { EFFECT, REASON, RUN_STATUS, SESSION_STATUS, sensitivityNumber, upper } from './enums.ts';
import { structOfJson } from './struct.ts';

/** A google.protobuf.Timestamp, or a Duration that is not negative. */
export function secondsAndNanos(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * 1e6 };
}

export function encodeDecision(decision: Decision): wire.Decision {
  return {
    decision_id: decision.decisionId,
    effect: EFFECT[decision.effect],
    would_be: EFFECT[decision.wouldBe],
    reason: REASON[decision.reason],
    message: decision.message,
    checks: decision.checks.map(encodeCheck),
    retry_after: decision.retryAfterMs === undefined ? undefined : secondsAndNanos(decision.retryAfterMs),
    replayed: decision.replayed,
    dry_run: decision.dryRun,
    policy_revision: decision.policyRevision,
    evaluated_at: secondsAndNanos(decision.evaluatedAtMs),
    asserted: decision.asserted,
  };
}

export function encodeCheck({ name, passed, reason, asserted }: Check): wire.Check {
  return { name, passed, reason: REASON[reason], asserted: asserted ?? false };
}

export function encodeIdentity(identity: Identity): wire.Identity {
  return {
    user_id: identity.userId,
    guild_id: identity.guildId,
    channel_id: identity.channelId,
    platform: identity.platform,
    user_aliases: identity.userAliases,
    principal: principalOf(identity),
  };
}

export function encodeUsage(usage: Usage): wire.SessionUsage {
  return {
    call_budget: usage.callBudget,
    calls_made: usage.callsMade,
    calls_remaining: usage.callsRemaining,
    rate: usage.rate && encodeRate(usage.rate),
    expires_at: secondsAndNanos(usage.expiresAtMs),
    status: SESSION_STATUS[upper(usage.status)],
    sequence: usage.sequence,
  };
}

function encodeRate({ limit, remaining, resetsAtMs }: NonNullable<Usage['rate']>): wire.RateUsage {
  return { limit, remaining, resets_at: resetsAtMs === undefined ? undefined : secondsAndNanos(resetsAtMs) };
}

export function encodeSession({ record, now }: SessionAt): wire.Session {
  const { session, counters } = record;
  const usage = usageOf(session, counters, now);
  return {
    session_id: session.sessionId,
    agent_id: session.agentId,
    owner: session.owner,
    delegation_chain: session.delegationChain,
    declared_intent: session.declaredIntent,
    ...encodeGrant(session),
    time_limit: secondsAndNanos(session.timeLimitMs),
    call_budget: usage.callBudget,
    calls_made: usage.callsMade,
    calls_remaining: usage.callsRemaining,
    rate_limit: session.rateLimit,
    rate_window: secondsAndNanos(session.rateWindowMs),
    ...encodeWindow(record, now),
    sensitivity_ceiling: sensitivityNumber(session.sensitivityCeiling),
    created_at: secondsAndNanos(session.createdAtMs),
    expires_at: secondsAndNanos(usage.expiresAtMs),
    closed_at: counters.closedAtMs === undefined ? undefined : secondsAndNanos(counters.closedAtMs),
    status: SESSION_STATUS[upper(usage.status)],
    sequence: counters.sequence,
  };
}

function encodeGrant({ grant }: Session): Pick<wire.Session, 'all' | 'tools'> {
  return grant === 'all' ? { all: {} } : { tools: { names: grant } };
}

/** A window that has passed is shown like one that has not begun: no calls and no start. */
function encodeWindow(
  { session, counters }: SessionRecord,
  now: number,
): Pick<wire.Session, 'window_calls' | 'window_started_at'> {
  const over = clockOf(counters, now) - counters.windowStartMs >= session.rateWindowMs;
  if (over || session.rateLimit === undefined) return { window_calls: 0 };
  return { window_calls: counters.windowCalls, window_started_at: secondsAndNanos(counters.windowStartMs) };
}

export function encodeTokens(tokens: Tokens): wire.TokenUsage {
  return {
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    thinking_tokens: tokens.thinking,
    cache_read_tokens: tokens.cacheRead,
  };
}

export function encodeRun(run: Run): wire.Run {
  return {
    run_id: run.runId,
    root_run_id: run.rootRunId,
    parent_run_id: run.parentRunId,
    continuation_parent_run_id: run.continuationParentRunId,
    skill_id: run.skillId,
    caller_id: run.callerId,
    channel_id: run.channelId,
    session_id: run.sessionId,
    agent_id: run.agentId,
    status: RUN_STATUS[upper(run.status)],
    started_at: secondsAndNanos(run.startedAtMs),
    finished_at: run.finishedAtMs === undefined ? undefined : secondsAndNanos(run.finishedAtMs),
    tool_calls_count: run.toolCallsCount,
    token_totals: encodeTokens(run.tokens),
    last_sequence: run.lastSequence,
    output: run.output,
    error: run.error,
    inputs: run.inputs === undefined ? undefined : structOfJson(run.inputs),
    runtime: run.runtimeMs === undefined ? undefined : secondsAndNanos(run.runtimeMs),
    caller_asserted: run.callerAsserted,
  };
}

export function encodeEvent(record: AuditRecord): wire.RunEvent {
  return {
    sequence: record.sequence,
    type: record.type,
    occurred_at: secondsAndNanos(record.occurredAtMs),
    stored_at: secondsAndNanos(record.storedAtMs),
    payload: record.data === undefined ? undefined : structOfJson(record.data),
    redactions: record.redactions.map(({ pointer, rule, bytes }) => ({ pointer, rule, length: bytes })),
    purged: record.data === undefined,
    leaf_hash: record.leafHash,
  };
}

export function encodeAgent(agentId: string, agent: AgentRecord): wire.Agent {
  const { deactivatedAtMs, liveSessions } = agent;
  return {
    agent_id: agentId,
    deactivated: deactivatedAtMs !== undefined,
    deactivated_at: deactivatedAtMs === undefined ? undefined : secondsAndNanos(deactivatedAtMs),
    live_sessions: liveSessions,
  };
}
