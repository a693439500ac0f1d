// Original file: proto/tollgate/v1/ledger.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A request for the proof that a run's tree has only grown.
 */
export interface GetConsistencyProofRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * How many records the older tree holds, 0 or more. It is required.
   */
  'from_size'?: (number | string | Long);
  /**
   * How many records the newer tree holds. Absent means all there are.
   */
  'to_size'?: (number | string | Long);
  '_from_size'?: "from_size";
  '_to_size'?: "to_size";
}

/**
 * A request for the proof that a run's tree has only grown.
 */
export interface GetConsistencyProofRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * How many records the older tree holds, 0 or more. It is required.
   */
  'from_size'?: (number);
  /**
   * How many records the newer tree holds. Absent means all there are.
   */
  'to_size'?: (number);
}
