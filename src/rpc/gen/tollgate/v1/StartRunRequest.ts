// Original file: proto/tollgate/v1/run_service.proto

import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../google/protobuf/Struct.ts';

/**
 * A request to start a run.
 */
export interface StartRunRequest {
  /**
   * The trace whose identity record names the caller, 1 to 256 bytes.
   */
  'trace_id'?: (string);
  /**
   * The caller as the requester asserts it, 1 to 385 bytes. The configuration refuses it unless it accepts all asserted facts.
   */
  'caller_id'?: (string);
  /**
   * The session that the run works under, at most 128 bytes. Its owner must be a principal of the caller, else it is NOT_FOUND like one that
   * does not exist; a closed or expired one is FAILED_PRECONDITION. Absent means none.
   */
  'session_id'?: (string);
  /**
   * The skill that is executed, 1 to 128 bytes. It is required.
   */
  'skill_id'?: (string);
  /**
   * The channel in which the run is started, at most 128 bytes. Absent means none.
   */
  'channel_id'?: (string);
  /**
   * The run that starts this one, at most 128 bytes. It must exist and have the same caller. Absent makes this run a root.
   */
  'parent_run_id'?: (string);
  /**
   * The parent of the run that this one continues, at most 128 bytes. It must exist and have the same caller. Absent means that
   * this run continues none.
   */
  'continuation_parent_run_id'?: (string);
  /**
   * What the run is started with, up to the request's size limit. Absent means nothing.
   */
  'inputs'?: (_google_protobuf_Struct | null);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never starts a second run. The key belongs to this RPC
   * and the caller. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
  /**
   * On whose behalf the run works. Exactly one is required. A child's caller must be its parent's.
   */
  'subject'?: "trace_id"|"caller_id";
  '_session_id'?: "session_id";
  '_channel_id'?: "channel_id";
  '_parent_run_id'?: "parent_run_id";
  '_continuation_parent_run_id'?: "continuation_parent_run_id";
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to start a run.
 */
export interface StartRunRequest__Output {
  /**
   * The trace whose identity record names the caller, 1 to 256 bytes.
   */
  'trace_id'?: (string);
  /**
   * The caller as the requester asserts it, 1 to 385 bytes. The configuration refuses it unless it accepts all asserted facts.
   */
  'caller_id'?: (string);
  /**
   * The session that the run works under, at most 128 bytes. Its owner must be a principal of the caller, else it is NOT_FOUND like one that
   * does not exist; a closed or expired one is FAILED_PRECONDITION. Absent means none.
   */
  'session_id'?: (string);
  /**
   * The skill that is executed, 1 to 128 bytes. It is required.
   */
  'skill_id'?: (string);
  /**
   * The channel in which the run is started, at most 128 bytes. Absent means none.
   */
  'channel_id'?: (string);
  /**
   * The run that starts this one, at most 128 bytes. It must exist and have the same caller. Absent makes this run a root.
   */
  'parent_run_id'?: (string);
  /**
   * The parent of the run that this one continues, at most 128 bytes. It must exist and have the same caller. Absent means that
   * this run continues none.
   */
  'continuation_parent_run_id'?: (string);
  /**
   * What the run is started with, up to the request's size limit. Absent means nothing.
   */
  'inputs'?: (_google_protobuf_Struct__Output);
  /**
   * Names this request, 1 to 128 printable ASCII characters, so that a repeat never starts a second run. The key belongs to this RPC
   * and the caller. Absent means that every repeat is a new request.
   */
  'idempotency_key'?: (string);
}
