// Original file: proto/tollgate/v1/audit_service.proto

import type { DecisionRecord as _tollgate_v1_DecisionRecord, DecisionRecord__Output as _tollgate_v1_DecisionRecord__Output } from '../../tollgate/v1/DecisionRecord.ts';

/**
 * A page of decisions.
 */
export interface ListDecisionsResponse {
  /**
   * The decisions, newest first.
   */
  'decisions'?: (_tollgate_v1_DecisionRecord)[];
  /**
   * Where the next page starts. Empty if this is the last page. A page may hold fewer entries than asked for, even none, and still have
   * a next one: a request looks at no more than 10,000 entries.
   */
  'next_page_token'?: (string);
}

/**
 * A page of decisions.
 */
export interface ListDecisionsResponse__Output {
  /**
   * The decisions, newest first.
   */
  'decisions'?: (_tollgate_v1_DecisionRecord__Output)[];
  /**
   * Where the next page starts. Empty if this is the last page. A page may hold fewer entries than asked for, even none, and still have
   * a next one: a request looks at no more than 10,000 entries.
   */
  'next_page_token'?: (string);
}
