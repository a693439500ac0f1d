// Whether the servers still hold the data that this process has met there. A server that comes back empty answers like any
// other, and every record that it has lost is denied as unknown; so each server carries a marker that names its data, and
// a count of this process, which no server that keeps what it acknowledges can lose.
import { randomBytes } from 'node:crypto';
import type { StoreWarning } from '../../port/store.ts';
import { FORMAT_KEY, markerKeys } from '../keys.ts';
import { rowOf, SERVER_ERRORS } from './errors.ts';
import { fieldsOf } from './replies.ts';
import { callScript, type Script } from './scripts.ts';
import { claimFormat } from './server-check.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Servers } from './server-connections.ts';

export type DataLoss = 'emptied' | 'rolled_back';

/** How often a server is asked at most. */
const INTERVAL_MS = 250;
/** A count that nobody has renewed for so long is gone by itself, and its absence says nothing. */
const BEAT_LIFETIME_MS = 24 * 3_600_000;
/** How long a loss is among the warnings: until somebody has come to work, wherever that is. */
const WARNED_MS = 24 * 3_600_000;
const PARTITIONS = 256;

const MESSAGES: Readonly<Record<DataLoss, StoreWarning>> = {
  emptied: {
    code: 'STORE_EMPTIED',
    message:
      'The store came back without its data: sessions, identities, runs and deactivations that were in it are gone, and calls for them are denied. Restore it from a copy, or create and bind them anew.',
  },
  rolled_back: {
    code: 'STORE_ROLLED_BACK',
    message:
      'The store went back to an earlier state: what was acknowledged since, charges, closes and deactivations among it, may be lost. Look at the durability and the replication of Redis.',
  },
};

interface Known {
  readonly name: string;
  readonly count: number;
  readonly atMs: number;
}

export class DataMonitor {
  readonly #servers: Servers;
  readonly #script: Script;
  readonly #onLoss: (loss: DataLoss) => void;
  /** Names this process in the store. */
  readonly #process = randomBytes(8).toString('hex');
  /** By partition: in a cluster each server is asked by one of those that it holds. */
  readonly #known = new Map<number, Known>();
  readonly #full = new Set<ServerConnection>();
  readonly #lossesAtMs = new Map<DataLoss, number>();
  #count = 0;
  #observing: Promise<void> | undefined;
  #begunAtMs = Number.NEGATIVE_INFINITY;

  constructor(servers: Servers, script: Script, onLoss: (loss: DataLoss) => void) {
    this.#servers = servers;
    this.#script = script;
    this.#onLoss = onLoss;
  }

  /** Asks every server, unless that was done a moment ago. Never throws: whether a server answers is asked elsewhere. */
  observe(): Promise<void> {
    if (this.#observing) return this.#observing;
    const nowMs = performance.now();
    if (nowMs - this.#begunAtMs < INTERVAL_MS) return Promise.resolve();
    this.#begunAtMs = nowMs;
    this.#observing = this.#observeAll().finally(() => {
      this.#observing = undefined;
    });
    return this.#observing;
  }

  /** A record is older than it was, as somebody else has noticed: within a second of a copy the count may say nothing. */
  rolledBack(): void {
    this.#lossesAtMs.set('rolled_back', performance.now());
  }

  /** Whether any server refuses what would add to it. */
  get isFull(): boolean {
    return this.#full.size > 0;
  }

  get warnings(): readonly StoreWarning[] {
    const nowMs = performance.now();
    const lost = [...this.#lossesAtMs].filter(([, atMs]) => nowMs - atMs < WARNED_MS).map(([loss]) => MESSAGES[loss]);
    return this.isFull ? [...lost, FULL] : lost;
  }

  async #observeAll(): Promise<void> {
    const places = this.#places();
    for (const server of this.#full) if (!places.has(server)) this.#full.delete(server);
    await Promise.all([...places].map(([server, partition]) => this.#observeOne(server, partition).catch(() => {})));
  }

  /** A partition for each server. */
  #places(): ReadonlyMap<ServerConnection, number> {
    const places = new Map<ServerConnection, number>();
    const partitions = this.#servers.isCluster ? PARTITIONS : 1;
    for (let partition = 0; partition < partitions; partition++) {
      const server = this.#serverOf(markerKeys(partition, this.#process).marker);
      if (server?.isReady && !places.has(server)) places.set(server, partition);
    }
    return places;
  }

  #serverOf(key: string): ServerConnection | undefined {
    try {
      return this.#servers.connectionsOf(key).main;
    } catch {
      return undefined;
    }
  }

  async #observeOne(server: ServerConnection, partition: number): Promise<void> {
    const { marker, beat } = markerKeys(partition, this.#process);
    const count = ++this.#count;
    const call = {
      script: this.#script,
      keys: [marker, beat],
      args: [randomBytes(8).toString('hex'), count, BEAT_LIFETIME_MS],
    };
    try {
      const reply = await server.send((redis) => callScript({ redis, server, asking: false }, call));
      this.#full.delete(server);
      const { name, before } = fieldsOf('observe-data', reply);
      const loss = lossOf(this.#known.get(partition), { name, before });
      this.#known.set(partition, { name, count, atMs: performance.now() });
      if (loss) await this.#lose(loss, server);
    } catch (error) {
      if (rowOf(error) === SERVER_ERRORS.OOM) this.#full.add(server);
    }
  }

  async #lose(loss: DataLoss, server: ServerConnection): Promise<void> {
    this.#lossesAtMs.set(loss, performance.now());
    this.#onLoss(loss);
    // The version of the format was lost with the rest, and another version of the server must not take the place for its own.
    if (loss === 'emptied' && this.#serverOf(FORMAT_KEY) === server) await server.send((redis) => claimFormat(redis));
  }
}

const FULL: StoreWarning = {
  code: 'STORE_FULL',
  message: 'Redis is full (maxmemory) and refuses what adds to it: give it more memory, or purge sessions and runs.',
};

/** @param found  the name that the data has now, and the count of this process that was there */
function lossOf(known: Known | undefined, found: { name: string; before: string }): DataLoss | undefined {
  if (!known || performance.now() - known.atMs >= BEAT_LIFETIME_MS) return undefined;
  if (found.name !== known.name) {
    // Where the count is still there the marker alone is gone, which a server that evicts may do.
    return found.before === '' ? 'emptied' : undefined;
  }
  return found.before === '' || Number(found.before) < known.count ? 'rolled_back' : undefined;
}
