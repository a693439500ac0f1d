// Chance that can be repeated: the same numbers for the same seed (mulberry32).

/** A whole number from 0 to below a bound. */
export type Random = (below: number) => number;

/** Numbers from 0 up to 1. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomFrom(seed: number): Random {
  const next = seeded(seed);
  return (below) => Math.floor(next() * below);
}
