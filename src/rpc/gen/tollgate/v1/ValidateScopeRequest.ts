// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Invocation as _tollgate_v1_Invocation, Invocation__Output as _tollgate_v1_Invocation__Output } from '../../tollgate/v1/Invocation.ts';

/**
 * A request to decide whether a run may use a storage scope.
 */
export interface ValidateScopeRequest {
  /**
   * The scope, at most 512 bytes: `skill`, `user:<id>`, `root_run:<id>` or `run:<id>`. It is required; everything else, the empty
   * string too, is a denial.
   */
  'scope'?: (string);
  /**
   * The run whose record holds the facts, at most 128 bytes. A run that does not exist is a denial.
   */
  'run_id'?: (string);
  /**
   * The facts as the requester asserts them. The configuration may refuse them, which is a denial.
   */
  'invocation'?: (_tollgate_v1_Invocation | null);
  /**
   * The trace whose identity record says who asks, 1 to 256 bytes. An identity that the policy lists as an admin may use other
   * people's scopes, and one that is not the run's caller is a denial. Absent means that nobody is an admin.
   */
  'trace_id'?: (string);
  /**
   * True to get the checks also when the decision is no denial. Absent means false.
   */
  'explain'?: (boolean);
  /**
   * Where the facts about the run come from. Exactly one is required.
   */
  'context'?: "run_id"|"invocation";
  '_trace_id'?: "trace_id";
  '_explain'?: "explain";
}

/**
 * A request to decide whether a run may use a storage scope.
 */
export interface ValidateScopeRequest__Output {
  /**
   * The scope, at most 512 bytes: `skill`, `user:<id>`, `root_run:<id>` or `run:<id>`. It is required; everything else, the empty
   * string too, is a denial.
   */
  'scope'?: (string);
  /**
   * The run whose record holds the facts, at most 128 bytes. A run that does not exist is a denial.
   */
  'run_id'?: (string);
  /**
   * The facts as the requester asserts them. The configuration may refuse them, which is a denial.
   */
  'invocation'?: (_tollgate_v1_Invocation__Output);
  /**
   * The trace whose identity record says who asks, 1 to 256 bytes. An identity that the policy lists as an admin may use other
   * people's scopes, and one that is not the run's caller is a denial. Absent means that nobody is an admin.
   */
  'trace_id'?: (string);
  /**
   * True to get the checks also when the decision is no denial. Absent means false.
   */
  'explain'?: (boolean);
}
