// The store as a whole: its clock, its condition and its warnings.

/** What an acknowledgement promises about a crash or a power loss; docs/durability.md explains each level. */
export type Durability = 'memory' | 'aof_everysec' | 'aof_always' | 'replicated' | 'committed' | 'flushed';

export interface StoreInfo {
  readonly engine: 'embedded' | 'redis';
  /** For people; without credentials. */
  readonly description: string;
  readonly durability: Durability;
  /** What an operator should change about this store, one sentence per warning. */
  readonly warnings: readonly StoreWarning[];
  /** The store answers and has no room: operations that add data fail. */
  readonly isFull: boolean;
  /** How often a server answered with another replication history: after a failover, a restart or the restore of a copy. */
  readonly lineageChanges: number;
  /** How many acknowledged changes the store is known to have lost since this process started. */
  readonly lostWrites: number;
  /** For a store behind a network: the number of server connections in each state of the circuit breaker. */
  readonly breakers?: Readonly<Record<BreakerState, number>>;
}

export interface StoreWarning {
  readonly code: StoreWarningCode;
  readonly message: string;
}

export type StoreWarningCode =
  /** The store cannot be reached or cannot be used. */
  | 'STORE_UNREACHABLE'
  /** The store answers and its data is gone: it was emptied, or holds other data. */
  | 'STORE_EMPTIED'
  /** The store answers with an older state of its data. */
  | 'STORE_ROLLED_BACK'
  | 'STORE_FULL'
  /** The store is nearly full. */
  | 'STORE_FILLING'
  /** The store may evict data. */
  | 'STORE_EVICTS'
  /** Acknowledged changes do not survive a restart of the store. */
  | 'STORE_NOT_DURABLE'
  /** Fewer replicas are connected than must confirm a write. */
  | 'STORE_REPLICAS_MISSING'
  /** The server does not answer which server it is, so its settings are unknown. */
  | 'STORE_UNKNOWN'
  /** The login or certificate files cannot be used, or the server refuses them. */
  | 'STORE_LOGIN_REFUSED';

/** A closed breaker lets all commands through, an open breaker none, a half-open breaker a single check of the server. */
export type BreakerState = 'closed' | 'half_open' | 'open';

export interface Engine {
  /** Refreshed at the start and periodically; cheap to read. */
  readonly info: StoreInfo;
  /** Reads the store's clock, ms since the epoch. Rejects when the store does not answer, so it also serves as the health probe. */
  now(): Promise<number>;
  close(): Promise<void>;
}
