// The identity records seen last. A cached record saves a trip to the store, and is never trusted by itself: a charge
// made on it happens only if the store still holds the same bytes, and a denial is never given on it.
import { BoundedMap } from '../../core/bounded-map.ts';
import type { StoredIdentity } from '../../core/identity/identity.ts';

const ENTRIES_MAX = 10_000;

export class IdentityCache {
  readonly #entries = new BoundedMap<string, StoredIdentity>(ENTRIES_MAX);

  get(traceId: string): StoredIdentity | undefined {
    return this.#entries.get(traceId);
  }

  put(traceId: string, stored: StoredIdentity): void {
    this.#entries.set(traceId, stored);
  }

  delete(traceId: string): void {
    this.#entries.delete(traceId);
  }
}
