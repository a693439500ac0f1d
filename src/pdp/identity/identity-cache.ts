// The identity records seen last. A cached record saves a trip to the store, and is never trusted by itself: a charge
// made on it happens only if the store still holds the same bytes, and a denial is never given on it.
import type { StoredIdentity } from '../../core/identity/identity.ts';

const ENTRIES_MAX = 10_000;

export class IdentityCache {
  readonly #entries = new Map<string, StoredIdentity>();

  get(traceId: string): StoredIdentity | undefined {
    return this.#entries.get(traceId);
  }

  put(traceId: string, stored: StoredIdentity): void {
    // The oldest entry makes room: a Map keeps the order of insertion.
    if (this.#entries.size >= ENTRIES_MAX && !this.#entries.has(traceId)) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(traceId, stored);
  }

  delete(traceId: string): void {
    this.#entries.delete(traceId);
  }
}
