// Original file: proto/tollgate/v1/decision_record.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What a purge removed. A purge has two records: one that is stored before anything is removed, and one at its end.
 */
export interface RecordedRemoval {
  /**
   * Only what had finished before this time was purged. Absent if the request names no time.
   */
  'finished_before'?: (_google_protobuf_Timestamp | null);
  /**
   * True if contents were removed and what proves them was kept.
   */
  'keep_proof'?: (boolean);
  /**
   * How many were removed: sessions, runs, or of `PurgePayloads` the records of the run. Absent in the record that was stored before
   * the purge began. The second record of a purge that failed has what was removed by then.
   */
  'removed'?: (number | string | Long);
  '_finished_before'?: "finished_before";
  '_removed'?: "removed";
}

/**
 * What a purge removed. A purge has two records: one that is stored before anything is removed, and one at its end.
 */
export interface RecordedRemoval__Output {
  /**
   * Only what had finished before this time was purged. Absent if the request names no time.
   */
  'finished_before'?: (_google_protobuf_Timestamp__Output);
  /**
   * True if contents were removed and what proves them was kept.
   */
  'keep_proof'?: (boolean);
  /**
   * How many were removed: sessions, runs, or of `PurgePayloads` the records of the run. Absent in the record that was stored before
   * the purge began. The second record of a purge that failed has what was removed by then.
   */
  'removed'?: (number);
}
