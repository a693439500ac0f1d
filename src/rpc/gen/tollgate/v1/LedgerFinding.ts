// Original file: proto/tollgate/v1/ledger.proto


/**
 * A call that no decision allowed, or an allowed call that was not made, as far as the ledger tells.
 */
export interface LedgerFinding {
  /**
   * `call without decision` or `allow without call`.
   */
  'kind'?: (string);
  /**
   * Which record it is about.
   */
  'where'?: (string);
  /**
   * What does not fit there, for people.
   */
  'detail'?: (string);
}

/**
 * A call that no decision allowed, or an allowed call that was not made, as far as the ledger tells.
 */
export interface LedgerFinding__Output {
  /**
   * `call without decision` or `allow without call`.
   */
  'kind'?: (string);
  /**
   * Which record it is about.
   */
  'where'?: (string);
  /**
   * What does not fit there, for people.
   */
  'detail'?: (string);
}
