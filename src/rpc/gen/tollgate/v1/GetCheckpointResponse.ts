// Original file: proto/tollgate/v1/ledger.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A run's newest checkpoint.
 */
export interface GetCheckpointResponse {
  /**
   * The checkpoint, a signed note. Whoever keeps it can tell later whether the run's ledger was rolled back or replaced.
   */
  'checkpoint'?: (string);
  /**
   * How many records it signs.
   */
  'tree_size'?: (number | string | Long);
  /**
   * The root of their tree, 32 bytes.
   */
  'root_hash'?: (Buffer | Uint8Array | string);
  /**
   * How often the store is known to have lost some of this run.
   */
  'epoch'?: (number | string | Long);
  /**
   * When it was signed, by the store's clock.
   */
  'signed_at'?: (_google_protobuf_Timestamp | null);
}

/**
 * A run's newest checkpoint.
 */
export interface GetCheckpointResponse__Output {
  /**
   * The checkpoint, a signed note. Whoever keeps it can tell later whether the run's ledger was rolled back or replaced.
   */
  'checkpoint'?: (string);
  /**
   * How many records it signs.
   */
  'tree_size'?: (number);
  /**
   * The root of their tree, 32 bytes.
   */
  'root_hash'?: (Buffer);
  /**
   * How often the store is known to have lost some of this run.
   */
  'epoch'?: (number);
  /**
   * When it was signed, by the store's clock.
   */
  'signed_at'?: (_google_protobuf_Timestamp__Output);
}
