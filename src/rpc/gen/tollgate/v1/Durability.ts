// Original file: proto/tollgate/v1/durability.proto

/**
 * What an acknowledged write survives. The values are names, not a ranking.
 */
export const Durability = {
  /**
   * The level is not known. Expect nothing of it.
   */
  DURABILITY_UNSPECIFIED: 0,
  /**
   * The write is in the store's memory. It is lost when the store's process ends.
   */
  DURABILITY_MEMORY: 1,
  /**
   * The write is in the store's append-only file, which reaches the disk once a second. A power loss may lose about two seconds.
   */
  DURABILITY_AOF_EVERYSEC: 2,
  /**
   * The write is in the store's append-only file and on the disk.
   */
  DURABILITY_AOF_ALWAYS: 3,
  /**
   * The write has been acknowledged by at least one replica of the store.
   */
  DURABILITY_REPLICATED: 4,
  /**
   * Embedded store: the write is committed and survives a crash of the process. A power loss may lose the latest writes.
   */
  DURABILITY_COMMITTED: 5,
  /**
   * Embedded store: the write is flushed to the disk and survives a power loss.
   */
  DURABILITY_FLUSHED: 6,
} as const;

/**
 * What an acknowledged write survives. The values are names, not a ranking.
 */
export type Durability =
  /**
   * The level is not known. Expect nothing of it.
   */
  | 'DURABILITY_UNSPECIFIED'
  | 0
  /**
   * The write is in the store's memory. It is lost when the store's process ends.
   */
  | 'DURABILITY_MEMORY'
  | 1
  /**
   * The write is in the store's append-only file, which reaches the disk once a second. A power loss may lose about two seconds.
   */
  | 'DURABILITY_AOF_EVERYSEC'
  | 2
  /**
   * The write is in the store's append-only file and on the disk.
   */
  | 'DURABILITY_AOF_ALWAYS'
  | 3
  /**
   * The write has been acknowledged by at least one replica of the store.
   */
  | 'DURABILITY_REPLICATED'
  | 4
  /**
   * Embedded store: the write is committed and survives a crash of the process. A power loss may lose the latest writes.
   */
  | 'DURABILITY_COMMITTED'
  | 5
  /**
   * Embedded store: the write is flushed to the disk and survives a power loss.
   */
  | 'DURABILITY_FLUSHED'
  | 6

/**
 * What an acknowledged write survives. The values are names, not a ranking.
 */
export type Durability__Output = typeof Durability[keyof typeof Durability]
