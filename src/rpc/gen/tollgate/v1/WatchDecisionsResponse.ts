// Original file: proto/tollgate/v1/audit_service.proto

import type { DecisionRecord as _tollgate_v1_DecisionRecord, DecisionRecord__Output as _tollgate_v1_DecisionRecord__Output } from '../../tollgate/v1/DecisionRecord.ts';
import type { DecisionGap as _tollgate_v1_DecisionGap, DecisionGap__Output as _tollgate_v1_DecisionGap__Output } from '../../tollgate/v1/DecisionGap.ts';

/**
 * One message of the stream of decisions.
 */
export interface WatchDecisionsResponse {
  /**
   * A decision, each repeat of a folded denial for itself: it names its record, and `repeats` is not counted here. `session` is absent
   * for a denial that came before the session was looked at.
   */
  'record'?: (_tollgate_v1_DecisionRecord | null);
  /**
   * A gap: decisions were made faster than they were read, and 1,000 of them are kept for a reader.
   */
  'gap'?: (_tollgate_v1_DecisionGap | null);
  /**
   * What it is. It is always set.
   */
  'item'?: "record"|"gap";
}

/**
 * One message of the stream of decisions.
 */
export interface WatchDecisionsResponse__Output {
  /**
   * A decision, each repeat of a folded denial for itself: it names its record, and `repeats` is not counted here. `session` is absent
   * for a denial that came before the session was looked at.
   */
  'record'?: (_tollgate_v1_DecisionRecord__Output);
  /**
   * A gap: decisions were made faster than they were read, and 1,000 of them are kept for a reader.
   */
  'gap'?: (_tollgate_v1_DecisionGap__Output);
}
