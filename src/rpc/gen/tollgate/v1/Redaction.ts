// Original file: proto/tollgate/v1/audit.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Something that was taken out of a text because it was, or looked like, a secret. In its place stands `[redacted: <rule>]`.
 */
export interface Redaction {
  /**
   * Where it stood in the payload, an RFC 6901 pointer; it goes on into texts of JSON. Empty for the type of the event.
   */
  'pointer'?: (string);
  /**
   * Why it was taken out: `key_name` for what a name such as `password` stood before, else the kind of credential.
   */
  'rule'?: (string);
  /**
   * Its length in bytes of UTF-8.
   */
  'length'?: (number | string | Long);
}

/**
 * Something that was taken out of a text because it was, or looked like, a secret. In its place stands `[redacted: <rule>]`.
 */
export interface Redaction__Output {
  /**
   * Where it stood in the payload, an RFC 6901 pointer; it goes on into texts of JSON. Empty for the type of the event.
   */
  'pointer'?: (string);
  /**
   * Why it was taken out: `key_name` for what a name such as `password` stood before, else the kind of credential.
   */
  'rule'?: (string);
  /**
   * Its length in bytes of UTF-8.
   */
  'length'?: (number);
}
