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
   * The type: `step`, `resolved_model`, `tool_call`, `tool_result`, `error`, a custom one, or one of Tollgate's own, which begin with
   * `tollgate.`: `tollgate.decision` (a decision that named the run), `tollgate.epoch` (the store lost what it had acknowledged) and
   * `tollgate.purge` (contents were removed on purpose).
   */
  'type'?: (string);
  /**
   * When the event happened. What a runner has appended is never earlier than what it had appended before.
   */
  'occurred_at'?: (_google_protobuf_Timestamp | null);
  /**
   * When the event was stored, by the store's clock.
   */
  'stored_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The content, redacted and cut as it was when it was stored. Absent once it was purged.
   */
  'payload'?: (_google_protobuf_Struct | null);
  /**
   * What was taken out of the content before it was stored, up to 32 of them.
   */
  'redactions'?: (_tollgate_v1_Redaction)[];
  /**
   * True if the content was purged. What stays proves that there was an event of this type at this time and place.
   */
  'purged'?: (boolean);
  /**
   * The event's leaf in the run's Merkle tree, hashed as RFC 6962 does: 32 bytes.
   */
  'leaf_hash'?: (Buffer | Uint8Array | string);
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
   * The type: `step`, `resolved_model`, `tool_call`, `tool_result`, `error`, a custom one, or one of Tollgate's own, which begin with
   * `tollgate.`: `tollgate.decision` (a decision that named the run), `tollgate.epoch` (the store lost what it had acknowledged) and
   * `tollgate.purge` (contents were removed on purpose).
   */
  'type'?: (string);
  /**
   * When the event happened. What a runner has appended is never earlier than what it had appended before.
   */
  'occurred_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * When the event was stored, by the store's clock.
   */
  'stored_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * The content, redacted and cut as it was when it was stored. Absent once it was purged.
   */
  'payload'?: (_google_protobuf_Struct__Output);
  /**
   * What was taken out of the content before it was stored, up to 32 of them.
   */
  'redactions'?: (_tollgate_v1_Redaction__Output)[];
  /**
   * True if the content was purged. What stays proves that there was an event of this type at this time and place.
   */
  'purged'?: (boolean);
  /**
   * The event's leaf in the run's Merkle tree, hashed as RFC 6962 does: 32 bytes.
   */
  'leaf_hash'?: (Buffer);
}
