// What Authorize and ConsumeBudget ask. ConsumeBudget is Authorize for any number of calls, without slash and scope.
import type { Ask } from '../../core/decision/checks.ts';
import type { Identity } from '../../core/identity/identity.ts';
import type { Usage } from '../../core/session/usage.ts';
import type { ChargeResult as StoreChargeResult } from '../../state/port/charge.ts';
import type { IdempotencyKey } from '../../state/port/idempotency-key.ts';
import type { Decision } from './decision.ts';

export interface ChargeRequest extends Ask {
  readonly rpc: 'Authorize' | 'ConsumeBudget';
  readonly traceId: string | undefined;
  readonly runId: string | undefined;
  /** Undefined only where the rules let a session be optional. */
  readonly session: { readonly sessionId: string; readonly agentId: string } | undefined;
  readonly requireSession: boolean;
  readonly idempotencyKey: IdempotencyKey | undefined;
  readonly dryRun: boolean;
  readonly explain: boolean;
}

/** What a charge came to, once it was made on the identity that was judged. */
export type ChargeResult = Extract<
  StoreChargeResult,
  { kind: 'charged' | 'replayed' | 'nothing_to_charge' | 'denied' }
>;

export interface ChargeDecision {
  readonly decision: Decision;
  /** With an ALLOW only. */
  readonly identity: Identity | undefined;
  readonly usage: Usage | undefined;
}
