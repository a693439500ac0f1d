// The key under which runs remember what secret tools returned. It lies in a file, beside the store and never in it.
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createPrivateFile } from '../host/durable-file.ts';
import { StartupError } from '../host/startup-error.ts';

const FOR_OTHERS = 0o077;
const KEY = /^[0-9a-f]{32}\n?$/;

/**
 * Reads the key, 32 hex digits, or makes it once.
 *
 * @param mayCreate  nobody has named the file
 * @throws StartupError in one line, when the file cannot be used as it is
 */
export function openMemoryKey({ file, mayCreate }: { file: string; mayCreate: boolean }): string {
  let text: string;
  try {
    if (mayCreate) createPrivateFile(file, () => `${randomBytes(16).toString('hex')}\n`);
    if ((statSync(file).mode & FOR_OTHERS) !== 0) throw new Error('others may read or write it: chmod 600');
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartupError(`the key of redaction.key_file, ${file}, cannot be used: ${messageOf(cause)}`, { cause });
  }
  if (KEY.test(text)) return text.trim();
  // No cause, and none of what is in it: it may be a key with a slip.
  throw new StartupError(
    `the key of redaction.key_file, ${file}, cannot be used: it must be 32 lower-case hex digits (openssl rand -hex 16)`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
