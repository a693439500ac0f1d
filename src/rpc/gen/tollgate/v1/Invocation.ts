// Original file: proto/tollgate/v1/policy_decision_service.proto


/**
 * The facts about a run as the requester asserts them. A check that rests on them says `asserted`.
 */
export interface Invocation {
  /**
   * The principal on whose behalf the run works, at most 385 bytes. Absent or empty matches no scope.
   */
  'caller_id'?: (string);
  /**
   * The run's own id, at most 128 bytes. Absent or empty matches no scope.
   */
  'run_id'?: (string);
  /**
   * The root of the run's tree, at most 128 bytes. Absent or empty matches no scope.
   */
  'root_run_id'?: (string);
  /**
   * The run's parent, at most 128 bytes. Absent or empty matches no scope.
   */
  'parent_run_id'?: (string);
  /**
   * The parent of the run that this one continues, at most 128 bytes. Absent or empty matches no scope.
   */
  'continuation_parent_run_id'?: (string);
  '_caller_id'?: "caller_id";
  '_run_id'?: "run_id";
  '_root_run_id'?: "root_run_id";
  '_parent_run_id'?: "parent_run_id";
  '_continuation_parent_run_id'?: "continuation_parent_run_id";
}

/**
 * The facts about a run as the requester asserts them. A check that rests on them says `asserted`.
 */
export interface Invocation__Output {
  /**
   * The principal on whose behalf the run works, at most 385 bytes. Absent or empty matches no scope.
   */
  'caller_id'?: (string);
  /**
   * The run's own id, at most 128 bytes. Absent or empty matches no scope.
   */
  'run_id'?: (string);
  /**
   * The root of the run's tree, at most 128 bytes. Absent or empty matches no scope.
   */
  'root_run_id'?: (string);
  /**
   * The run's parent, at most 128 bytes. Absent or empty matches no scope.
   */
  'parent_run_id'?: (string);
  /**
   * The parent of the run that this one continues, at most 128 bytes. Absent or empty matches no scope.
   */
  'continuation_parent_run_id'?: (string);
}
