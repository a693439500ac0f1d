// What is kept of a decision that had an effect or was a denial: who asked for what, what was answered and why, and the
// numbers that it was decided on. Never what a tool was called with, and never a trace id, which opens its identity.

import { LIMITS } from '../limits.ts';
import { windowCallsAt } from '../session/rate-window.ts';
import { type Counters, clockOf, type SensitivityLevel, type SessionRecord } from '../session/session.ts';
import type { Check, Effect, Reason } from './decision.ts';
import type { DecisionDetails } from './decision-details.ts';

/** The operations that decide. A place in this list is part of the stored form: add at the end. */
export const DECISION_RPCS = [
  'Authorize',
  'ConsumeBudget',
  'ValidateScope',
  'CheckSlash',
  'CreateSession',
  'CloseSession',
  'BindIdentity',
  'ReleaseIdentity',
  'DeactivateAgent',
  'ReactivateAgent',
  'ReloadPolicy',
  'PurgeSessions',
  'PurgeRuns',
  'PurgePayloads',
] as const;
export type DecisionRpc = (typeof DECISION_RPCS)[number];

/**
 * Where a decision is listed that belongs to no session: denials, effects on identities, all other effects. Each list is
 * bounded by itself, so that none of them pushes out what another holds.
 */
export function sessionlessListOf(rpc: DecisionRpc): 'sessionless' | 'identities' | 'others' {
  switch (rpc) {
    case 'BindIdentity':
    case 'ReleaseIdentity':
      return 'identities';
    case 'DeactivateAgent':
    case 'ReactivateAgent':
    case 'ReloadPolicy':
    case 'PurgeSessions':
    case 'PurgeRuns':
    case 'PurgePayloads':
      return 'others';
    default:
      return 'sessionless';
  }
}

/** Which decisions are recorded: those with an effect and all denials, or also what was allowed without an effect. */
export type DecisionLogLevel = 'all' | 'effects' | 'off';

/** A call as it was asked for and decided on. */
export interface AskedCall {
  readonly tool: string;
  /** The higher of what was stated and what the policy said. */
  readonly sensitivity: SensitivityLevel;
  /** By the request; undefined if it stated none. */
  readonly stated?: SensitivityLevel | undefined;
}

/** Equal calls of one request, counted. */
export interface CountedCall extends AskedCall {
  readonly count: number;
}

/** What is known of a decision before the store is asked. */
export interface DecisionContext {
  readonly rpc: DecisionRpc;
  /** Its name in the callers file; `local` where the operating system decides who calls. */
  readonly caller: string;
  readonly agentId: string | undefined;
  readonly sessionId: string | undefined;
  readonly runId: string | undefined;
  /** `platform:user_id`. */
  readonly principal: string | undefined;
  /** The first 16 bytes of the trace id's SHA-256, as 32 hex digits. */
  readonly traceHash: string | undefined;
  /** At most {@link LIMITS.decisionCallsMax}; `callsTotal` counts those of the request. */
  readonly calls: readonly CountedCall[];
  readonly callsTotal: number;
  readonly scope: string | undefined;
  readonly platform: string | undefined;
  readonly chatType: string | undefined;
  /** Canonical, and only one that the policy names: any other text may be a password typed in haste, and is empty here. */
  readonly command: string | undefined;
  readonly policyRevision: string;
  /** Those before the session's charge. */
  readonly checks: readonly Check[];
  /** From the request's arrival until its record was handed to the store. */
  readonly latencyUs: number;
  /** What a management operation changed. */
  readonly details?: DecisionDetails | undefined;
}

export interface DecisionCounters {
  readonly callsMade: number;
  /** In the window of that time. */
  readonly windowCalls: number;
}

export interface DecisionRecord extends DecisionContext {
  readonly decisionId: string;
  readonly effect: Effect;
  readonly reason: Reason;
  /** All of them, in order, up to the one that failed. */
  readonly checks: readonly Check[];
  /** The store's clock. */
  readonly atMs: number;
  /** When it came again last; `atMs` if it did not. */
  readonly lastAtMs: number;
  /** How often the same came again: equal denials of one session, or the key of a charge. */
  readonly repeats: number;
  /** The session's numbers; undefined where there was no session to look at. */
  readonly session: DecisionSession | undefined;
  /** Which call decided, from 0. */
  readonly callIndex: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** A session as a decision found and left it. */
export interface DecisionSession {
  readonly before: DecisionCounters;
  readonly after: DecisionCounters;
  /** After the decision. */
  readonly sequence: number;
  readonly callBudget: number;
  readonly rateLimit: number | undefined;
}

/** A decision that named a run, as the run's list has it. */
export interface RunDecision {
  readonly decisionId: string;
  readonly atMs: number;
  readonly rpc: DecisionRpc;
  readonly effect: Effect;
  readonly reason: Reason;
}

/** Every reason belongs to one effect. */
export function effectOf(reason: Reason): Effect {
  if (reason === 'ALLOWED' || reason === 'GATING_DISABLED') return 'ALLOW';
  return reason === 'NOTHING_TO_CHARGE' || reason === 'NOT_A_COMMAND' ? 'UNSPECIFIED' : 'DENY';
}

/** A session's numbers around a decision that left it with the counters `after`. */
export function numbersOf({ session, counters }: SessionRecord, after: Counters, now: number): DecisionSession {
  const clockMs = clockOf(counters, now);
  return {
    before: { callsMade: counters.callsMade, windowCalls: windowCallsAt(session, counters, clockMs) },
    after: { callsMade: after.callsMade, windowCalls: windowCallsAt(session, after, clockMs) },
    sequence: after.sequence,
    callBudget: session.callBudget,
    rateLimit: session.rateLimit,
  };
}

/**
 * Equal calls together, in the order of their first, so that a batch of many stays a short record.
 *
 * @param nameOf  how a tool's name is recorded
 */
export function countedCalls(
  calls: readonly AskedCall[],
  nameOf: (tool: string) => string = (tool) => tool,
): CountedCall[] {
  if (calls.length === 1) {
    const [{ tool, sensitivity, stated }] = calls as [AskedCall];
    return [{ tool: nameOf(tool), sensitivity, stated, count: 1 }];
  }
  const counted = new Map<string, CountedCall>();
  for (const call of calls) {
    const [tool, { sensitivity, stated }] = [nameOf(call.tool), call];
    const key = `${sensitivity}/${stated ?? ''}/${tool}`;
    const known = counted.get(key);
    if (known) counted.set(key, { ...known, count: known.count + 1 });
    else if (counted.size < LIMITS.decisionCallsMax) counted.set(key, { tool, sensitivity, stated, count: 1 });
  }
  return [...counted.values()];
}
