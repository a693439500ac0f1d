// The end of a command that asks a running server, in a way that scripts can rely on.
import { Unanswered } from './client/management-client.ts';
import { problemText } from './problem-text.ts';

export const EXIT = { found: 0, nothing: 1, cannotAsk: 2 } as const;

/** Runs a command to its exit code; what keeps it from asking is a line on standard error. */
export async function exitWith(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    process.stderr.write(`${problemText(error)}\n`);
    process.exitCode = EXIT.cannotAsk;
  }
}

/** The exit code of a question about one thing, which the server may not know. */
export async function unlessUnknown(what: string, ask: () => Promise<void>): Promise<number> {
  try {
    await ask();
    return EXIT.found;
  } catch (error) {
    if (!(error instanceof Unanswered) || error.code !== 'NOT_FOUND') throw error;
    process.stderr.write(`tollgate: there is no such ${what}\n`);
    return EXIT.nothing;
  }
}
