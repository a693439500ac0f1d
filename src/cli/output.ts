// Standard output of commands whose exit code is an answer. A failed write must not become an uncaught error, whose exit code
// would mean something else.
import { StartupError } from '../host/startup-error.ts';

/**
 * Writes to standard output and waits until the text is written.
 *
 * @returns false if the reader, `head` for instance, has closed the pipe
 * @throws StartupError when it cannot be written
 */
export function printed(text: string): Promise<boolean> {
  // The callback reports the error; without a listener Node would throw it as well.
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
