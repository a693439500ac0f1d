// A fingerprint tells whether two requests under one idempotency key ask for the same thing.
import { createHash } from 'node:crypto';

export type FingerprintPart = string | number | boolean | null | undefined | readonly FingerprintPart[];

/**
 * 16 hex digits over the typed parts of a request. JSON of one array is unambiguous: every string is delimited, every
 * type is told apart, and an absent part is null.
 */
export function fingerprintOf(...parts: readonly FingerprintPart[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
