// The charge of a session.
import type { Call, Counters, SessionLimits, SessionReason } from '../../core/session/session.ts';
import type { DecisionEntry } from './decision.ts';
import type { IdempotencyKey } from './idempotency-key.ts';

export interface ChargeStep {
  readonly sessionId: string;
  readonly agentId: string;
  /** Undefined without an identity. */
  readonly principals: readonly string[] | undefined;
  readonly calls: readonly Call[];
  readonly decisionId: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /**
   * The identity record that the decision so far rests on. The charge happens only if the store still holds these
   * very bytes for the trace; that makes a cached record safe to decide on.
   */
  readonly identity: { readonly traceId: string; readonly bytes: Uint8Array } | undefined;
  /** Is recorded in the same step: what is charged, and a denial. Only with a session id that is one of ours. */
  readonly record?: DecisionEntry | undefined;
}

/** The session as far as usage shows it; absent where the caller may learn nothing about it. */
export interface ChargedSession {
  readonly limits: SessionLimits;
  readonly counters: Counters;
}

export type ChargeResult = { readonly now: number } & (
  | ({ readonly kind: 'charged' | 'nothing_to_charge' } & ChargedSession)
  /** `counters` are the first answer's, so far as they are remembered. */
  | ({ readonly kind: 'replayed'; readonly decisionId: string } & ChargedSession)
  | {
      readonly kind: 'denied';
      readonly reason: SessionReason;
      readonly callIndex: number | undefined;
      readonly retryAfterMs: number | undefined;
      readonly charged: ChargedSession | undefined;
      /** Of the denial's record, which may be an earlier one; undefined if none was asked for. */
      readonly decisionId?: string | undefined;
    }
  /** Nothing was charged: the trace's record is another than the one decided on. */
  | { readonly kind: 'identity_changed' }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'too_many_keys' }
);

export interface Charges {
  /** Charges as `core/session.ts` says, or changes nothing. */
  charge(step: ChargeStep): Promise<ChargeResult>;
}
