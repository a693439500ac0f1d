// The servers of a Redis Cluster: each master a connection of its own, and a map of the slots that follows the cluster.
//
// WHY NOT the driver's Cluster class: it keeps commands in a queue while it connects to a node (it sets
// `enableOfflineQueue: true` for each of them, whatever is asked for), so a command whose caller has been told that it
// failed could be executed later; and WAIT needs to know the very connection that wrote.
import clusterKeySlot from 'cluster-key-slot';
import { Redis, type RedisOptions } from 'ioredis';
import { type HostPort, hostPortText } from '../../../config/store-url.ts';
import type { Login } from './address.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import { NotSent } from './errors.ts';
import { hearEveryError } from './server-connection.ts';
import {
  closeConnections,
  connectionsIn,
  openConnections,
  type ServerConnections,
  type Servers,
  type ServersInfo,
  type ServersOptions,
  START_WAIT_MS,
} from './server-connections.ts';

const SLOTS = 16_384;
/** How often the map is asked for while all is well, and how soon again while it is not. */
const REFRESH_MS = 5_000;
const REFRESH_SOON_MS = 100;

export interface ClusterAddress {
  readonly nodes: readonly HostPort[];
  readonly shared: RedisOptions;
  readonly identify: (options: RedisOptions, login: Login) => void;
}

export class ClusterServers implements Servers {
  readonly isCluster = true;
  readonly #options: ServersOptions;
  readonly #address: ClusterAddress;
  readonly #watch: ConnectionMonitor;
  /** By `host:port`; what the map does not name is closed. */
  readonly #nodes = new Map<string, ServerConnections>();
  readonly #slots: (string | undefined)[] = new Array(SLOTS);
  #refreshing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  static async open(options: ServersOptions, shown: string, address: ClusterAddress): Promise<ClusterServers> {
    const servers = new ClusterServers(options, shown, address);
    try {
      servers.refresh();
      await servers.#watch.firstReady(() => servers.#isReady(), START_WAIT_MS);
    } catch (refusal) {
      await servers.close();
      throw refusal;
    }
    return servers;
  }

  private constructor(options: ServersOptions, shown: string, address: ClusterAddress) {
    this.#options = options;
    this.#address = address;
    // Where a server is lost its slots soon have another one, and no server tells so: they are asked until all is well.
    const onEvent: ServersOptions['onEvent'] = (event) => {
      if (event.kind === 'lost') this.refresh();
      options.onEvent(event);
    };
    this.#watch = new ConnectionMonitor(`Redis Cluster at ${shown}`, onEvent, () => this.all());
  }

  get info(): ServersInfo {
    return this.#watch.info();
  }

  connectionsOf(key: string): ServerConnections {
    const address = this.#slots[clusterKeySlot(key)];
    const connections = address === undefined ? undefined : this.#nodes.get(address);
    if (!connections) {
      this.refresh();
      throw new NotSent(new Error('no server of the cluster is known to hold this slot'));
    }
    return connections;
  }

  connectionsAt(address: string): ServerConnections {
    return this.#nodes.get(address) ?? this.#connect(address);
  }

  all(): readonly ServerConnections[] {
    return [...this.#nodes.values()];
  }

  change(): Promise<void> {
    return this.#watch.change();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all(this.all().map(closeConnections));
  }

  #isReady(): boolean {
    return (
      this.#nodes.size > 0 &&
      this.all()
        .flatMap(connectionsIn)
        .every(({ isReady }) => isReady)
    );
  }

  refresh(): void {
    if (this.#isClosed) return;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
      clearTimeout(this.#timer);
      const isWell = this.#isReady() && this.#slots.every((address) => address !== undefined);
      this.#timer = setTimeout(() => this.refresh(), isWell ? REFRESH_MS : REFRESH_SOON_MS).unref();
    });
  }

  /** Asks the servers known so far, then those of the URL, until one answers. */
  async #refresh(): Promise<void> {
    for (const [address, { main }] of [...this.#nodes]) {
      if (!main.isReady) continue;
      const map = await main.send((redis) => slotMapOf(redis, address)).catch(() => undefined);
      if (map) return this.#follow(map);
    }
    for (const seed of this.#address.nodes) {
      const map = await this.#askSeed(seed).catch(() => undefined);
      if (map) return this.#follow(map);
    }
    if (this.#nodes.size === 0)
      this.#options.onEvent({ kind: 'lost', cause: new Error('no server of the cluster answers') });
  }

  async #askSeed({ host, port }: HostPort): Promise<SlotMap> {
    const { commandTimeoutMs } = this.#options;
    const shared = { ...this.#address.shared };
    if (this.#options.login) this.#address.identify(shared, this.#options.login.current());
    const redis = new Redis({
      ...shared,
      host,
      port,
      lazyConnect: true,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      connectTimeout: Math.max(commandTimeoutMs, 500),
      commandTimeout: commandTimeoutMs,
      disableClientInfo: true,
    });
    hearEveryError(redis);
    try {
      await redis.connect();
      return await slotMapOf(redis, hostPortText({ host, port }));
    } finally {
      redis.disconnect();
    }
  }

  #follow(map: SlotMap): void {
    if (this.#isClosed) return;
    this.#slots.fill(undefined);
    for (const { first, last, address } of map) this.#slots.fill(address, first, last + 1);
    const named = new Set(map.map(({ address }) => address));
    for (const address of named) this.connectionsAt(address);
    for (const [address, connections] of this.#nodes) {
      if (named.has(address)) continue;
      this.#nodes.delete(address);
      void closeConnections(connections);
    }
  }

  #connect(address: string): ServerConnections {
    const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(address) ?? [];
    const connections = openConnections({
      ...this.#options,
      address: { ...this.#address.shared, host: host!, port: Number(port) },
      identify: this.#address.identify,
      rules: {
        mode: 'cluster',
        database: 0,
        require: this.#options.require,
        replicas: this.#options.confirm.replicas,
      },
      watch: this.#watch,
      holds: (key) => this.#slots[clusterKeySlot(key)] === address,
    });
    this.#nodes.set(address, connections);
    return connections;
  }
}

type SlotMap = { first: number; last: number; address: string }[];

/** An answer without a host means the one that was asked. */
async function slotMapOf(redis: Redis, asked: string): Promise<SlotMap> {
  const ranges = (await redis.cluster('SLOTS')) as unknown as [number, number, [string | null, number]][];
  if (ranges.length === 0) throw new Error('this server knows no slots');
  const [, askedHost] = /^(.+):\d+$/.exec(asked)!;
  return ranges.map(([first, last, [host, port]]) => ({
    first,
    last,
    address: host ? hostPortText({ host, port }) : `${askedHost}:${port}`,
  }));
}
