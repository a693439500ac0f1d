// Identity records, by the trace that they belong to.
import type { Identity, StoredIdentity } from '../../core/identity/identity.ts';

export interface Identities {
  readIdentity(traceId: string): Promise<{ stored: StoredIdentity | undefined; expiresAtMs: number | undefined }>;
  /** Writes only if absent; the same content again extends the lifetime, never shortens it. */
  bindIdentity(
    traceId: string,
    identity: Identity,
    ttlMs: number,
  ): Promise<{ kind: 'bound' | 'already_bound'; expiresAtMs: number } | { kind: 'conflict' }>;
  /** @returns whether there was a record */
  releaseIdentity(traceId: string): Promise<boolean>;
}
