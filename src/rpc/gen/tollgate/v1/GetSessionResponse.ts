// Original file: proto/tollgate/v1/session_service.proto

import type { Session as _tollgate_v1_Session, Session__Output as _tollgate_v1_Session__Output } from '../../tollgate/v1/Session.ts';

/**
 * The session that was asked for.
 */
export interface GetSessionResponse {
  /**
   * The session.
   */
  'session'?: (_tollgate_v1_Session | null);
}

/**
 * The session that was asked for.
 */
export interface GetSessionResponse__Output {
  /**
   * The session.
   */
  'session'?: (_tollgate_v1_Session__Output);
}
