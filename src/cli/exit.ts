// The exit codes of commands that ask a running server; scripts rely on them.
import { Unanswered } from './client/management-client.ts';
import { problemText } from './problem-text.ts';

export const EXIT = { found: 0, nothing: 1, cannotAsk: 2 } as const;

/** Runs a command and sets its exit code. Problems are printed on standard error. */
export async function exitWith(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    process.stderr.write(`${problemText(error)}\n`);
    process.exitCode = EXIT.cannotAsk;
  }
}

/** The exit code of a request about one object, which the server may not know. */
export async function unlessUnknown(what: string, ask: () => Promise<void>): Promise<number> {
  try {
    await ask();
    return EXIT.found;
  } catch (error) {
    if (!(error instanceof Unanswered) || error.code !== 'NOT_FOUND') throw error;
    process.stderr.write(`tollgate: unknown ${what}\n`);
    return EXIT.nothing;
  }
}
