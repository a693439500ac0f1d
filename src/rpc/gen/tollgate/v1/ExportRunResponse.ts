// Original file: proto/tollgate/v1/ledger.proto


/**
 * One message of the stream of an exported ledger.
 */
export interface ExportRunResponse {
  /**
   * A line of the bundle, without its end. Written to a file with a newline behind each, they are what `tollgate audit verify` takes.
   */
  'line'?: (string);
}

/**
 * One message of the stream of an exported ledger.
 */
export interface ExportRunResponse__Output {
  /**
   * A line of the bundle, without its end. Written to a file with a newline behind each, they are what `tollgate audit verify` takes.
   */
  'line'?: (string);
}
