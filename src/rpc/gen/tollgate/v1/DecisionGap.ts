// Original file: proto/tollgate/v1/audit_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Decisions that a reader was too slow for.
 */
export interface DecisionGap {
  /**
   * How many were left out here, 1 or more.
   */
  'missed'?: (number | string | Long);
}

/**
 * Decisions that a reader was too slow for.
 */
export interface DecisionGap__Output {
  /**
   * How many were left out here, 1 or more.
   */
  'missed'?: (number);
}
