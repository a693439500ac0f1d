// The records of decisions.
import type { Effect, Reason } from '../../core/decision/decision.ts';
import type { DecisionRecord, DecisionRpc, RunDecision } from '../../core/decision/decision-record.ts';
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';

/** A decision's record as far as it is known before the store is asked. */
export interface DecisionEntry {
  readonly rpc: DecisionRpc;
  /** The run that the request names: the decision is noted with it, if it exists and lies in the same partition. */
  readonly runId: string | undefined;
  /** See src/state/codec/decision-record.ts; stored as it is. */
  readonly context: Uint8Array;
  /** So many bytes at the beginning of `context` say what was asked: denials of a session that are equal in them are one record. */
  readonly aggregationBytes: number;
}

/** The id says where the record lies: its partition must be that of the session or run that it is about. */
export type NewDecision = DecisionEntry & { readonly decisionId: string };
/** The record of what happens to a session, by its id. */
export type RecordOf = (sessionId: string) => NewDecision;

/** A decision that no charge, creation or close of a session records. */
export interface SettledDecision extends NewDecision {
  /** Of a denial that came before the charge; the record lies with the session if there is one. */
  readonly sessionId: string | undefined;
  readonly effect: Effect;
  readonly reason: Reason;
  readonly callIndex: number | undefined;
}

export interface DecisionPage {
  /**
   * A session's and a partition's come newest first by id; a run's newest first in the order in which they were noted. A
   * session's are also the denials that named it when it was not there, not yet or no more.
   */
  readonly of:
    | { readonly sessionId: string }
    | { readonly runId: string }
    /** With a subject, of the partition what is about it: in its sessions, and what belongs to no session. */
    | { readonly partition: number; readonly about?: DecisionSubject | undefined };
  /** Only what was decided from here on, and before there. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Starts strictly behind this decision. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * The records of decisions. They are kept for a time, and so many at the most, or less than a sixteenth more: of each session
 * its charges, openings and closes, apart from its denials; of each partition what belongs to no session. A denial never
 * takes the place of an effect.
 */
export interface DecisionRecords {
  /**
   * Records a decision; an equal denial of the same session is counted with the record of the first.
   *
   * @returns the id of the record
   */
  recordDecision(decision: SettledDecision): Promise<{ decisionId: string; now: number }>;
  /** A record that is older than the retention is not found. */
  readDecision(decisionId: string): Promise<DecisionRecord | undefined>;
  pageDecisions(page: DecisionPage): Promise<DecisionRecord[]>;
  /** What is noted with a run, oldest first, from a place in its list on, 0 being the first. */
  readRunDecisions(runId: string, page: { from: number; limit: number }): Promise<RunDecision[]>;
}
