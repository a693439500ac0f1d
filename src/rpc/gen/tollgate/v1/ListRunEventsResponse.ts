// Original file: proto/tollgate/v1/audit_service.proto

import type { RunEvent as _tollgate_v1_RunEvent, RunEvent__Output as _tollgate_v1_RunEvent__Output } from '../../tollgate/v1/RunEvent.ts';

/**
 * One message of the stream of a run's events.
 */
export interface ListRunEventsResponse {
  /**
   * The event.
   */
  'event'?: (_tollgate_v1_RunEvent | null);
}

/**
 * One message of the stream of a run's events.
 */
export interface ListRunEventsResponse__Output {
  /**
   * The event.
   */
  'event'?: (_tollgate_v1_RunEvent__Output);
}
