// Original file: proto/tollgate/v1/ledger.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The proof that a run's tree has only grown.
 */
export interface GetConsistencyProofResponse {
  /**
   * RFC 6962, section 2.1.2: hashes of 32 bytes each. Empty if one of the trees is empty or both are the same.
   */
  'proof'?: (Buffer | Uint8Array | string)[];
  /**
   * The root of the older tree, 32 bytes.
   */
  'from_root_hash'?: (Buffer | Uint8Array | string);
  /**
   * How many records the newer tree holds.
   */
  'to_size'?: (number | string | Long);
  /**
   * The root of the newer tree, 32 bytes.
   */
  'to_root_hash'?: (Buffer | Uint8Array | string);
}

/**
 * The proof that a run's tree has only grown.
 */
export interface GetConsistencyProofResponse__Output {
  /**
   * RFC 6962, section 2.1.2: hashes of 32 bytes each. Empty if one of the trees is empty or both are the same.
   */
  'proof'?: (Buffer)[];
  /**
   * The root of the older tree, 32 bytes.
   */
  'from_root_hash'?: (Buffer);
  /**
   * How many records the newer tree holds.
   */
  'to_size'?: (number);
  /**
   * The root of the newer tree, 32 bytes.
   */
  'to_root_hash'?: (Buffer);
}
