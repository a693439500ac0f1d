// Original file: proto/tollgate/v1/audit_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { DecisionFilter as _tollgate_v1_DecisionFilter, DecisionFilter__Output as _tollgate_v1_DecisionFilter__Output } from '../../tollgate/v1/DecisionFilter.ts';

/**
 * A request to list decisions.
 */
export interface ListDecisionsRequest {
  /**
   * Those of this session, 1 to 128 bytes.
   */
  'session_id'?: (string);
  /**
   * Those that named this run, 1 to 128 bytes.
   */
  'run_id'?: (string);
  /**
   * Only decisions made at this time or later, or that came again then; in the list of every decision those that came again are found only
   * by the time at which they were made. Absent means from the first that is kept.
   */
  'decided_from'?: (_google_protobuf_Timestamp | null);
  /**
   * Only decisions made before this time. Absent means up to the last.
   */
  'decided_before'?: (_google_protobuf_Timestamp | null);
  /**
   * Which of those are listed. Absent means all of them.
   */
  'filter'?: (_tollgate_v1_DecisionFilter | null);
  /**
   * How many decisions a page holds, 1 to 500. Absent means 50, and so does any other number.
   */
  'page_size'?: (number);
  /**
   * Where the page starts: the `next_page_token` of the page before, at most 512 bytes. Absent or empty means the first page.
   */
  'page_token'?: (string);
  /**
   * Whose decisions. If neither is given, every decision that is kept is listed.
   */
  'of'?: "session_id"|"run_id";
  '_decided_from'?: "decided_from";
  '_decided_before'?: "decided_before";
  '_filter'?: "filter";
  '_page_size'?: "page_size";
  '_page_token'?: "page_token";
}

/**
 * A request to list decisions.
 */
export interface ListDecisionsRequest__Output {
  /**
   * Those of this session, 1 to 128 bytes.
   */
  'session_id'?: (string);
  /**
   * Those that named this run, 1 to 128 bytes.
   */
  'run_id'?: (string);
  /**
   * Only decisions made at this time or later, or that came again then; in the list of every decision those that came again are found only
   * by the time at which they were made. Absent means from the first that is kept.
   */
  'decided_from'?: (_google_protobuf_Timestamp__Output);
  /**
   * Only decisions made before this time. Absent means up to the last.
   */
  'decided_before'?: (_google_protobuf_Timestamp__Output);
  /**
   * Which of those are listed. Absent means all of them.
   */
  'filter'?: (_tollgate_v1_DecisionFilter__Output);
  /**
   * How many decisions a page holds, 1 to 500. Absent means 50, and so does any other number.
   */
  'page_size'?: (number);
  /**
   * Where the page starts: the `next_page_token` of the page before, at most 512 bytes. Absent or empty means the first page.
   */
  'page_token'?: (string);
}
