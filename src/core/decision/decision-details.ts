// What a management operation changed, as its decision record keeps it: the terms of a session, how much a purge removed, and
// the like. A decision about a call of an agent has none of it.
import type { SensitivityLevel, Session } from '../session/session.ts';

/** What a session was opened with. */
export interface SessionTerms {
  /** The names as they may be stored; a grant of all tools is not a list of them. */
  readonly grant: 'all' | readonly string[];
  readonly callBudget: number;
  readonly rateLimit: number | undefined;
  readonly rateWindowMs: number;
  readonly sensitivityCeiling: SensitivityLevel;
  readonly timeLimitMs: number;
  readonly owner: string | undefined;
  readonly delegationChain: readonly string[];
  readonly declaredIntent: string;
}

/** A removal of what has ended. Its first record is stored before anything goes, without a count; its second has the count. */
export interface Removal {
  /** Only what had ended before this time; undefined where the request names no time. */
  readonly endedBeforeMs: number | undefined;
  /** What went is proven still: contents were removed, not what they belong to. */
  readonly keepsProof: boolean;
  /** Undefined in the record that was stored before the removal began. */
  readonly removed: number | undefined;
}

export type DecisionDetails =
  | { readonly kind: 'terms'; readonly terms: SessionTerms }
  | { readonly kind: 'removal'; readonly removal: Removal }
  /** Of a deactivated agent, those that were live. */
  | { readonly kind: 'closed'; readonly sessionsClosed: number }
  /** The policy that was in force before. */
  | { readonly kind: 'swap'; readonly previousRevision: string };

/** @param storable  how a text that a caller chose is stored */
export function termsOf(
  session: Omit<Session, 'createdAtMs' | 'sessionId' | 'agentId'>,
  storable: (text: string) => string,
): SessionTerms {
  const { grant, callBudget, rateLimit, rateWindowMs, sensitivityCeiling, timeLimitMs, declaredIntent } = session;
  return {
    grant: grant === 'all' ? grant : grant.map(storable),
    callBudget,
    rateLimit,
    rateWindowMs,
    sensitivityCeiling,
    timeLimitMs,
    owner: session.owner === undefined ? undefined : storable(session.owner),
    delegationChain: session.delegationChain.map(storable),
    declaredIntent,
  };
}
