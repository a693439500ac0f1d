// Original file: proto/tollgate/v1/identity_service.proto

import type { Identity as _tollgate_v1_Identity, Identity__Output as _tollgate_v1_Identity__Output } from '../../tollgate/v1/Identity.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * The identity of a trace.
 */
export interface GetIdentityResponse {
  /**
   * The identity, with its principal.
   */
  'identity'?: (_tollgate_v1_Identity | null);
  /**
   * When the record lapses, by the store's clock. Absent if another service wrote it without a lifetime.
   */
  'expires_at'?: (_google_protobuf_Timestamp | null);
}

/**
 * The identity of a trace.
 */
export interface GetIdentityResponse__Output {
  /**
   * The identity, with its principal.
   */
  'identity'?: (_tollgate_v1_Identity__Output);
  /**
   * When the record lapses, by the store's clock. Absent if another service wrote it without a lifetime.
   */
  'expires_at'?: (_google_protobuf_Timestamp__Output);
}
