// Original file: proto/tollgate/v1/ledger.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A request for the proof that a record is in a run's tree.
 */
export interface GetInclusionProofRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * The record's number, 1 or more. It is required.
   */
  'sequence'?: (number | string | Long);
  /**
   * How many records the tree holds. Absent means all there are.
   */
  'tree_size'?: (number | string | Long);
  '_tree_size'?: "tree_size";
}

/**
 * A request for the proof that a record is in a run's tree.
 */
export interface GetInclusionProofRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * The record's number, 1 or more. It is required.
   */
  'sequence'?: (number);
  /**
   * How many records the tree holds. Absent means all there are.
   */
  'tree_size'?: (number);
}
