// Original file: proto/tollgate/v1/audit.proto


/**
 * Something that went wrong in the run. It is stored as `error`.
 */
export interface ErrorEvent {
  /**
   * What went wrong, up to the request's size limit; at most 4,000 bytes are stored. It is required and may be empty.
   */
  'message'?: (string);
}

/**
 * Something that went wrong in the run. It is stored as `error`.
 */
export interface ErrorEvent__Output {
  /**
   * What went wrong, up to the request's size limit; at most 4,000 bytes are stored. It is required and may be empty.
   */
  'message'?: (string);
}
