// Every id that Tollgate makes is a UUIDv7 whose last two hex digits are its partition. A child takes its root's, a
// run its session's, so a whole tree lives in one partition and therefore in one slot of a cluster.

export const PARTITIONS = 256;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether an id has the one form in which Tollgate writes its own ids. Another id is simply unknown. */
export function isOwnId(id: string): boolean {
  return id.length === 36 && UUID.test(id);
}

/** The partition of an own id, 0 to 255. Must not be asked about a foreign id. */
export function partitionOf(ownId: string): number {
  return Number.parseInt(ownId.slice(-2), 16);
}

/** The partition as it stands at the end of its ids and inside keys: two lower-case hex digits. */
export function partitionName(partition: number): string {
  return partition.toString(16).padStart(2, '0');
}
