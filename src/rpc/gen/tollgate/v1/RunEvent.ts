// Original file: proto/tollgate/v1/audit.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../google/protobuf/Struct.ts';
import type { Redaction as _tollgate_v1_Redaction, Redaction__Output as _tollgate_v1_Redaction__Output } from '../../tollgate/v1/Redaction.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * An event as it is stored in a run's log. It never changes.
 */
export interface RunEvent {
  /**
   * The event's number in its run, from 1 without gaps.
   */
  'sequence'?: (number | string | Long);
  /**
   * The type: `step`, `resolved_model`, `tool_call`, `tool_result`, `error`, or a custom one.
   */
  'type'?: (string);
  /**
   * When the event happened, never earlier than the event before it.
   */
  'occurred_at'?: (_google_protobuf_Timestamp | null);
  /**
   * When the event was stored, by the store's clock.
   */
  'stored_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The content, redacted and cut as it was when it was stored.
   */
  'payload'?: (_google_protobuf_Struct | null);
  /**
   * What was taken out of the content before it was stored, up to 32 of them.
   */
  'redactions'?: (_tollgate_v1_Redaction)[];
}

/**
 * An event as it is stored in a run's log. It never changes.
 */
export interface RunEvent__Output {
  /**
   * The event's number in its run, from 1 without gaps.
   */
  'sequence'?: (number);
  /**
   * The type: `step`, `resolved_model`, `tool_call`, `tool_result`, `error`, or a custom one.
   */
  'type'?: (string);
  /**
   * When the event happened, never earlier than the event before it.
   */
  'occurred_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * When the event was stored, by the store's clock.
   */
  'stored_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * The content, redacted and cut as it was when it was stored.
   */
  'payload'?: (_google_protobuf_Struct__Output);
  /**
   * What was taken out of the content before it was stored, up to 32 of them.
   */
  'redactions'?: (_tollgate_v1_Redaction__Output)[];
}
