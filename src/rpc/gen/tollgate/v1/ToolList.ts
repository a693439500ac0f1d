// Original file: proto/tollgate/v1/session.proto


/**
 * A grant of the named tools and no others.
 */
export interface ToolList {
  /**
   * The names of the granted tools, each 1 to 128 bytes, at most 256. Names match exactly. An empty list grants no tool; an empty
   * name is INVALID_ARGUMENT.
   */
  'names'?: (string)[];
}

/**
 * A grant of the named tools and no others.
 */
export interface ToolList__Output {
  /**
   * The names of the granted tools, each 1 to 128 bytes, at most 256. Names match exactly. An empty list grants no tool; an empty
   * name is INVALID_ARGUMENT.
   */
  'names'?: (string)[];
}
