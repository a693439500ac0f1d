// Original file: proto/tollgate/v1/session_service.proto

import type { SessionStatus as _tollgate_v1_SessionStatus, SessionStatus__Output as _tollgate_v1_SessionStatus__Output } from '../../tollgate/v1/SessionStatus.ts';

/**
 * A request to list sessions.
 */
export interface ListSessionsRequest {
  /**
   * Only sessions of this agent, 1 to 128 bytes. Absent means sessions of all agents.
   */
  'agent_id'?: (string);
  /**
   * Only sessions with this status. Absent means every status.
   */
  'status'?: (_tollgate_v1_SessionStatus);
  /**
   * How many sessions a page holds, 1 to 500. Absent means 50, and so does any other number.
   */
  'page_size'?: (number);
  /**
   * Where the page starts: the `next_page_token` of the page before, at most 512 bytes. Absent or empty means the first page.
   */
  'page_token'?: (string);
  '_agent_id'?: "agent_id";
  '_status'?: "status";
  '_page_size'?: "page_size";
  '_page_token'?: "page_token";
}

/**
 * A request to list sessions.
 */
export interface ListSessionsRequest__Output {
  /**
   * Only sessions of this agent, 1 to 128 bytes. Absent means sessions of all agents.
   */
  'agent_id'?: (string);
  /**
   * Only sessions with this status. Absent means every status.
   */
  'status'?: (_tollgate_v1_SessionStatus__Output);
  /**
   * How many sessions a page holds, 1 to 500. Absent means 50, and so does any other number.
   */
  'page_size'?: (number);
  /**
   * Where the page starts: the `next_page_token` of the page before, at most 512 bytes. Absent or empty means the first page.
   */
  'page_token'?: (string);
}
