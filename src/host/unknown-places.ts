// Bounds connections or calls whose caller is not known, in total and per remote address. A new holder evicts the oldest.
//
// WHY NOT refuse the new holder: unknown callers who come first and stay would keep all others out. WHY NOT evict idle or unfinished
// holders first: a caller in its handshake would be evicted before an unknown caller who holds a stream open.

export interface UnknownBounds {
  readonly max: number;
  readonly maxPerAddress: number;
}

export class UnknownPlaces<Holder extends object> {
  readonly #bounds: UnknownBounds;
  /** The oldest first, both the addresses and their holders. */
  readonly #byAddress = new Map<string, Set<Holder>>();
  #count = 0;

  constructor(bounds: UnknownBounds) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#count;
  }

  /** @returns the holder that was evicted for the new one, if any */
  add(holder: Holder, address: string): Holder | undefined {
    let own = this.#byAddress.get(address);
    if (!own) {
      own = new Set();
      this.#byAddress.set(address, own);
    }
    if (own.has(holder)) return undefined;
    own.add(holder);
    this.#count++;
    if (own.size <= this.#bounds.maxPerAddress && this.#count <= this.#bounds.max) return undefined;
    return this.takeFrom(address);
  }

  delete(holder: Holder, address: string): void {
    const own = this.#byAddress.get(address);
    if (!own?.delete(holder)) return;
    this.#count--;
    if (own.size === 0) this.#byAddress.delete(address);
  }

  /**
   * Evicts the oldest holder of an address if the address holds more than its share, else of the address with most holders.
   *
   * @returns the evicted holder; undefined if there are none
   */
  takeFrom(address: string): Holder | undefined {
    const own = this.#byAddress.get(address);
    const isAtFault = own && (own.size > this.#bounds.maxPerAddress || own.size * this.#byAddress.size > this.#count);
    const from = isAtFault ? address : this.#largest();
    if (from === undefined) return undefined;
    const [oldest] = this.#byAddress.get(from) ?? [];
    if (oldest) this.delete(oldest, from);
    return oldest;
  }

  #largest(): string | undefined {
    let found: string | undefined;
    let size = 0;
    for (const [address, holders] of this.#byAddress) {
      if (holders.size <= size) continue;
      found = address;
      size = holders.size;
    }
    return found;
  }
}
