// The port again, with somebody watching: each operation is announced before it is asked and after it is settled. What is
// asked, and what comes back, passes as it is.
import type { State } from './port/state.ts';

/** What the store is asked; the rest of the port is about the port itself. */
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

/** It is told names and outcomes, never what was asked or answered: those hold what belongs into no metric and no trace. */
export interface Observer<Token> {
  /** @returns what {@link end} is handed again */
  begin(operation: StoreOperation): Token;
  /** @param error  what the operation failed with; undefined if it was answered */
  end(operation: StoreOperation, token: Token, error: unknown): void;
}

/** The same state; `observer`, which must not throw, hears of each of its operations, also of those under a deadline. */
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

  /** Defines one operation for every instance, so that a view made for each call stays two fields. */
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
