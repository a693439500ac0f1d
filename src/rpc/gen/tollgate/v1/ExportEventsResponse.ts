// Original file: proto/tollgate/v1/audit_service.proto


/**
 * One message of the stream of records.
 */
export interface ExportEventsResponse {
  /**
   * A record as one JSON object without a line break: `run_id`, `sequence`, `type`, `occurred_at` and `stored_at` (RFC 3339), `payload` and
   * `redactions`, or in their place `purged`. A run is shown some seconds after it has finished, with the records that it has then.
   */
  'line'?: (string);
  /**
   * Where a reader goes on that has kept this line.
   */
  'cursor'?: (string);
}

/**
 * One message of the stream of records.
 */
export interface ExportEventsResponse__Output {
  /**
   * A record as one JSON object without a line break: `run_id`, `sequence`, `type`, `occurred_at` and `stored_at` (RFC 3339), `payload` and
   * `redactions`, or in their place `purged`. A run is shown some seconds after it has finished, with the records that it has then.
   */
  'line'?: (string);
  /**
   * Where a reader goes on that has kept this line.
   */
  'cursor'?: (string);
}
