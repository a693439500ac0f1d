// The package has no types of its own.
declare module 'cluster-key-slot' {
  /** The slot of a key, 0 to 16383: CRC16 of its hash tag, or of the whole key without one. */
  export default function calculateSlot(key: string): number;
}
