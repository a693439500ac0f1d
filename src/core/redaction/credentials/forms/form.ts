// What the table of credential forms says of each form.

/** One form of credential, told by its own shape wherever it stands. */
export interface CredentialForm {
  /** What the mark says: `[redacted: github_token]`. */
  readonly rule: string;
  readonly issuer: string;
  /** A public page of the issuer about the credential. */
  readonly source: string;
  /** The literal beginnings, behind anything but a letter or digit. Empty if the shape alone tells. */
  readonly starts: readonly string[];
  /**
   * A regular expression for what follows the beginning. A repeat without a bound is followed by nothing that can fail in a way
   * that another start would repeat; the test of growth holds every row to it. A group `before` tells what stands before the start.
   */
  readonly rest: string;
  /** For weak beginnings: a match counts only if letters and digits alternate in it, as they do in random text. */
  readonly mixed?: true;
  /** Made up. */
  readonly example: string;
  /** Looks alike, and is left alone. */
  readonly nearMiss: string;
}
