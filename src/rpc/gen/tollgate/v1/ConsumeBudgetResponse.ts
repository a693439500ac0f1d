// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Decision as _tollgate_v1_Decision, Decision__Output as _tollgate_v1_Decision__Output } from '../../tollgate/v1/Decision.ts';
import type { SessionUsage as _tollgate_v1_SessionUsage, SessionUsage__Output as _tollgate_v1_SessionUsage__Output } from '../../tollgate/v1/SessionUsage.ts';

/**
 * The decision about a batch of tool calls.
 */
export interface ConsumeBudgetResponse {
  /**
   * The decision about the whole batch.
   */
  'decision'?: (_tollgate_v1_Decision | null);
  /**
   * How much of the session is used. Absent if no session was reached.
   */
  'usage'?: (_tollgate_v1_SessionUsage | null);
}

/**
 * The decision about a batch of tool calls.
 */
export interface ConsumeBudgetResponse__Output {
  /**
   * The decision about the whole batch.
   */
  'decision'?: (_tollgate_v1_Decision__Output);
  /**
   * How much of the session is used. Absent if no session was reached.
   */
  'usage'?: (_tollgate_v1_SessionUsage__Output);
}
