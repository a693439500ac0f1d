// Opens the servers of a store: one server for all keys, or a cluster whose servers each hold a part.
import { type Address, addressOf } from './address.ts';
import { ClusterServers } from './cluster-servers.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import type { ServerRules } from './server-check.ts';
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
