// Open streams whose callers are asked for again: a stream can outlive its caller's place in the callers file.

export class StreamChecks {
  readonly #checks = new Set<() => void>();

  /**
   * @param check  ends the stream if its caller may not have it any more
   * @returns how to take it out again
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
