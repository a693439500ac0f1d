// Places for connections or calls whose caller is not known: a share of all places, and a smaller share for one remote address.
// A newcomer takes the place of the oldest.
//
// WHY NOT refuse the newcomer: then strangers who come first and stay keep everybody out. WHY NOT evict the idle or unfinished
// first: then a caller in the middle of its handshake goes before a stranger who holds a stream open.

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

  /** @returns who has to leave for the new holder; it has no place any more */
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
   * Takes a place back for a newcomer: from its own address if that holds more than its share, else from the address
   * that holds most.
   *
   * @returns who held it for longest; undefined when there is nobody
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
