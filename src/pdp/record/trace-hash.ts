// What is kept of a trace id: enough to tell which decisions were of one trace, and not the id, which opens its identity.
import { createHash } from 'node:crypto';

/** The first 16 bytes of the SHA-256, as 32 hex digits. */
export function traceHashOf(traceId: string): string {
  return createHash('sha256').update(traceId).digest('hex').slice(0, 32);
}
