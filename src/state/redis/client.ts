// The one connection to the server: options under which nothing is repeated, queued or left pending, and the state in
// which an operation may be sent at all.
import { Redis, type RedisOptions } from 'ioredis';
import type { Failure } from '../../core/failure.ts';
import type { StoreInfo } from '../port.ts';
import { type Address, parseAddress } from './address.ts';
import { failureOf, isReadOnly, unavailable, withoutCommand } from './errors.ts';
import { examine, Refusal } from './server-check.ts';

export type RedisEvent =
  | { readonly kind: 'ready'; readonly info: StoreInfo }
  /** Reported once per outage and cause. */
  | { readonly kind: 'lost'; readonly cause: unknown };

export interface ConnectionOptions {
  readonly url: string;
  readonly commandTimeoutMs: number;
  readonly onEvent?: ((event: RedisEvent) => void) | undefined;
}

const RETRY_MS_MAX = 500;
/** How long a start waits for the server before it goes on without it. */
const START_WAIT_MS = 1_000;
/** A server that answers nothing for this long after a time-out gets a new connection. */
const SILENCE_MS_MAX = 2_000;

/**
 * INVARIANT: a command is executed at most once for each time that it is sent, and every promise settles.
 *
 * `enableOfflineQueue: false` refuses what cannot be sent now; `autoResendUnfulfilledCommands: false` repeats nothing
 * after a reconnect; that alone would leave promises pending, so `maxRetriesPerRequest: 0` rejects them when the
 * connection closes; `commandTimeout` settles what a silent server leaves open (it may still execute it).
 *
 * WHY NOT socketTimeout: ioredis 5.11 does not clear its timer when a socket closes, so it ends the next connection.
 */
function clientOptions({ options, database }: Address, commandTimeoutMs: number): RedisOptions {
  return {
    ...options,
    db: database,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    commandTimeout: commandTimeoutMs,
    connectTimeout: Math.max(commandTimeoutMs, 1_000),
    disconnectTimeout: 250,
    // Ours looks at more than loading, and says nothing on the console.
    enableReadyCheck: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, RETRY_MS_MAX),
    keepAlive: 10_000,
    connectionName: 'tollgate',
    disableClientInfo: true,
  };
}

export class Connection {
  readonly #redis: Redis;
  readonly #address: Address;
  readonly #onEvent: (event: RedisEvent) => void;
  /** Why nothing can be sent; undefined while the server is connected and checked. */
  #down: unknown = new Error('not connected yet');
  #reported: unknown;
  #info: StoreInfo;
  /** Counts connections, so that a check of an earlier one changes nothing. */
  #epoch = 0;
  #isClosed = false;
  #silentSinceMs: number | undefined;
  #retry: NodeJS.Timeout | undefined;

  /**
   * Resolves as soon as the server is ready, or without it after a bounded wait; it is then tried again for ever.
   *
   * @throws Refusal when the server is there and cannot be used
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    await connection.#start();
    return connection;
  }

  private constructor({ url, commandTimeoutMs, onEvent }: ConnectionOptions) {
    this.#address = parseAddress(url);
    this.#onEvent = onEvent ?? (() => {});
    this.#info = {
      engine: 'redis',
      description: `Redis at ${this.#address.shown}, not reached yet`,
      durability: 'memory',
      warnings: [],
    };
    this.#redis = new Redis(clientOptions(this.#address, commandTimeoutMs));
  }

  get info(): StoreInfo {
    return this.#info;
  }

  /** Sends commands while the server is ready, else fails at once. @throws Failure */
  async send<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
    if (this.#down !== undefined) throw unavailable(this.#down);
    try {
      const reply = await use(this.#redis);
      this.#silentSinceMs = undefined;
      return reply;
    } catch (error) {
      const failure = failureOf(error);
      this.notice(failure);
      throw failure;
    }
  }

  /** Takes note of a failure that says something about the server itself. */
  notice(failure: Failure): void {
    const isTimeout = failure.cause instanceof Error && failure.cause.message === 'Command timed out';
    if (isTimeout) this.#silentSinceMs ??= performance.now();
    const isSilent = isTimeout && performance.now() - this.#silentSinceMs! >= SILENCE_MS_MAX;
    if (isSilent || isReadOnly(failure)) this.#lose(failure.cause, true);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const isReady = this.#down === undefined;
    this.#isClosed = true;
    this.#down = new Error('the store is closed');
    clearTimeout(this.#retry);
    // Waits for what is still unanswered, for as long as one command may take.
    if (isReady) await this.#redis.quit().catch(() => {});
    this.#redis.disconnect();
  }

  #start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isStarting = true;
      const settle = (refusal?: Refusal) => {
        if (!isStarting) return;
        isStarting = false;
        clearTimeout(timer);
        if (refusal) void this.close().then(() => reject(refusal));
        else resolve();
      };
      const timer = setTimeout(settle, START_WAIT_MS);
      // Without a listener ioredis prints errors to the console.
      this.#redis.on('error', (error) => this.#report(error));
      this.#redis.on('close', () => this.#lose(this.#reported ?? new Error('the connection was closed'), false));
      this.#redis.on('ready', () => void this.#check(settle));
      // Fails with the first attempt; the next ones are the driver's.
      this.#redis.connect().catch(() => {});
    });
  }

  async #check(settle: (refusal?: Refusal) => void): Promise<void> {
    const epoch = ++this.#epoch;
    try {
      const { version, durability, warnings } = await examine(this.#redis, this.#address.database);
      if (epoch !== this.#epoch || this.#isClosed) return;
      const description = `Redis ${version} at ${this.#address.shown}`;
      this.#info = { engine: 'redis', description, durability, warnings };
      this.#down = undefined;
      this.#reported = undefined;
      this.#silentSinceMs = undefined;
      this.#onEvent({ kind: 'ready', info: this.#info });
      settle();
    } catch (error) {
      if (epoch !== this.#epoch || this.#isClosed) return;
      this.#lose(error, false);
      // A start ends here; a running server waits for the right one to come back.
      if (error instanceof Refusal) settle(error);
      this.#retry = setTimeout(() => this.#redis.disconnect(true), RETRY_MS_MAX);
    }
  }

  #lose(cause: unknown, reconnect: boolean): void {
    if (this.#isClosed) return;
    this.#epoch++;
    this.#down = withoutCommand(cause);
    clearTimeout(this.#retry);
    this.#report(cause);
    if (reconnect) this.#redis.disconnect(true);
  }

  #report(cause: unknown): void {
    if (this.#isClosed || String(cause) === String(this.#reported)) return;
    this.#reported = withoutCommand(cause);
    this.#onEvent({ kind: 'lost', cause });
  }
}
