// The store itself: its clock, how it is, and the engine's warnings.

export type Durability = 'memory' | 'aof_everysec' | 'aof_always' | 'replicated' | 'committed' | 'flushed';

export interface StoreInfo {
  readonly engine: 'embedded' | 'redis';
  /** For people; without credentials. */
  readonly description: string;
  readonly durability: Durability;
  /** What an operator should change about this store, a sentence each. */
  readonly warnings: readonly StoreWarning[];
  /** It answers, and has no room: what adds to it fails. */
  readonly isFull: boolean;
  /** How often a server answered with another history than before: a failover, a restart, a restored copy. */
  readonly lineageChanges: number;
  /** Acknowledged changes that the store is known to have lost since this process started. */
  readonly lostWrites: number;
  /** Of a store behind a network: how many of its connections are in each state of the circuit breaker. */
  readonly breakers?: Readonly<Record<BreakerState, number>>;
}

export interface StoreWarning {
  readonly code: StoreWarningCode;
  readonly message: string;
}

export type StoreWarningCode =
  /** It cannot be reached, or cannot be used. */
  | 'STORE_UNREACHABLE'
  /** It answers without what was in it: emptied, or another one's data. */
  | 'STORE_EMPTIED'
  /** It answers with an older state of what was in it. */
  | 'STORE_ROLLED_BACK'
  | 'STORE_FULL'
  /** Nearly. */
  | 'STORE_FILLING'
  /** It may drop what it holds. */
  | 'STORE_EVICTS'
  /** What it acknowledges does not survive its restart. */
  | 'STORE_NOT_DURABLE'
  /** Fewer replicas than must confirm a write. */
  | 'STORE_REPLICAS_MISSING'
  /** It does not say what it is. */
  | 'STORE_UNKNOWN'
  /** The files with our login or our certificates cannot be used, or the server refuses them. */
  | 'STORE_LOGIN_REFUSED';

/** Closed, everything is sent; open, nothing is; half open, one check of the server is under way. */
export type BreakerState = 'closed' | 'half_open' | 'open';

export interface Engine {
  /** Checked at start and from time to time; cheap to read. */
  readonly info: StoreInfo;
  /** The store's clock, ms since the epoch. Also the health probe: fails when the store does not answer. */
  now(): Promise<number>;
  close(): Promise<void>;
}
