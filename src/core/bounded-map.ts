// A map with a bounded number of entries. A new entry takes the place of the one that was set longest ago.

export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    super();
    this.#entriesMax = entriesMax;
  }

  /** Sets an entry and makes it the newest. */
  override set(key: Key, value: Value): this {
    // A Map keeps the order of insertion, so the first entry is the oldest.
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#entriesMax) this.delete(this.keys().next().value as Key);
    return this;
  }
}
