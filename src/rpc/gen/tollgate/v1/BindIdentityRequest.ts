// Original file: proto/tollgate/v1/identity_service.proto

import type { Identity as _tollgate_v1_Identity, Identity__Output as _tollgate_v1_Identity__Output } from '../../tollgate/v1/Identity.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';

/**
 * A request to bind an identity to a trace.
 */
export interface BindIdentityRequest {
  /**
   * The trace, 1 to 256 bytes. It is required.
   */
  'trace_id'?: (string);
  /**
   * The identity. It is required.
   */
  'identity'?: (_tollgate_v1_Identity | null);
  /**
   * How long the record lives, 1 to 86,400 seconds in whole milliseconds. It must exceed the longest tool execution. Absent means
   * 300 seconds.
   */
  'ttl'?: (_google_protobuf_Duration | null);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key, except that it extends the lifetime.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to bind an identity to a trace.
 */
export interface BindIdentityRequest__Output {
  /**
   * The trace, 1 to 256 bytes. It is required.
   */
  'trace_id'?: (string);
  /**
   * The identity. It is required.
   */
  'identity'?: (_tollgate_v1_Identity__Output);
  /**
   * How long the record lives, 1 to 86,400 seconds in whole milliseconds. It must exceed the longest tool execution. Absent means
   * 300 seconds.
   */
  'ttl'?: (_google_protobuf_Duration__Output);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key, except that it extends the lifetime.
   */
  'idempotency_key'?: (string);
}
