// Original file: proto/tollgate/v1/ledger.proto


/**
 * Something that is wrong with a ledger.
 */
export interface LedgerFault {
  /**
   * `altered`, `missing`, `inserted`, `reordered`, `truncated`, `rolled back`, `forked` or `unknown signer`.
   */
  'kind'?: (string);
  /**
   * Where: a record, a line, a checkpoint.
   */
  'where'?: (string);
  /**
   * What does not fit there, for people.
   */
  'detail'?: (string);
}

/**
 * Something that is wrong with a ledger.
 */
export interface LedgerFault__Output {
  /**
   * `altered`, `missing`, `inserted`, `reordered`, `truncated`, `rolled back`, `forked` or `unknown signer`.
   */
  'kind'?: (string);
  /**
   * Where: a record, a line, a checkpoint.
   */
  'where'?: (string);
  /**
   * What does not fit there, for people.
   */
  'detail'?: (string);
}
