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
   * Where the next page starts. Empty if this is the last page. A page may hold fewer entries than asked for, even none, and still have
   * a next one: a request looks at no more than 10,000 entries.
   */
  'next_page_token'?: (string);
  /**
   * How many sessions match the filters on all pages, at the time of this answer, counted among the newest 10,000 sessions: beyond
   * that there may be more.
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
   * Where the next page starts. Empty if this is the last page. A page may hold fewer entries than asked for, even none, and still have
   * a next one: a request looks at no more than 10,000 entries.
   */
  'next_page_token'?: (string);
  /**
   * How many sessions match the filters on all pages, at the time of this answer, counted among the newest 10,000 sessions: beyond
   * that there may be more.
   */
  'total'?: (number);
}
