// Original file: proto/tollgate/v1/audit.proto

import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../google/protobuf/Struct.ts';

/**
 * An event of the runner's own kind. It is stored under its own type.
 */
export interface CustomEvent {
  /**
   * The type, 1 to 128 bytes. A type that Tollgate itself writes, such as `step` or `tool_call`, is INVALID_ARGUMENT.
   */
  'type'?: (string);
  /**
   * The content, up to the request's size limit. More than 4,000 bytes of JSON are stored as their beginning only.
   * Absent counts as empty.
   */
  'payload'?: (_google_protobuf_Struct | null);
}

/**
 * An event of the runner's own kind. It is stored under its own type.
 */
export interface CustomEvent__Output {
  /**
   * The type, 1 to 128 bytes. A type that Tollgate itself writes, such as `step` or `tool_call`, is INVALID_ARGUMENT.
   */
  'type'?: (string);
  /**
   * The content, up to the request's size limit. More than 4,000 bytes of JSON are stored as their beginning only.
   * Absent counts as empty.
   */
  'payload'?: (_google_protobuf_Struct__Output);
}
