// Original file: proto/tollgate/v1/audit_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * A policy as it was loaded.
 */
export interface GetPolicyResponse {
  /**
   * The revision: SHA-256 of `document`, hex.
   */
  'revision'?: (string);
  /**
   * The policy in its canonical form: JSON without blanks, the keys of each object in order, aliases written out. It is kept for as long
   * as a decision record or the ledger of a finished run may name it, the newest 500 of them.
   */
  'document'?: (string);
  /**
   * When it came into force first, by the clock of the server that loaded it.
   */
  'in_force_at'?: (_google_protobuf_Timestamp | null);
  /**
   * True if it is in force on the server that answers.
   */
  'in_force'?: (boolean);
}

/**
 * A policy as it was loaded.
 */
export interface GetPolicyResponse__Output {
  /**
   * The revision: SHA-256 of `document`, hex.
   */
  'revision'?: (string);
  /**
   * The policy in its canonical form: JSON without blanks, the keys of each object in order, aliases written out. It is kept for as long
   * as a decision record or the ledger of a finished run may name it, the newest 500 of them.
   */
  'document'?: (string);
  /**
   * When it came into force first, by the clock of the server that loaded it.
   */
  'in_force_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * True if it is in force on the server that answers.
   */
  'in_force'?: (boolean);
}
