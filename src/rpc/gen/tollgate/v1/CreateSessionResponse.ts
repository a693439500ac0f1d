// Original file: proto/tollgate/v1/session_service.proto

import type { Session as _tollgate_v1_Session, Session__Output as _tollgate_v1_Session__Output } from '../../tollgate/v1/Session.ts';

/**
 * The session that was made.
 */
export interface CreateSessionResponse {
  /**
   * The session.
   */
  'session'?: (_tollgate_v1_Session | null);
  /**
   * True if the idempotency key had its effect earlier, so that this request made no further session.
   */
  'replayed'?: (boolean);
}

/**
 * The session that was made.
 */
export interface CreateSessionResponse__Output {
  /**
   * The session.
   */
  'session'?: (_tollgate_v1_Session__Output);
  /**
   * True if the idempotency key had its effect earlier, so that this request made no further session.
   */
  'replayed'?: (boolean);
}
