// One connection to one server: options under which nothing is repeated, queued or left pending, and the circuit breaker
// that says whether anything may be sent at all. Open, nothing is sent; half open, one check of the server is under way.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import type { BreakerState } from '../../port/store.ts';
import type { Login, LoginSource } from './address.ts';
import { CONNECTION_ERRORS, type ErrorRow, NotSent, rowOf, SERVER_ERRORS, withoutCommand } from './errors.ts';
import { examine, Refusal, type ServerRules, type Verdict } from './server-check.ts';

/** How long after a failed attempt the next one begins, at most; also the pace of the checks of a server that is unfit. */
const RETRY_MS_MAX = 200;
/** So many commands in a row without an answer in time, and the connection is given up. */
const TIMEOUTS_MAX = 3;
/** Above this a server is too slow for what is asked of it, and more would only cost memory. */
const IN_FLIGHT_MAX = 4_096;
/** Whoever has no connection by then tries another time. */
const CONNECT_MS = { min: 500, max: 2_000 };
/** How long a connection that is closed waits for what is unanswered. */
const CLOSE_MS_MAX = 1_000;
/** How often a server that answers is looked at again: its settings change, and so may its role. */
const RECHECK_MS = 10_000;

/** One way to a server, as a command takes it. */
export interface Connection {
  readonly redis: Redis;
  readonly server: ServerConnection;
  /** The server holds the key for this one question only, and wants to be told that we know. */
  readonly asking: boolean;
}

export interface ServerConnectionOptions {
  /** Where the server is, and how to log in. */
  readonly address: RedisOptions;
  /** Where the login may change while the connection is open. */
  readonly login?: LoginSource | undefined;
  readonly identify?: ((options: RedisOptions, login: Login) => void) | undefined;
  readonly rules: ServerRules;
  /** How long one command may take. */
  readonly commandTimeoutMs: number;
  /** What is done with a server that has passed its check, before anything else is asked of it. */
  readonly prepare?: ((connection: Connection) => Promise<void>) | undefined;
  /** Told whenever the connection became ready or was lost; `problem` is undefined when it is ready. */
  readonly onChange: (server: ServerConnection, problem: unknown) => void;
}

/**
 * INVARIANT: a command is executed at most once for each time that it is sent, and every promise settles.
 *
 * `enableOfflineQueue: false` refuses what cannot be sent now; `autoResendUnfulfilledCommands: false` repeats nothing
 * after a reconnect; that alone would leave promises pending, so `maxRetriesPerRequest: 0` rejects them when the
 * connection closes; `commandTimeout` settles what a silent server leaves open (it may still execute it).
 *
 * WHY NOT socketTimeout: ioredis 5.11 does not clear its timer when a socket closes, so it ends the next connection.
 *
 * WHY NOT connectionName: without its own check ioredis 5.11 calls a connection ready as soon as CLIENT SETNAME is
 * settled, also when the connection broke under it, and never connects again then. See test/contract/redis/greeting.test.ts.
 */
function clientOptions({ address, rules, commandTimeoutMs }: ServerConnectionOptions): RedisOptions {
  const connectTimeout = Math.min(Math.max(commandTimeoutMs, CONNECT_MS.min), CONNECT_MS.max);
  return {
    ...address,
    db: rules.database,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    commandTimeout: commandTimeoutMs,
    connectTimeout,
    disconnectTimeout: 50,
    sentinelCommandTimeout: connectTimeout,
    sentinelRetryStrategy: retryDelayMs,
    // Ours looks at more than loading, and says nothing on the console.
    enableReadyCheck: false,
    keepAlive: 10_000,
    disableClientInfo: true,
  };
}

/**
 * Listens to a driver's errors, which it would print else, and to those of its socket: one of TLS that is closed amid its
 * greeting may fail twice, the driver listens once, and an error that nobody hears ends the process.
 */
export function hearEveryError(redis: Redis): void {
  redis.on('error', () => redis.stream?.on('error', () => {}));
}

