// How a command ends that could not do its work: lines for a person on standard error.
import { StartupError } from '../host/startup-error.ts';
import { Unanswered } from './client/management-client.ts';
import { safe } from './terminal.ts';

/** One line for each problem that the user can mend; the stack of an error that is a bug. */
export function problemText(error: unknown): string {
  if (error instanceof StartupError) return error.problems.map(lineOf).join('\n');
  // The text comes from a server, and may name what a caller has sent.
  if (error instanceof Unanswered) return lineOf(error.message);
  return `tollgate: ${error instanceof Error ? error.stack : String(error)}`;
}

function lineOf(problem: string): string {
  return `tollgate: ${safe(problem)}`;
}
