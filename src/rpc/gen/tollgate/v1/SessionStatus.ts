// Original file: proto/tollgate/v1/session.proto

/**
 * The state of a session, derived from the clock on every read.
 */
export const SessionStatus = {
  /**
   * Not given. A filter with this value matches every session; an answer never holds it.
   */
  SESSION_STATUS_UNSPECIFIED: 0,
  /**
   * The session can be charged, as far as its budget and rate allow.
   */
  SESSION_STATUS_ACTIVE: 1,
  /**
   * The session was closed, by a request or because its agent was deactivated.
   */
  SESSION_STATUS_CLOSED: 2,
  /**
   * The session's time limit has passed and nobody closed it.
   */
  SESSION_STATUS_EXPIRED: 3,
} as const;

/**
 * The state of a session, derived from the clock on every read.
 */
export type SessionStatus =
  /**
   * Not given. A filter with this value matches every session; an answer never holds it.
   */
  | 'SESSION_STATUS_UNSPECIFIED'
  | 0
  /**
   * The session can be charged, as far as its budget and rate allow.
   */
  | 'SESSION_STATUS_ACTIVE'
  | 1
  /**
   * The session was closed, by a request or because its agent was deactivated.
   */
  | 'SESSION_STATUS_CLOSED'
  | 2
  /**
   * The session's time limit has passed and nobody closed it.
   */
  | 'SESSION_STATUS_EXPIRED'
  | 3

/**
 * The state of a session, derived from the clock on every read.
 */
export type SessionStatus__Output = typeof SessionStatus[keyof typeof SessionStatus]
