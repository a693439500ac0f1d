// Original file: proto/tollgate/v1/audit_service.proto


/**
 * A request to stream the records of finished runs.
 */
export interface ExportEventsRequest {
  /**
   * Where to go on: the last `cursor` of an earlier stream, at most 512 bytes. Absent or empty means the first run that there is.
   */
  'cursor'?: (string);
  /**
   * True to keep the stream open and send lines as runs finish. Absent means false.
   */
  'follow'?: (boolean);
  '_cursor'?: "cursor";
  '_follow'?: "follow";
}

/**
 * A request to stream the records of finished runs.
 */
export interface ExportEventsRequest__Output {
  /**
   * Where to go on: the last `cursor` of an earlier stream, at most 512 bytes. Absent or empty means the first run that there is.
   */
  'cursor'?: (string);
  /**
   * True to keep the stream open and send lines as runs finish. Absent means false.
   */
  'follow'?: (boolean);
}
