// Remembers what a function answered of the texts that it was asked about, so many at the most; the oldest goes.

const ENTRIES_MAX = 10_000;

export class Remembering {
  readonly #answers = new Map<string, string>();
  readonly #ask: (text: string) => string;

  constructor(ask: (text: string) => string) {
    this.#ask = ask;
  }

  get(text: string): string {
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    const answer = this.#ask(text);
    if (this.#answers.size >= ENTRIES_MAX) {
      const oldest = this.#answers.keys().next();
      if (!oldest.done) this.#answers.delete(oldest.value);
    }
    this.#answers.set(text, answer);
    return answer;
  }
}
