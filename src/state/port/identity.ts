// Identity records, by trace.
import type { Identity, StoredIdentity } from '../../core/identity/identity.ts';

export interface Identities {
  readIdentity(traceId: string): Promise<{ stored: StoredIdentity | undefined; expiresAtMs: number | undefined }>;
  /** Writes the record only if the trace has none. Binding the same identity again can extend its lifetime and never shortens it. */
  bindIdentity(
    traceId: string,
    identity: Identity,
    ttlMs: number,
  ): Promise<{ kind: 'bound' | 'already_bound'; expiresAtMs: number } | { kind: 'conflict' }>;
  /** @returns whether there was a record */
  releaseIdentity(traceId: string): Promise<boolean>;
}
