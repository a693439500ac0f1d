// Original file: proto/tollgate/v1/ledger.proto


/**
 * The keys that checkpoints are verified with. Whoever verifies should get them once, in a way that nobody between can change.
 */
export interface GetLedgerKeysResponse {
  /**
   * The public keys of everything that was ever signed, as far as this server knows: `<name>+<key hash>+<key>`, oldest first.
   */
  'keys'?: (string)[];
  /**
   * The one among them that signs now. Absent if the server has no key.
   */
  'signing_key'?: (string);
  '_signing_key'?: "signing_key";
}

/**
 * The keys that checkpoints are verified with. Whoever verifies should get them once, in a way that nobody between can change.
 */
export interface GetLedgerKeysResponse__Output {
  /**
   * The public keys of everything that was ever signed, as far as this server knows: `<name>+<key hash>+<key>`, oldest first.
   */
  'keys'?: (string)[];
  /**
   * The one among them that signs now. Absent if the server has no key.
   */
  'signing_key'?: (string);
}
