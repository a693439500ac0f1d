// Original file: proto/tollgate/v1/audit_service.proto

import type { DecisionRecord as _tollgate_v1_DecisionRecord, DecisionRecord__Output as _tollgate_v1_DecisionRecord__Output } from '../../tollgate/v1/DecisionRecord.ts';
import type { DecisionNow as _tollgate_v1_DecisionNow, DecisionNow__Output as _tollgate_v1_DecisionNow__Output } from '../../tollgate/v1/DecisionNow.ts';

/**
 * One decision.
 */
export interface GetDecisionResponse {
  /**
   * What is kept of it.
   */
  'record'?: (_tollgate_v1_DecisionRecord | null);
  /**
   * What would have made it pass, as a sentence for an operator, in English. Empty if it passed.
   */
  'remedy'?: (string);
  /**
   * How the same request would be decided now. Absent if the record does not tell enough: an operation that asks for nothing, a command
   * that no policy names, more different calls than a record lists, an invocation, and without the trace id also a command or a trace
   * of which nobody was known. Absent, too, if the session or the run cannot be read.
   */
  'now'?: (_tollgate_v1_DecisionNow | null);
  '_now'?: "now";
}

/**
 * One decision.
 */
export interface GetDecisionResponse__Output {
  /**
   * What is kept of it.
   */
  'record'?: (_tollgate_v1_DecisionRecord__Output);
  /**
   * What would have made it pass, as a sentence for an operator, in English. Empty if it passed.
   */
  'remedy'?: (string);
  /**
   * How the same request would be decided now. Absent if the record does not tell enough: an operation that asks for nothing, a command
   * that no policy names, more different calls than a record lists, an invocation, and without the trace id also a command or a trace
   * of which nobody was known. Absent, too, if the session or the run cannot be read.
   */
  'now'?: (_tollgate_v1_DecisionNow__Output);
}
