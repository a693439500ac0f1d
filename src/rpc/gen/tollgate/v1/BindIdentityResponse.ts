// Original file: proto/tollgate/v1/identity_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * The record as it now is.
 */
export interface BindIdentityResponse {
  /**
   * True if the same identity was bound already, so that only its lifetime changed.
   */
  'already_bound'?: (boolean);
  /**
   * When the record lapses, by the store's clock.
   */
  'expires_at'?: (_google_protobuf_Timestamp | null);
}

/**
 * The record as it now is.
 */
export interface BindIdentityResponse__Output {
  /**
   * True if the same identity was bound already, so that only its lifetime changed.
   */
  'already_bound'?: (boolean);
  /**
   * When the record lapses, by the store's clock.
   */
  'expires_at'?: (_google_protobuf_Timestamp__Output);
}
