// Original file: proto/tollgate/v1/audit_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * A request to remove runs that finished before a time.
 */
export interface PurgeRunsRequest {
  /**
   * Remove runs that finished strictly before this time. It is required.
   */
  'finished_before'?: (_google_protobuf_Timestamp | null);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
  /**
   * True to remove only the contents of these runs, as PurgePayloads does, and keep what proves that they happened. Absent means false.
   */
  'keep_proof'?: (boolean);
  '_idempotency_key'?: "idempotency_key";
  '_keep_proof'?: "keep_proof";
}

/**
 * A request to remove runs that finished before a time.
 */
export interface PurgeRunsRequest__Output {
  /**
   * Remove runs that finished strictly before this time. It is required.
   */
  'finished_before'?: (_google_protobuf_Timestamp__Output);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
  /**
   * True to remove only the contents of these runs, as PurgePayloads does, and keep what proves that they happened. Absent means false.
   */
  'keep_proof'?: (boolean);
}
