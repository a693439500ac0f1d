// Original file: proto/tollgate/v1/session_service.proto

import type { Session as _tollgate_v1_Session, Session__Output as _tollgate_v1_Session__Output } from '../../tollgate/v1/Session.ts';

/**
 * A page of sessions.
 */
export interface ListSessionsResponse {
  /**
   * The sessions, newest first.
   */
  'sessions'?: (_tollgate_v1_Session)[];
  /**
   * Where the next page starts. Empty if this is the last page.
   */
  'next_page_token'?: (string);
  /**
   * How many sessions match the filters on all pages, at the time of this answer.
   */
  'total'?: (number);
}

/**
 * A page of sessions.
 */
export interface ListSessionsResponse__Output {
  /**
   * The sessions, newest first.
   */
  'sessions'?: (_tollgate_v1_Session__Output)[];
  /**
   * Where the next page starts. Empty if this is the last page.
   */
  'next_page_token'?: (string);
  /**
   * How many sessions match the filters on all pages, at the time of this answer.
   */
  'total'?: (number);
}
