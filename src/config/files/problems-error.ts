// A file or a configuration that cannot be used, with everything that is wrong with it at once.

/** `problems` has one line for each thing to mend; the message is all of them. */
export class ProblemsError extends Error {
  override readonly name: string = 'ProblemsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.problems = problems;
  }
}
