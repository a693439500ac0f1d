// Plays operations against each other in every order in which their commands can reach the servers. Each operation gets
// a store of its own view, in which every command waits for its turn; real servers execute them.
import { setImmediate as turn } from 'node:timers/promises';
import type { Store } from '../../../src/state/redis/store.ts';

/** Commands of one operation that wait for their turn. */
class Gate {
  readonly #held: (() => Promise<void>)[] = [];
  #changed = () => {};

  /** Sends a command when its turn has come. */
  pass<T>(send: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#held.push(() => send().then(resolve, reject));
      this.#changed();
    });
  }

  get waiting(): number {
    return this.#held.length;
  }

  /** Resolves when it has been answered. */
  release(place: number): Promise<void> {
    return this.#held.splice(place, 1)[0]!();
  }

  /** Resolves with the next command that begins to wait. */
  arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}

function behind(gate: Gate, store: Store): Store {
  const { commands } = store;
  return {
    ...store,
    commands: {
      servers: commands.servers,
      probe: (link) => commands.probe(link),
      ask: (key, deadline, ask) => gate.pass(() => commands.ask(key, deadline, ask)),
      confirm: (key, deadline, ask) => gate.pass(() => commands.confirm(key, deadline, ask)),
    },
  };
}

export type Operation<T> = (store: Store) => Promise<T>;

/** One order that was played: what each operation answered, in the order in which they were given. */
export type Played<T> = readonly T[];

interface Running<T> {
  readonly gate: Gate;
  readonly answer: Promise<T>;
}

/**
 * Plays every order.
 *
 * @param scene  the operations, made anew for each order; they must not touch what another order has touched
 * @param check  looks at the store when all of them are over
 * @returns how many orders there were
 */
export async function everySchedule<T, S>(
  store: Store,
  scene: () => Promise<{ operations: readonly Operation<T>[]; given: S }>,
  check: (played: Played<T>, given: S, order: readonly number[]) => Promise<void>,
): Promise<number> {
  let count = 0;
  let order: number[] = [];
  for (;;) {
    const { operations, given } = await scene();
    const { played, choices } = await play(store, operations, order);
    await check(played, given, order);
    count++;
    const next = following(order, choices);
    if (!next) return count;
    order = next;
  }
}

/** Follows an order as far as it goes, then always takes the first command. `order` is completed on the way. */
async function play<T>(store: Store, operations: readonly Operation<T>[], order: number[]) {
  const running: Running<T>[] = operations.map((operation) => {
    const gate = new Gate();
    return { gate, answer: operation(behind(gate, store)) };
  });
  const choices: number[] = [];
  await Promise.all(running.map((one) => settledAgain(one)));
  for (let step = 0; ; step++) {
    const waiting = running.flatMap(({ gate }, index) =>
      Array.from({ length: gate.waiting }, (_, place) => ({ index, place })),
    );
    if (waiting.length === 0) break;
    const choice = order[step] ?? 0;
    order[step] = choice;
    choices[step] = waiting.length;
    const { index, place } = waiting[choice]!;
    const answered = running[index]!.gate.release(place);
    await settledAgain(running[index]!, answered);
  }
  return { played: await Promise.all(running.map(({ answer }) => answer)), choices };
}

/** Until the operation waits for its next turn or is over, which it is not before the command sent last is answered. */
async function settledAgain<T>({ gate, answer }: Running<T>, answered?: Promise<void>): Promise<void> {
  const isOver = answer.then(
    () => {},
    () => {},
  );
  await answered;
  // One that was answered may be followed by none of its own while others of its operation wait.
  if (answered) await turn();
  if (gate.waiting === 0) await Promise.race([gate.arrival(), isOver]);
}

/** The next order: the last choice that has not been the last of its kind is one further. */
function following(order: readonly number[], choices: readonly number[]): number[] | undefined {
  for (let step = choices.length - 1; step >= 0; step--) {
    if (order[step]! + 1 < choices[step]!) return [...order.slice(0, step), order[step]! + 1];
  }
  return undefined;
}
