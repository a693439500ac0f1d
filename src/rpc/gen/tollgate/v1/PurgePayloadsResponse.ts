// Original file: proto/tollgate/v1/ledger.proto

import type { SequenceRange as _tollgate_v1_SequenceRange, SequenceRange__Output as _tollgate_v1_SequenceRange__Output } from '../../tollgate/v1/SequenceRange.ts';

/**
 * What was removed.
 */
export interface PurgePayloadsResponse {
  /**
   * The records whose contents are removed. Absent if the run had none.
   */
  'purged'?: (_tollgate_v1_SequenceRange | null);
}

/**
 * What was removed.
 */
export interface PurgePayloadsResponse__Output {
  /**
   * The records whose contents are removed. Absent if the run had none.
   */
  'purged'?: (_tollgate_v1_SequenceRange__Output);
}
