// Remembers what a function answered, so many answers at the most; the oldest goes. The function must be pure: remembering
// changes how long an answer takes and nothing else.

export class BoundedMemo<T> {
  readonly #answers = new Map<string, T>();
  readonly #ask: (text: string) => T;
  readonly #entriesMax: number;

  constructor(ask: (text: string) => T, entriesMax: number) {
    this.#ask = ask;
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#answers.size;
  }

  get(text: string): T {
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    const answer = this.#ask(text);
    if (this.#answers.size >= this.#entriesMax) {
      const oldest = this.#answers.keys().next();
      if (!oldest.done) this.#answers.delete(oldest.value);
    }
    this.#answers.set(text, answer);
    return answer;
  }
}
