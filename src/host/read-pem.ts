// Certificates and keys that the configuration names. Without one, something would be reached less safely than its owner
// believes, so that there is no going on.
import { readFileSync } from 'node:fs';
import { StartupError } from './startup-error.ts';

/** @throws StartupError when the file cannot be read */
export function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new StartupError(`cannot read ${path} (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}
