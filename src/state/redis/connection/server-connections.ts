// The connections to the servers of a store: what they are for, how they are opened, and what a set of servers offers.
import type { StoreInfo } from '../../port/store.ts';
import { FORMAT_KEY } from '../keys.ts';
import type { Address, AddressOptions } from './address.ts';
import { claimFormat, type Requirements, type ServerRules } from './server-check.ts';
import { type Connection, ServerConnection } from './server-connection.ts';

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
    readonly watch: { changed(server: ServerConnection, problem: unknown): void };
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
