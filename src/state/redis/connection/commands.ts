// The one way to the servers: finds the one that holds a key, sends, and decides what an error means. Whatever is handed
// to it must bear being sent twice: reads do, and the scripts that write recognize their own repeat.
//
// INVARIANT: nothing is sent after its deadline, nothing waits longer than its deadline, and after an error that leaves
// open whether the command was executed it is sent once more at the most.
import { Failure } from '../../../core/failure.ts';
import { CONNECTION_ERRORS, type ErrorRow, failureOf, NotSent, redirectOf, rowOf } from './errors.ts';
import type { Connection, ServerConnection } from './server-connection.ts';
import type { ServerConnections, Servers } from './server-connections.ts';

/** How often a command that was not executed is sent again; each one is bounded by the deadline, too. */
const ATTEMPTS_MAX = 6;
/** A server that asks for patience (a slot on its way) gets this much. */
const PATIENCE_MS = 15;

export type Command<T> = (connection: Connection) => Promise<T>;

export interface CommandsOptions {
  readonly commandTimeoutMs: number;
  readonly confirm: { readonly replicas: number; readonly timeoutMs: number };
  /** Which connection takes a command, and which one that must be confirmed. */
  readonly plain: (connections: ServerConnections) => ServerConnection;
  readonly confirming: (connections: ServerConnections) => ServerConnection;
}

export class Commands {
  readonly servers: Servers;
  readonly #options: CommandsOptions;

  constructor(servers: Servers, options: CommandsOptions) {
    this.servers = servers;
    this.#options = options;
  }

  /**
   * Asks the server that holds a key.
   *
   * @param deadline  ms of `performance.now()`; the command's own time-out bounds it as well
   * @throws Failure
   */
  ask<T>(key: string, deadline: number, ask: Command<T>): Promise<T> {
    const { commandTimeoutMs, plain } = this.#options;
    return this.#send(key, Math.min(deadline, performance.now() + commandTimeoutMs), {
      pick: plain,
      ask,
      boundMs: commandTimeoutMs,
    });
  }

  /**
   * The same for what must not be lost: answers once enough replicas have what was written, where that is configured.
   *
   * @throws Failure state_unavailable also when it was executed and the replicas did not say so in time
   */
  confirm<T>(key: string, deadline: number, ask: Command<T>): Promise<T> {
    const { confirming } = this.#options;
    const { replicas, timeoutMs } = this.#options.confirm;
    if (replicas === 0) return this.ask(key, deadline, ask);
    const until = Math.min(deadline, performance.now() + this.#options.commandTimeoutMs + timeoutMs);
    return this.#send(key, until, {
      pick: confirming,
      // Several commands in a row, each of which the driver bounds by itself.
      boundMs: Number.POSITIVE_INFINITY,
      ask: async (connection) => {
        const { connection: before } = connection.server;
        const answer = await ask(connection);
        await confirmed(connection, key, replicas, Math.max(1, Math.floor(until - performance.now())));
        // Another connection may be one to another server, whose replicas say nothing of ours.
        if (connection.server.connection !== before) throw new Error('the connection changed under a confirmation');
        return answer;
      },
    });
  }

  /** The clock of one server, in ms since the epoch. @throws Failure when it does not answer */
  async probe(server: ServerConnection): Promise<number> {
    try {
      const [seconds, microseconds] = await server.send((redis) => redis.time());
      return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    } catch (error) {
      throw failureOf(error);
    }
  }

  async #send<T>(
    key: string,
    until: number,
    {
      pick,
      ask,
      boundMs,
    }: { pick: (connections: ServerConnections) => ServerConnection; ask: Command<T>; boundMs: number },
  ): Promise<T> {
    let redirect: ReturnType<typeof redirectOf>;
    let wasUnknown = false;
    for (let attempt = 1; ; attempt++) {
      try {
        if (performance.now() >= until) throw new NotSent(new Error('the deadline has passed'));
        const { servers } = this;
        const server = pick(redirect ? servers.connectionsAt(redirect.address) : servers.connectionsOf(key));
        const asking = redirect?.asking ?? false;
        return await settled(
          server.send((redis) => ask({ redis, server, asking })),
          until,
          boundMs,
        );
      } catch (error) {
        if (error instanceof Failure) throw error;
        const row: ErrorRow = rowOf(error);
        const isHopeless =
          row.next === 'give_up' || attempt >= ATTEMPTS_MAX || (row.outcome === 'unknown' && wasUnknown);
        // Without a server at the first attempt there is nothing to wait for: it fails at once.
        if (isHopeless || (row === CONNECTION_ERRORS.not_sent && attempt === 1)) throw failureOf(error);
        wasUnknown ||= row.outcome === 'unknown';
        redirect = redirectOf(error);
        if (redirect === undefined && !(await this.#isWorthAnother(key, until, row, pick))) throw failureOf(error);
        if (redirect && !redirect.asking) this.servers.refresh();
      }
    }
  }

  /** Waits until the server can be asked again. @returns false once that would be too late */
  async #isWorthAnother(
    key: string,
    until: number,
    row: ErrorRow,
    pick: (connections: ServerConnections) => ServerConnection,
  ): Promise<boolean> {
    if (row.outcome === 'not_executed' && row.next === 'again') await sleep(PATIENCE_MS);
    if (row.outcome !== 'not_executed' || row.next === 'reconnect') this.servers.refresh();
    for (;;) {
      if (performance.now() >= until) return false;
      try {
        if (pick(this.servers.connectionsOf(key)).isReady) return true;
      } catch {
        // Not known yet.
      }
      await Promise.race([this.servers.change(), sleep(until - performance.now())]);
    }
  }
}

/** A write behind ours, so that a repeat that wrote nothing is confirmed like the first; then the wait for both. */
async function confirmed({ redis, asking }: Connection, key: string, replicas: number, waitMs: number): Promise<void> {
  const sent = [];
  if (asking) sent.push(redis.call('ASKING'));
  sent.push(redis.set(confirmationKey(key), '', 'PX', 60_000), redis.wait(replicas, waitMs));
  const found = (await Promise.all(sent)).at(-1) as number;
  if (found < replicas) throw new Unconfirmed(`${found} of ${replicas} replicas have confirmed the write in time`);
}

/** Executed, and not known to survive the server. */
class Unconfirmed extends Error {}

/** A key in the slot of another, for no use but to be written. */
function confirmationKey(key: string): string {
  const tag = /\{([^{}]+)\}/.exec(key)?.[1];
  return tag === undefined ? 'tollgate:confirmation' : `tollgate:{${tag}}:confirmation`;
}

/** @param boundMs  after which the driver settles it by itself; a shorter time needs a clock of its own */
function settled<T>(reply: Promise<T>, until: number, boundMs: number): Promise<T> {
  const leftMs = until - performance.now();
  if (leftMs >= boundMs - 1) return reply;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Command timed out')), leftMs);
    reply.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
