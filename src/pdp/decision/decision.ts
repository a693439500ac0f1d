// From core's verdict to the decision that is answered.
import {
  type Check,
  type Effect,
  MESSAGES,
  type Reason,
  restsOnAssertion,
  type Verdict,
} from '../../core/decision/decision.ts';

export interface Decision {
  readonly decisionId: string;
  readonly effect: Effect;
  /** The effect that a dry run would have had. */
  readonly wouldBe: Effect;
  readonly reason: Reason;
  readonly message: string;
  /** On anything but an ALLOW, or when asked for. */
  readonly checks: readonly Check[];
  /** Any check that the answer rests on, shown or not, rests on what the request asserted. */
  readonly asserted: boolean;
  readonly retryAfterMs: number | undefined;
  readonly replayed: boolean;
  readonly dryRun: boolean;
  readonly policyRevision: string;
  readonly evaluatedAtMs: number;
}

export interface Circumstances {
  readonly decisionId: string;
  readonly policyRevision: string;
  readonly evaluatedAtMs: number;
  readonly explain: boolean;
  readonly dryRun?: boolean;
  readonly replayed?: boolean;
  /** Where the verdict does not list every check that it rests on; else these are asked. */
  readonly asserted?: boolean;
}

export function decide(verdict: Verdict, given: Circumstances): Decision {
  const dryRun = given.dryRun ?? false;
  const message = MESSAGES[verdict.reason];
  return {
    decisionId: given.decisionId,
    effect: dryRun ? 'UNSPECIFIED' : verdict.effect,
    wouldBe: dryRun ? verdict.effect : 'UNSPECIFIED',
    reason: verdict.reason,
    message: verdict.detail === undefined ? message : `${verdict.detail}: ${message}`,
    checks: given.explain || verdict.effect !== 'ALLOW' ? verdict.checks : [],
    asserted: given.asserted ?? restsOnAssertion(verdict.checks),
    retryAfterMs: verdict.retryAfterMs,
    replayed: given.replayed ?? false,
    dryRun,
    policyRevision: given.policyRevision,
    evaluatedAtMs: given.evaluatedAtMs,
  };
}
