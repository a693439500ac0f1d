// Gathers what is asked in one turn of the event loop, so that it costs one command instead of many.
//
// WHY NOT ioredis's autopipelining: it saves writes but not commands, and halved the throughput of small scripts.
import { Failure } from '../../../core/failure.ts';
import { internal } from './errors.ts';

export class TurnBatcher<Item, Answer> {
  readonly #sizeMax: number;
  readonly #run: (items: readonly Item[]) => Promise<readonly (Answer | Failure)[]>;
  readonly #groupOf: ((item: Item) => string) | undefined;
  #waiting: Waiting<Item, Answer>[] = [];

  /**
   * @param run      answers items in their order; a Failure fails its own item, a rejection all of them
   * @param groupOf  which items can be asked together; all of them if left out
   */
  constructor(
    sizeMax: number,
    run: (items: readonly Item[]) => Promise<readonly (Answer | Failure)[]>,
    groupOf?: (item: Item) => string,
  ) {
    this.#sizeMax = sizeMax;
    this.#run = run;
    this.#groupOf = groupOf;
  }

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ item, resolve, reject });
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const group of this.#groups(waiting)) {
      for (let from = 0; from < group.length; from += this.#sizeMax) {
        void this.#settle(group.slice(from, from + this.#sizeMax));
      }
    }
  }

  #groups(waiting: Waiting<Item, Answer>[]): Iterable<Waiting<Item, Answer>[]> {
    const groupOf = this.#groupOf;
    if (!groupOf) return [waiting];
    const groups = new Map<string, Waiting<Item, Answer>[]>();
    for (const one of waiting) {
      const name = groupOf(one.item);
      const group = groups.get(name);
      if (group) group.push(one);
      else groups.set(name, [one]);
    }
    return groups.values();
  }

  async #settle(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index];
        if (answer === undefined) reject(internal(new Error('a reply with too few answers')));
        else if (answer instanceof Failure) reject(answer);
        else resolve(answer);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
