// Original file: proto/tollgate/v1/server_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * Something that the operator should look at.
 */
export interface Warning {
  /**
   * From a closed list: docs/operations.md says for each what has happened and what to do.
   */
  'code'?: (string);
  /**
   * What is the matter, one sentence. It holds no credentials and nothing that a caller sent.
   */
  'message'?: (string);
  /**
   * Since when it holds, by the server's clock.
   */
  'since'?: (_google_protobuf_Timestamp | null);
}

/**
 * Something that the operator should look at.
 */
export interface Warning__Output {
  /**
   * From a closed list: docs/operations.md says for each what has happened and what to do.
   */
  'code'?: (string);
  /**
   * What is the matter, one sentence. It holds no credentials and nothing that a caller sent.
   */
  'message'?: (string);
  /**
   * Since when it holds, by the server's clock.
   */
  'since'?: (_google_protobuf_Timestamp__Output);
}
