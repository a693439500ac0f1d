// Wraps a state with an observer, which hears of the begin and the end of each operation. Arguments and results pass through
// unchanged.
import type { State } from './port/state.ts';

/** The operations that ask the store. The other members of the port manage the port itself. */
export type StoreOperation = Exclude<keyof State, 'within' | 'withTimeout' | 'info' | 'close'>;

const OPERATIONS = {
  now: true,
  readIdentity: true,
  bindIdentity: true,
  releaseIdentity: true,
  createSession: true,
  readSession: true,
  charge: true,
  closeSession: true,
  pageSessions: true,
  removeEndedSessions: true,
  deactivateAgent: true,
  reactivateAgent: true,
  readAgent: true,
  readRun: true,
  readStartedRun: true,
  commitRun: true,
  readLog: true,
  readCheckpoints: true,
  confirmRun: true,
  purgePayloads: true,
  pageRuns: true,
  removeRun: true,
  keepPolicy: true,
  readPolicy: true,
  recordDecision: true,
  readDecision: true,
  pageDecisions: true,
  noteSubjects: true,
  readRunDecisions: true,
} as const satisfies Record<StoreOperation, true>;

export const STORE_OPERATIONS = Object.keys(OPERATIONS) as readonly StoreOperation[];

/**
 * Observes the names and outcomes of operations. It never gets arguments or results, because they hold data that must not
 * reach metrics or traces.
 */
export interface Observer<Token> {
  /** @returns a token, which is passed to {@link end} */
  begin(operation: StoreOperation): Token;
  /** @param error  the error that the operation failed with; undefined if it succeeded */
  end(operation: StoreOperation, token: Token, error: unknown): void;
}

/** A view of a state with an observer of its operations, including those of views with a deadline. The observer must not throw. */
export function observedState<Token>(state: State, observer: Observer<Token>): State {
  return new Observed(state, observer) as unknown as State;
}

class Observed<Token> {
  readonly #state: State;
  readonly #observer: Observer<Token>;

  constructor(state: State, observer: Observer<Token>) {
    this.#state = state;
    this.#observer = observer;
  }

  within(deadline: number): State {
    return observedState(this.#state.within(deadline), this.#observer);
  }

  withTimeout(deadline: number): State {
    return observedState(this.#state.withTimeout(deadline), this.#observer);
  }

  get info(): State['info'] {
    return this.#state.info;
  }

  close(): Promise<void> {
    return this.#state.close();
  }

  /** Defines one operation for every instance, so that the view made for each call has only two fields. */
  static define(operation: StoreOperation): void {
    Object.defineProperty(Observed.prototype, operation, {
      value(this: Observed<unknown>, ...given: unknown[]): Promise<unknown> {
        const state = this.#state as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
        const observer = this.#observer;
        const token = observer.begin(operation);
        const fail = (error: unknown): never => {
          observer.end(operation, token, error);
          throw error;
        };
        try {
          return state[operation]!(...given).then((answer) => {
            observer.end(operation, token, undefined);
            return answer;
          }, fail);
        } catch (error) {
          return fail(error);
        }
      },
    });
  }
}

for (const operation of STORE_OPERATIONS) Observed.define(operation);
