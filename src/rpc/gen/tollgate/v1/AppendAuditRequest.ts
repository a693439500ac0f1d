// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { AuditEvent as _tollgate_v1_AuditEvent, AuditEvent__Output as _tollgate_v1_AuditEvent__Output } from '../../tollgate/v1/AuditEvent.ts';

/**
 * A request to append events to a run's log.
 */
export interface AppendAuditRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown run is NOT_FOUND and a finished one FAILED_PRECONDITION.
   */
  'run_id'?: (string);
  /**
   * The events in the order in which they happened, 1 to 100. Either all are stored or none is.
   */
  'events'?: (_tollgate_v1_AuditEvent)[];
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never appends again. The key belongs to this RPC and
   * the run. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to append events to a run's log.
 */
export interface AppendAuditRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown run is NOT_FOUND and a finished one FAILED_PRECONDITION.
   */
  'run_id'?: (string);
  /**
   * The events in the order in which they happened, 1 to 100. Either all are stored or none is.
   */
  'events'?: (_tollgate_v1_AuditEvent__Output)[];
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never appends again. The key belongs to this RPC and
   * the run. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
}
