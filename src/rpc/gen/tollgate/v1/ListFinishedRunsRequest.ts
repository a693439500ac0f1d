// Original file: proto/tollgate/v1/audit_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * A request to list runs that finished before a time.
 */
export interface ListFinishedRunsRequest {
  /**
   * Only runs that finished strictly before this time. It is required.
   */
  'finished_before'?: (_google_protobuf_Timestamp | null);
  /**
   * How many runs to list at most, 1 to 500. More than 500 means 50, and so does absence. 0 and less list none.
   */
  'limit'?: (number);
  '_limit'?: "limit";
}

/**
 * A request to list runs that finished before a time.
 */
export interface ListFinishedRunsRequest__Output {
  /**
   * Only runs that finished strictly before this time. It is required.
   */
  'finished_before'?: (_google_protobuf_Timestamp__Output);
  /**
   * How many runs to list at most, 1 to 500. More than 500 means 50, and so does absence. 0 and less list none.
   */
  'limit'?: (number);
}
