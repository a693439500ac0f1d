// Standard output of commands whose exit code is an answer. What could not be written must not end in an uncaught error: its
// code, 1, would say something else.
import { StartupError } from '../host/startup-error.ts';

/**
 * Writes to standard output, and waits until that has taken it.
 *
 * @returns false if whoever read along, `head` for instance, has had enough
 * @throws StartupError when it cannot be written
 */
export function printed(text: string): Promise<boolean> {
  // The callback tells it; without a listener it would be thrown as well.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => {});
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve(true);
      else if (CLOSED.has(codeOf(error))) resolve(false);
      else reject(cannotWrite('to standard output', error));
    });
  });
}

const CLOSED: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

export function cannotWrite(where: string, cause: unknown): StartupError {
  return new StartupError(`cannot write ${where} (${codeOf(cause)})`, { cause });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
