// The open streams and their callers: a caller can be removed from the callers file while its stream is open.

export class StreamChecks {
  readonly #checks = new Set<() => void>();

  /**
   * @param check  ends the stream if its caller may no longer have it
   * @returns removes the check
   */
  add(check: () => void): () => void {
    this.#checks.add(check);
    return () => this.#checks.delete(check);
  }

  /** Runs every check. */
  run(): void {
    for (const check of this.#checks) check();
  }
}
