// grpc.health.v1, per service: the empty name serves while the process lives, each service while the store answers.
import type { Server } from '@grpc/grpc-js';
import type { State } from '../../state/port/state.ts';
import { HealthService } from './health-service.ts';
import { OpenStreams } from './open-streams.ts';

const INTERVAL_MS = 1_000;
/** The store is checked more often while it is unavailable, to notice its recovery quickly. */
const INTERVAL_DOWN_MS = 250;

export class Health {
  readonly #service: HealthService;
  readonly #state: State;
  readonly #services: readonly string[];
  readonly #onChange: (serving: boolean, error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the store answered. */
  #answers: boolean | undefined;
  #isFull = false;
  readonly #watches = new OpenStreams();
  #stopped = false;

  constructor(state: State, services: readonly string[], onChange: (serving: boolean, error: unknown) => void) {
    this.#state = state;
    this.#services = services;
    this.#onChange = onChange;
    this.#service = new HealthService({
      '': 'SERVING',
      ...Object.fromEntries(services.map((service) => [service, 'NOT_SERVING' as const])),
    });
  }

  addTo(server: Server): void {
    this.#service.addTo(this.#watches.over(server));
  }

  /** Asks the store once, then keeps asking until {@link stop}. */
  async start(): Promise<void> {
    let error: unknown;
    const answers = await this.#state.now().then(
      () => true,
      (reason) => {
        error = reason;
        return false;
      },
    );
    if (this.#stopped) return;
    const { isFull } = this.#state.info;
    const isNews = answers !== this.#answers;
    if (isNews || isFull !== this.#isFull) this.#set(answers && !isFull);
    this.#answers = answers;
    this.#isFull = isFull;
    if (isNews) this.#onChange(answers, error);
    this.#timer = setTimeout(() => void this.start(), answers ? INTERVAL_MS : INTERVAL_DOWN_MS);
    this.#timer.unref();
  }

  /** Why the process does not serve, a few words each. */
  get problems(): readonly string[] {
    const problems = this.#answers ? [] : [this.#answers === false ? 'the store does not answer' : 'starting'];
    if (this.#answers && this.#isFull) problems.push('the store is full');
    return this.#stopped ? ['stopping', ...problems] : problems;
  }

  /** Whether the store answered when it was last asked, at most a second ago. */
  get isStoreUp(): boolean {
    return this.#answers === true;
  }

  /** Says NOT_SERVING for every service from now on, because the process is about to stop. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#service.set('', 'NOT_SERVING');
    this.#set(false);
  }

  /** Ends every Watch: its client keeps it open as long as the server lives. */
  endWatches(): void {
    this.#watches.endAll();
  }

  #set(serving: boolean): void {
    for (const service of this.#services) {
      this.#service.set(service, serving ? 'SERVING' : 'NOT_SERVING');
    }
  }
}
