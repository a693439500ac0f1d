// Reads the certificates and keys that the configuration names. A server never starts without one of them: its connections would
// be less safe than its operator believes.
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
