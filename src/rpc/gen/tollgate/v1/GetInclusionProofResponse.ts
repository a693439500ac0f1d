// Original file: proto/tollgate/v1/ledger.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The proof that a record is in a run's tree.
 */
export interface GetInclusionProofResponse {
  /**
   * The hash of the record's leaf, 32 bytes.
   */
  'leaf_hash'?: (Buffer | Uint8Array | string);
  /**
   * RFC 6962, section 2.1.1: hashes of 32 bytes each, from the leaf up.
   */
  'proof'?: (Buffer | Uint8Array | string)[];
  /**
   * How many records the tree holds.
   */
  'tree_size'?: (number | string | Long);
  /**
   * The root of the tree, 32 bytes.
   */
  'root_hash'?: (Buffer | Uint8Array | string);
}

/**
 * The proof that a record is in a run's tree.
 */
export interface GetInclusionProofResponse__Output {
  /**
   * The hash of the record's leaf, 32 bytes.
   */
  'leaf_hash'?: (Buffer);
  /**
   * RFC 6962, section 2.1.1: hashes of 32 bytes each, from the leaf up.
   */
  'proof'?: (Buffer)[];
  /**
   * How many records the tree holds.
   */
  'tree_size'?: (number);
  /**
   * The root of the tree, 32 bytes.
   */
  'root_hash'?: (Buffer);
}
