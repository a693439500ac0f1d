// Decision records: what is kept of decisions for operators and auditors.
import type { Effect, Reason } from '../../core/decision/decision.ts';
import type { DecisionRecord, DecisionRpc, RunDecision } from '../../core/decision/decision-record.ts';
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';

/** The part of a decision record that is known before the engine is called. */
export interface DecisionEntry {
  readonly rpc: DecisionRpc;
  /** The run that the request names. The run gets a run decision if it exists and lies in the same partition. */
  readonly runId: string | undefined;
  /** Encoded by src/state/codec/decision-record.ts; stored unchanged. */
  readonly context: Uint8Array;
  /** The length of the beginning of `context` that says what was asked. Denials of a session that agree in it are aggregated. */
  readonly aggregationBytes: number;
}

/** The id determines where the record lies: it has the partition of the session or run that the decision is about. */
export type NewDecision = DecisionEntry & { readonly decisionId: string };
/** Makes the record of a change to a session from the session's id. */
export type RecordOf = (sessionId: string) => NewDecision;

/** A decision that is not recorded by a charge, a creation or a close. */
export interface SettledDecision extends NewDecision {
  /** The session of a denial that came before the charge; the record lies with the session if it exists. */
  readonly sessionId: string | undefined;
  readonly effect: Effect;
  readonly reason: Reason;
  readonly callIndex: number | undefined;
}

export interface DecisionPage {
  /**
   * Decisions of a session or a partition are listed newest first by id. Decisions of a run are listed newest first in the
   * order in which the run got them. A session's decisions include denials from when the session did not exist.
   */
  readonly of:
    | { readonly sessionId: string }
    | { readonly runId: string }
    /** With `about`: only decisions about this subject, in its sessions or without a session. */
    | { readonly partition: number; readonly about?: DecisionSubject | undefined };
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  /** The page starts strictly behind this decision. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * Decision records are kept for a limited time and up to a limited number, which may be exceeded by less than a sixteenth. Each
 * session has one limit for its charges, creation and close, and one for its denials. Each partition has limits for decisions
 * without a session. A denial never displaces an effect.
 */
export interface DecisionRecords {
  /**
   * Records a decision. A denial that equals an earlier denial of the same session is counted with the earlier record.
   *
   * @returns the id of the record
   */
  recordDecision(decision: SettledDecision): Promise<{ decisionId: string; now: number }>;
  /** A record that is older than the retention is not found. */
  readDecision(decisionId: string): Promise<DecisionRecord | undefined>;
  pageDecisions(page: DecisionPage): Promise<DecisionRecord[]>;
  /** Reads the run decisions of a run, oldest first, starting at index `from`. */
  readRunDecisions(runId: string, page: { from: number; limit: number }): Promise<RunDecision[]>;
}
