// What a run remembers of its ledger: its epoch, its newest checkpoint, its sealed texts, a purge.

/** What a run remembers of its ledger. */
export interface RunLedger {
  /** How often the store is known to have lost some of this run. */
  readonly epoch: number;
  /** So many of the decisions noted with the run are among its records. */
  readonly decisions: number;
  readonly checkpoint: SignedState | undefined;
  /** How many checkpoints are kept. */
  readonly checkpoints: number;
  /** Of a finished run. */
  readonly texts: SealedTexts | undefined;
  readonly purge: Purge | undefined;
}

/** What the newest checkpoint says. */
export interface SignedState {
  /** Counts the run's checkpoints from 1, those that were dropped since, too. */
  readonly number: number;
  readonly epoch: number;
  readonly size: number;
  readonly atMs: number;
  /** It carries the run's end. */
  readonly isFinal: boolean;
}

/** The texts of a finished run stay out of what is signed; a salted hash of them is in it. */
export interface SealedTexts {
  /** 16 bytes, base64; undefined once the texts were purged. */
  readonly salt: string | undefined;
  /** SHA-256, base64. */
  readonly hash: string;
}

/** Contents that are removed, of the first record up to the last. */
export interface Purge {
  readonly last: number;
  /** Otherwise some may still be there. */
  readonly isDone: boolean;
}

export const NEW_LEDGER: RunLedger = {
  epoch: 0,
  decisions: 0,
  checkpoint: undefined,
  checkpoints: 0,
  texts: undefined,
  purge: undefined,
};
