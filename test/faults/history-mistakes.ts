// Mistakes of a counter, planted into a history that was right.
import type { Attempt, History } from './history-checker.ts';

const STALE = (endMs: number): Attempt => ({
  kind: 'read',
  calls: 0,
  invokedMs: endMs + 1,
  returnedMs: endMs + 2,
  outcome: { kind: 'read', callsMade: 0, sequence: 1 },
});

/** Plants one mistake of a kind; undefined where the history has no place for it. */
export const MISTAKES = {
  'an over-spend': ({ budget, attempts }: History) =>
    plant({ budget, attempts }, 'charged', (seen) => ({ ...seen, callsMade: budget + 1 })),
  'a lost update': ({ budget, attempts }: History) => {
    const [first, ...others] = attempts.filter(({ outcome }) => outcome.kind === 'charged');
    const second = others.find((one) => one.key !== first?.key);
    if (!first || !second) return undefined;
    const seen = first.outcome as { callsMade: number; sequence: number };
    return {
      budget,
      attempts: attempts.map((one) =>
        one === second ? { ...one, outcome: { kind: 'charged' as const, ...seen } } : one,
      ),
    };
  },
  'a stale read': ({ budget, attempts }: History) => {
    const end = Math.max(...attempts.map(({ returnedMs }) => returnedMs));
    const saw = attempts.some(({ outcome }) => outcome.kind === 'charged');
    return saw ? { budget, attempts: [...attempts, STALE(end)] } : undefined;
  },
} satisfies Record<string, (history: History) => History | undefined>;

function plant(
  { budget, attempts }: History,
  kind: string,
  change: (seen: { callsMade: number; sequence: number }) => { callsMade: number; sequence: number },
): History | undefined {
  const place = attempts.findIndex(({ outcome }) => outcome.kind === kind);
  if (place < 0) return undefined;
  const outcome = attempts[place]!.outcome as { kind: 'charged'; callsMade: number; sequence: number };
  return {
    budget,
    attempts: attempts.with(place, { ...attempts[place]!, outcome: { ...outcome, ...change(outcome) } }),
  };
}
