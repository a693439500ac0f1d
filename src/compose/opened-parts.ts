// The parts that are open, so that a stop and a failed start close the same parts in the same order.

export class OpenedParts {
  readonly #closes: (() => unknown)[] = [];

  /** Adds a part that is open, or will be. */
  add(close: () => unknown): void {
    this.#closes.push(close);
  }

  /** Closes the parts, the newest first, and goes on after a part that fails. @throws the first error */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closes.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
