// Original file: proto/tollgate/v1/audit_service.proto

import type { DecisionFilter as _tollgate_v1_DecisionFilter, DecisionFilter__Output as _tollgate_v1_DecisionFilter__Output } from '../../tollgate/v1/DecisionFilter.ts';

/**
 * A request to watch decisions.
 */
export interface WatchDecisionsRequest {
  /**
   * Only decisions of this session, 1 to 128 bytes. Absent means those of every session and of none.
   */
  'session_id'?: (string);
  /**
   * Only decisions that named this run, 1 to 128 bytes. Absent means those of every run and of none.
   */
  'run_id'?: (string);
  /**
   * Which of those are sent. Absent means all of them.
   */
  'filter'?: (_tollgate_v1_DecisionFilter | null);
  '_session_id'?: "session_id";
  '_run_id'?: "run_id";
  '_filter'?: "filter";
}

/**
 * A request to watch decisions.
 */
export interface WatchDecisionsRequest__Output {
  /**
   * Only decisions of this session, 1 to 128 bytes. Absent means those of every session and of none.
   */
  'session_id'?: (string);
  /**
   * Only decisions that named this run, 1 to 128 bytes. Absent means those of every run and of none.
   */
  'run_id'?: (string);
  /**
   * Which of those are sent. Absent means all of them.
   */
  'filter'?: (_tollgate_v1_DecisionFilter__Output);
}
