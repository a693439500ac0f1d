// Original file: proto/tollgate/v1/audit_service.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A request to stream the events of a run.
 */
export interface ListRunEventsRequest {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * Only events with a higher number than this, 0 or more. Absent means all events.
   */
  'after_sequence'?: (number | string | Long);
  /**
   * True to keep the stream open and send events as they are stored, until the run has finished. Absent means false. If the store loses
   * events meanwhile, the stream goes back to the `tollgate.epoch` that says so: what it had sent of that number and higher is gone.
   */
  'follow'?: (boolean);
  '_after_sequence'?: "after_sequence";
  '_follow'?: "follow";
}

/**
 * A request to stream the events of a run.
 */
export interface ListRunEventsRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required. An unknown one is NOT_FOUND.
   */
  'run_id'?: (string);
  /**
   * Only events with a higher number than this, 0 or more. Absent means all events.
   */
  'after_sequence'?: (number);
  /**
   * True to keep the stream open and send events as they are stored, until the run has finished. Absent means false. If the store loses
   * events meanwhile, the stream goes back to the `tollgate.epoch` that says so: what it had sent of that number and higher is gone.
   */
  'follow'?: (boolean);
}
