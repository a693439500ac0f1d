// The file of values that an operator knows to be secret, one on each line.
//
// INVARIANT: no value is in any message. A line is named by its number.
import { readFileSync, statSync } from 'node:fs';
import { StartupError } from '../host/startup-error.ts';

const FOR_OTHERS = 0o077;
const BYTES_MAX = 65_536;
const VALUES_MAX = 1_000;
/** Shorter values occur in too many texts. */
const VALUE_BYTES_MIN = 8;

/** @throws StartupError in one line, when the file cannot be used as it is */
export function readKnownValues(file: string): readonly string[] {
  const refuse = (problem: string, cause?: unknown) =>
    new StartupError(`redaction.known_values_file ${file}: ${problem}`, cause === undefined ? {} : { cause });
  let bytes: Buffer;
  try {
    const { mode, size } = statSync(file);
    if ((mode & FOR_OTHERS) !== 0) throw refuse('others may read or write it: chmod 600');
    if (size > BYTES_MAX) throw refuse(`must have at most ${BYTES_MAX} bytes`);
    bytes = readFileSync(file);
  } catch (cause) {
    if (cause instanceof StartupError) throw cause;
    throw refuse(`cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
  const text = utf8(bytes);
  if (text === undefined) throw refuse('must be UTF-8');
  const lines = text.split(/\r?\n/);
  const short = lines.findIndex((line) => line !== '' && Buffer.byteLength(line) < VALUE_BYTES_MIN);
  if (short >= 0) throw refuse(`line ${short + 1}: a value must have at least ${VALUE_BYTES_MIN} bytes`);
  const values = [...new Set(lines.filter((line) => line !== ''))];
  if (values.length === 0) throw refuse('holds no value');
  if (values.length > VALUES_MAX) throw refuse(`holds more than ${VALUES_MAX} values`);
  return values;
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
