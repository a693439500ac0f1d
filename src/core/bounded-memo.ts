// Remembers the answers of a pure function, up to a bound. Remembering changes how long an answer takes and nothing else.
import { BoundedMap } from './bounded-map.ts';

export class BoundedMemo<T> {
  readonly #answers: BoundedMap<string, T>;
  readonly #ask: (text: string) => T;

  constructor(ask: (text: string) => T, entriesMax: number) {
    this.#ask = ask;
    this.#answers = new BoundedMap(entriesMax);
  }

  get size(): number {
    return this.#answers.size;
  }

  get(text: string): T {
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    const answer = this.#ask(text);
    this.#answers.set(text, answer);
    return answer;
  }
}
