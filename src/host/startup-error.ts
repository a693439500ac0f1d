// What an operator can mend before a server starts or a command runs: a configuration, a file, an address, a store. Every
// other error at a start is a bug, and its stack is printed.

/**
 * A start or a command that cannot go on. Each problem is one line that says what to mend; the message is all of them.
 *
 * Subclasses exist where code must tell one cause from another: a configuration, a policy, a Redis server.
 */
export class StartupError extends Error {
  override readonly name: string = 'StartupError';
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], options?: ErrorOptions) {
    const lines = typeof problems === 'string' ? [problems] : problems;
    super(lines.join('\n'), options);
    this.problems = lines;
  }
}
