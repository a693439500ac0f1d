// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Decision as _tollgate_v1_Decision, Decision__Output as _tollgate_v1_Decision__Output } from '../../tollgate/v1/Decision.ts';
import type { Identity as _tollgate_v1_Identity, Identity__Output as _tollgate_v1_Identity__Output } from '../../tollgate/v1/Identity.ts';
import type { SessionUsage as _tollgate_v1_SessionUsage, SessionUsage__Output as _tollgate_v1_SessionUsage__Output } from '../../tollgate/v1/SessionUsage.ts';

/**
 * The decision about one tool call.
 */
export interface AuthorizeResponse {
  /**
   * The decision.
   */
  'decision'?: (_tollgate_v1_Decision | null);
  /**
   * Who is behind the call. It is present with `EFFECT_ALLOW` only, and absent there if no identity was presented.
   */
  'identity'?: (_tollgate_v1_Identity | null);
  /**
   * How much of the session is used. Absent if no session was reached.
   */
  'usage'?: (_tollgate_v1_SessionUsage | null);
}

/**
 * The decision about one tool call.
 */
export interface AuthorizeResponse__Output {
  /**
   * The decision.
   */
  'decision'?: (_tollgate_v1_Decision__Output);
  /**
   * Who is behind the call. It is present with `EFFECT_ALLOW` only, and absent there if no identity was presented.
   */
  'identity'?: (_tollgate_v1_Identity__Output);
  /**
   * How much of the session is used. Absent if no session was reached.
   */
  'usage'?: (_tollgate_v1_SessionUsage__Output);
}