/** Soon, and not in step with the other processes that lost the same server. */
function retryDelayMs(attempt: number): number {
  const most = Math.min(50 * attempt, RETRY_MS_MAX);
  return most / 2 + (Math.random() * most) / 2;
}

export class ServerConnection {
  readonly #redis: Redis;
  readonly #options: ServerConnectionOptions;
  /** Why nothing can be sent; undefined while the server is connected and checked. */
  #problem: unknown = new Error('not connected yet');
  #verdict: Verdict | undefined;
  /** Counts connections, so that a check of an earlier one changes nothing. */
  #connection = 0;
  #isClosed = false;
  #isChecking = false;
  /** What the driver met during a check. */
  #lineError: unknown;
  #timeoutsInRow = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What the connection was made with, or has been changed to. */
  #login: Login | undefined;
  readonly #stopFollowing: (() => void) | undefined;

  constructor(options: ServerConnectionOptions) {
    this.#options = options;
    this.#redis = new Redis({
      ...clientOptions(options),
      // Asked before each connect but the first.
      retryStrategy: (attempt) => {
        this.#identify();
        return retryDelayMs(attempt);
      },
    });
    this.#stopFollowing = options.login?.onChange(() => void this.#logInAgain());
    hearEveryError(this.#redis);
    this.#redis.on('error', (error) => {
      // The driver logs in while the check is under way, which fails for the same reason but may know less of it.
      if (this.#isChecking) this.#lineError = error;
      else this.#lose(error, false);
    });
    this.#redis.on('close', () => this.#lose(new Error('the connection was closed'), false));
    this.#redis.on('ready', () => void this.#check());
  }

  /** Connects, and goes on trying until {@link close}. */
  start(): void {
    this.#identify();
    // Fails with the first attempt; the next ones are the driver's.
    this.#redis.connect().catch(() => {});
  }

  get isReady(): boolean {
    return this.#problem === undefined;
  }

  /** Why nothing can be sent; undefined when it can. */
  get problem(): unknown {
    return this.#problem;
  }

  get breaker(): BreakerState {
    if (this.isReady) return 'closed';
    return this.#isChecking ? 'half_open' : 'open';
  }

  /** What the latest check found; undefined before the first. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** The history that the server's data is part of; '' if unknown. */
  get lineage(): string {
    return this.#verdict?.lineage ?? '';
  }

  /** Another number after every reconnect. */
  get connection(): number {
    return this.#connection;
  }

  /** Sends commands while the server is ready, else fails at once. @throws NotSent, or what the driver says */
  async send<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
    if (this.#problem !== undefined) throw new NotSent(this.#problem);
    if (this.#inFlight >= IN_FLIGHT_MAX) throw new NotSent(new Error('too many commands are under way'));
    this.#inFlight++;
    const connection = this.#connection;
    try {
      const reply = await use(this.#redis);
      this.#timeoutsInRow = 0;
      return reply;
    } catch (error) {
      // A thousand commands may run out of time together. The first to notice leaves the connection; the others would
      // take down the next one.
      if (connection === this.#connection) this.notice(error);
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  /** Takes note of an error that says something about the server itself. */
  notice(error: unknown): void {
    const row: ErrorRow = rowOf(error);
    this.#timeoutsInRow = row === CONNECTION_ERRORS.timed_out ? this.#timeoutsInRow + 1 : 0;
    if (this.#timeoutsInRow >= TIMEOUTS_MAX || row.next === 'reconnect') this.#lose(error, true);
  }

  /** Gives the connection up unless the server, which is known to answer, answers on it within this time. */
  prove(withinMs: number): void {
    const connection = this.#connection;
    const timer = setTimeout(() => {
      if (connection === this.#connection) this.#lose(new Error('this connection is dead, another one is not'), true);
    }, withinMs).unref();
    const isSettled = () => clearTimeout(timer);
    this.#redis.time().then(isSettled, isSettled);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const { isReady } = this;
    this.#isClosed = true;
    this.#problem = new Error('the store is closed');
    clearTimeout(this.#timer);
    this.#stopFollowing?.();
    const waitMs = Math.min(this.#options.commandTimeoutMs, CLOSE_MS_MAX);
    if (isReady) await Promise.race([this.#redis.quit().catch(() => {}), sleep(waitMs, undefined, { ref: false })]);
    this.#redis.disconnect();
  }

  /** The half-open state: one look at the server decides whether others may ask it. */
  async #check(): Promise<void> {
    const connection = ++this.#connection;
    const isOver = () => connection !== this.#connection || this.#isClosed;
    this.#isChecking = true;
    this.#lineError = undefined;
    try {
      // For whoever looks at the server's clients; it may be forbidden.
      this.#redis.client('SETNAME', 'tollgate').catch(() => {});
      const verdict = await examine(this.#redis, this.#options.rules);
      if (isOver()) return;
      this.#verdict = verdict;
      if (this.#login) this.#options.login?.accepted(this.#login);
      await this.#options.prepare?.({ redis: this.#redis, server: this, asking: false });
      if (isOver()) return;
      this.#problem = undefined;
      this.#timeoutsInRow = 0;
      this.#later(RECHECK_MS, () => void this.#recheck());
      this.#options.onChange(this, undefined);
    } catch (error) {
      if (isOver()) return;
      const cause = this.#lineError ?? error;
      if (this.#login && isLoginRefused(cause)) this.#options.login?.refused(this.#login);
      this.#lose(error instanceof Refusal ? error : cause, false);
      this.#later(RETRY_MS_MAX, () => this.#redis.disconnect(true));
    } finally {
      this.#isChecking = false;
    }
  }

  #identify(): void {
    const { login, identify } = this.#options;
    if (!login) return;
    this.#login = login.current();
    identify?.(this.#redis.options, this.#login);
  }

  /**
   * Logs in anew on the open connection, so that nothing is lost when the old user or password goes. A server that refuses
   * leaves the connection as it was. What TLS needs counts from the next connection on.
   */
  async #logInAgain(): Promise<void> {
    const { login } = this.#options;
    const latest = login?.latest();
    if (!login || latest === undefined || !this.isReady || latest === this.#login) return;
    const connection = this.#connection;
    const { username, password } = latest;
    try {
      if (password !== undefined)
        await this.#redis.call('AUTH', ...(username === undefined ? [password] : [username, password]));
      if (connection === this.#connection) this.#login = latest;
      login.accepted(latest);
    } catch (error) {
      if (isLoginRefused(error)) login.refused(latest);
    }
  }

  /** Looks again at a server that answers. One with another history is met anew, from the beginning. */
  async #recheck(): Promise<void> {
    const connection = this.#connection;
    // One that was refused may be right by now.
    await this.#logInAgain();
    try {
      const verdict = await this.send((redis) => examine(redis, this.#options.rules));
      if (connection !== this.#connection || this.#isClosed) return;
      if (verdict.lineage !== this.#verdict?.lineage)
        return this.#lose(new Error('the server has another history'), true);
      this.#verdict = verdict;
    } catch (error) {
      if (connection !== this.#connection || this.#isClosed) return;
      if (error instanceof Refusal) return this.#lose(error, true);
    }
    this.#later(RECHECK_MS, () => void this.#recheck());
  }

  #later(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms).unref();
  }

  #lose(cause: unknown, reconnect: boolean): void {
    if (this.#isClosed) return;
    this.#connection++;
    clearTimeout(this.#timer);
    // A closed connection says less than the error that closed it.
    const isNews = this.#problem === undefined || !isClosing(cause);
    if (isNews) this.#problem = withoutCommand(cause);
    this.#options.onChange(this, this.#problem);
    if (reconnect) this.#redis.disconnect(true);
  }
}

function isLoginRefused(error: unknown): boolean {
  const row: ErrorRow = rowOf(error);
  return row === SERVER_ERRORS.WRONGPASS || row === SERVER_ERRORS.NOAUTH;
}

function isClosing(cause: unknown): boolean {
  return cause instanceof Error && cause.message === 'the connection was closed';
}
