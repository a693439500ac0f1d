// Which server holds a key: one for all, or each its part of a cluster. Behind this file nobody else asks.
import type { StoreInfo } from '../../port.ts';
import { FORMAT_KEY } from '../keys.ts';
import { type Address, type AddressOptions, addressOf } from './address.ts';
import { ClusterServers } from './cluster-servers.ts';
import type { Connection } from './commands.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import { claimFormat, type Requirements, type ServerRules } from './server-check.ts';
import { ServerConnection } from './server-connection.ts';

/** Connections to one server: what holds up its connection, or may be long on its way, shall stand before no decision. */
export interface ServerConnections {
  readonly main: ServerConnection;
  /** Of what must be confirmed by replicas, since WAIT holds up its connection; `main` where nothing must. */
  readonly confirming: ServerConnection;
  /** Of what would rather wait than fail, so that its time-outs open no decision's circuit; `main` where nothing would. */
  readonly patient: ServerConnection;
}

/** What the servers themselves tell of the store. */
export type ServersInfo = Omit<StoreInfo, 'lostWrites' | 'isFull'>;

export interface Servers {
  /** Whether keys lie on several servers, so that no one script can touch all of them. */
  readonly isCluster: boolean;
  readonly info: ServersInfo;
  /** @throws NotSent when no server is known to hold the key */
  connectionsOf(key: string): ServerConnections;
  /** The connections to a server that another one has named, as `host:port`. */
  connectionsAt(address: string): ServerConnections;
  /** Every server that holds keys. */
  all(): readonly ServerConnections[];
  /** Looks anew where keys lie; does not wait for it. */
  refresh(): void;
  /** Resolves with the next change of any connection. */
  change(): Promise<void>;
  close(): Promise<void>;
}

export type ServerEvent =
  | { readonly kind: 'ready'; readonly info: ServersInfo }
  /** Reported once per outage and cause. */
  | { readonly kind: 'lost'; readonly cause: unknown }
  /** A server answers with another history than before: a failover, a restart, a restored copy. */
  | { readonly kind: 'lineage_changed'; readonly from: string; readonly to: string };

export interface ServersOptions extends AddressOptions {
  readonly commandTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly require: Requirements;
  /** How many replicas must have a write that is confirmed, and how long that may take; 0 asks none. */
  readonly confirm: { readonly replicas: number; readonly timeoutMs: number };
  /** See LinkOptions; `holds` tells whether a key lies on that server. */
  readonly prepare: (connection: Connection, holds: (key: string) => boolean) => Promise<void>;
  readonly onEvent: (event: ServerEvent) => void;
}

/** A server that has just answered on one connection answers on another within this time, or the other is dead. */
const PROOF_MS = 1_000;
/** How long a start waits for the store before it goes on without it. */
export const START_WAIT_MS = 1_000;

/**
 * Connects. Resolves as soon as the store is ready, or without it after a bounded wait; it is then tried again for ever.
 *
 * @throws Refusal when a server is there and cannot be used
 */
export async function openServers(options: ServersOptions): Promise<Servers> {
  const address = addressOf(options);
  if (address.cluster)
    return ClusterServers.open(options, address.shown, { ...address.cluster, identify: address.identify });
  return SingleServer.open(options, address);
}

class SingleServer implements Servers {
  readonly isCluster = false;
  readonly #connections: ServerConnections;
  readonly #watch: ConnectionMonitor;

  static async open(options: ServersOptions, address: Address): Promise<SingleServer> {
    const server = new SingleServer(options, address);
    try {
      await server.#watch.firstReady(() => server.#isReady(), START_WAIT_MS);
    } catch (refusal) {
      await server.close();
      throw refusal;
    }
    return server;
  }

  private constructor(options: ServersOptions, { server, database, shown, identify }: Address) {
    this.#watch = new ConnectionMonitor(`Redis at ${shown}`, options.onEvent, () => this.all());
    const rules: ServerRules = {
      mode: 'standalone',
      database,
      require: options.require,
      replicas: options.confirm.replicas,
    };
    this.#connections = openConnections({
      ...options,
      address: server!,
      identify,
      rules,
      watch: this.#watch,
      holds: () => true,
    });
  }

  #isReady(): boolean {
    return connectionsIn(this.#connections).every(({ isReady }) => isReady);
  }

  get info(): ServersInfo {
    return this.#watch.info();
  }

  connectionsOf(): ServerConnections {
    return this.#connections;
  }

  connectionsAt(): ServerConnections {
    return this.#connections;
  }

  all(): readonly ServerConnections[] {
    return [this.#connections];
  }

  refresh(): void {}

  change(): Promise<void> {
    return this.#watch.change();
  }

  close(): Promise<void> {
    return closeConnections(this.#connections);
  }
}

/** Each connection once. */
export function connectionsIn({ main, confirming, patient }: ServerConnections): ServerConnection[] {
  return [...new Set([main, confirming, patient])];
}

/** Opens the connections to one server, and starts them. */
export function openConnections(
  options: Pick<ServersOptions, 'commandTimeoutMs' | 'writeTimeoutMs' | 'confirm' | 'prepare' | 'login'> & {
    readonly address: ConstructorParameters<typeof ServerConnection>[0]['address'];
    readonly identify: Address['identify'];
    readonly rules: ServerRules;
    readonly watch: ConnectionMonitor;
    readonly holds: (key: string) => boolean;
  },
): ServerConnections {
  const { address, login, identify, rules, watch, commandTimeoutMs, writeTimeoutMs, confirm } = options;
  const shared = { address, login, identify, rules };
  const onChange = (server: ServerConnection, problem: unknown) => {
    // WHY: a server that has vanished without a word would hold up whoever is patient until the last time-out.
    if (server === main && problem === undefined && patient !== main) patient.prove(PROOF_MS);
    watch.changed(server, problem);
  };
  const prepare = async (connection: Connection) => {
    // One key speaks for the whole database, or for the whole cluster.
    if (options.holds(FORMAT_KEY)) await claimFormat(connection.redis);
    await options.prepare(connection, options.holds);
  };
  const main = new ServerConnection({ ...shared, commandTimeoutMs, prepare, onChange });
  const confirming =
    confirm.replicas === 0
      ? main
      : new ServerConnection({ ...shared, commandTimeoutMs: commandTimeoutMs + confirm.timeoutMs, onChange });
  // With the high-water marks restored, too: in a slow time it may be the only one that is ready.
  const patient =
    writeTimeoutMs <= commandTimeoutMs
      ? main
      : new ServerConnection({ ...shared, commandTimeoutMs: writeTimeoutMs, prepare, onChange });
  const connections = { main, confirming, patient };
  for (const server of connectionsIn(connections)) server.start();
  return connections;
}

export async function closeConnections(connections: ServerConnections): Promise<void> {
  await Promise.all(connectionsIn(connections).map((server) => server.close()));
}
