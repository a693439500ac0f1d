// Original file: proto/tollgate/v1/ledger.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Records that follow each other.
 */
export interface SequenceRange {
  /**
   * The number of the first.
   */
  'first'?: (number | string | Long);
  /**
   * The number of the last.
   */
  'last'?: (number | string | Long);
}

/**
 * Records that follow each other.
 */
export interface SequenceRange__Output {
  /**
   * The number of the first.
   */
  'first'?: (number);
  /**
   * The number of the last.
   */
  'last'?: (number);
}
