// The charge: counts calls against a session's budget and rate, in one step with the decision and its record.
import type { Call, Counters, SessionLimits } from '../../core/session/session.ts';
import type { SessionReason } from '../../core/session/session-reason.ts';
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
   * The identity record that the decision so far rests on. The engine charges only if it still holds exactly these bytes for
   * the trace. This makes it safe to decide on a cached record.
   */
  readonly identity: { readonly traceId: string; readonly bytes: Uint8Array } | undefined;
  /** The record of a charge or a denial, stored in the same step. Requires a session id that Tollgate made. */
  readonly record?: DecisionEntry | undefined;
}

/** The limits and counters of a session, from which its usage is shown. Absent where the caller may learn nothing about it. */
export interface ChargedSession {
  readonly limits: SessionLimits;
  readonly counters: Counters;
}

/** The result of a charge, at the store's time `now`. */
export type ChargeResult = { readonly now: number } & (
  | ({ readonly kind: 'charged' | 'nothing_to_charge' } & ChargedSession)
  /** `counters` are those of the first answer, as far as the engine remembers them. */
  | ({ readonly kind: 'replayed'; readonly decisionId: string } & ChargedSession)
  | {
      readonly kind: 'denied';
      readonly reason: SessionReason;
      readonly callIndex: number | undefined;
      readonly retryAfterMs: number | undefined;
      readonly charged: ChargedSession | undefined;
      /** The id of the denial's record. An aggregated denial has the id of the first one. Undefined if none was recorded. */
      readonly decisionId?: string | undefined;
    }
  /** Nothing was charged: the trace's identity record differs from the one in the step. */
  | { readonly kind: 'identity_changed' }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'too_many_keys' }
);

export interface Charges {
  /** Charges as `charge` of `core/session/charge.ts` decides, or changes nothing. */
  charge(step: ChargeStep): Promise<ChargeResult>;
}
