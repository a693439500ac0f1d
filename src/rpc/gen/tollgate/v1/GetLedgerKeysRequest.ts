// Original file: proto/tollgate/v1/ledger.proto


/**
 * A request for the keys that checkpoints are verified with.
 */
export interface GetLedgerKeysRequest {
}

/**
 * A request for the keys that checkpoints are verified with.
 */
export interface GetLedgerKeysRequest__Output {
}
