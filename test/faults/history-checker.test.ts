// The checker itself: what a correct counter can produce is accepted, whatever is lost on the way, and each kind of
// mistake is found.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Attempt, faultOf, type History } from './history-checker.ts';
import { MISTAKES } from './history-mistakes.ts';

const charge = (key: string, calls: number, span: [number, number], outcome: Attempt['outcome']): Attempt => ({
  kind: 'charge',
  key,
  calls,
  invokedMs: span[0],
  returnedMs: span[1],
  outcome,
});
const read = (span: [number, number], callsMade: number, sequence: number): Attempt => ({
  kind: 'read',
  calls: 0,
  invokedMs: span[0],
  returnedMs: span[1],
  outcome: { kind: 'read', callsMade, sequence },
});
const charged = (callsMade: number, sequence: number) => ({ kind: 'charged' as const, callsMade, sequence });
const denied = (callsMade: number, sequence: number) => ({ kind: 'denied' as const, callsMade, sequence });
const unknown = { kind: 'unknown' as const };

describe('a history by hand', () => {
  const good: Record<string, Attempt[]> = {
    'one after the other': [
      charge('a', 2, [0, 1], charged(2, 2)),
      charge('b', 1, [2, 3], charged(3, 3)),
      read([4, 5], 3, 3),
    ],
    'side by side, in the other order': [charge('a', 2, [0, 9], charged(3, 3)), charge('b', 1, [0, 9], charged(1, 2))],
    'a read that overlaps may see either': [
      charge('a', 2, [0, 9], charged(2, 2)),
      read([1, 2], 2, 2),
      read([1, 3], 0, 1),
    ],
    'a lost reply, replayed': [
      charge('a', 2, [0, 1], unknown),
      charge('a', 2, [2, 3], { kind: 'replayed', callsMade: 2, sequence: 2 }),
    ],
    'a lost reply that took effect late': [charge('a', 2, [0, 1], unknown), read([2, 3], 0, 1), read([4, 5], 2, 2)],
    'a lost reply without effect': [charge('a', 2, [0, 1], unknown), charge('b', 5, [2, 3], charged(5, 2))],
    'two lost ones that fill two gaps': [
      charge('a', 1, [0, 1], unknown),
      charge('b', 3, [0, 1], unknown),
      charge('c', 1, [2, 3], charged(5, 4)),
    ],
    'a denial with too little left': [charge('a', 4, [0, 1], charged(4, 2)), charge('b', 2, [2, 3], denied(4, 2))],
  };
  test.each(Object.entries(good))('is accepted: %s', (_, attempts) => {
    expect(faultOf({ budget: 5, attempts })).toBeUndefined();
  });

  const bad: Record<string, [RegExp, Attempt[]]> = {
    'an over-spent budget': [/over-spent/, [charge('a', 6, [0, 1], charged(6, 2))]],
    'two charges at one sequence': [
      /two changes claim/,
      [charge('a', 1, [0, 9], charged(1, 2)), charge('b', 1, [0, 9], charged(1, 2))],
    ],
    'a lost update': [/shows both/, [charge('a', 2, [0, 1], charged(2, 2)), charge('b', 1, [2, 3], charged(1, 3))]],
    'a stale read': [/stale/, [charge('a', 2, [0, 1], charged(2, 2)), read([2, 3], 0, 1)]],
    'a charge behind one that came later': [
      /stale/,
      [charge('a', 1, [4, 5], charged(1, 2)), charge('b', 1, [0, 1], charged(2, 3))],
    ],
    'a key with two effects': [
      /two effects/,
      [charge('a', 1, [0, 1], charged(1, 2)), charge('a', 1, [2, 3], { kind: 'replayed', callsMade: 2, sequence: 3 })],
    ],
    'a key charged twice': [
      /charged twice/,
      [charge('a', 1, [0, 1], charged(1, 2)), charge('a', 1, [2, 3], charged(1, 2))],
    ],
    'a charge that was seen before it was invoked': [
      /stale/,
      [charge('a', 1, [0, 1], unknown), read([2, 3], 1, 2), charge('a', 1, [4, 5], charged(1, 2))],
    ],
    'a replay of nothing': [
      /only ever replayed/,
      [charge('a', 1, [0, 1], { kind: 'replayed', callsMade: 1, sequence: 2 })],
    ],
    'a key that was forgotten': [
      /charged and denied/,
      [charge('a', 3, [0, 1], charged(3, 2)), charge('a', 3, [2, 3], denied(3, 2))],
    ],
    'a sequence that cannot be': [/no sequence 0/, [read([0, 1], 0, 0)]],
    'a denial without a reason': [/denied 1/, [charge('a', 1, [0, 1], denied(0, 1))]],
    'a change out of nowhere': [/out of nowhere/, [read([0, 1], 1, 2)]],
    'a change by somebody who came later': [/out of nowhere/, [read([0, 1], 1, 2), charge('a', 1, [2, 3], unknown)]],
    'one lost charge for two changes': [
      /out of nowhere/,
      [charge('a', 1, [0, 1], unknown), charge('c', 1, [2, 3], charged(3, 4))],
    ],
  };
  test.each(Object.entries(bad))('is refused: %s', (_, [fault, attempts]) => {
    expect(faultOf({ budget: 5, attempts })).toMatch(fault);
  });
});

/** Plays a correct counter: attempts overlap, take effect somewhere in their span, and lose some replies. */
function simulate(random: () => number, budget: number): History {
  const attempts: Attempt[] = [];
  const state = { callsMade: 0, sequence: 1 };
  const remembered = new Map<string, { callsMade: number; sequence: number }>();
  const size = 60;
  const plans = Array.from({ length: size }, (_, index) => {
    const invokedMs = index * 2 + random() * 20;
    const effectMs = invokedMs + random() * 20;
    const lost = random() < 0.2;
    // A lost one may still happen after it was given up.
    const returnedMs = lost && random() < 0.5 ? invokedMs + (effectMs - invokedMs) / 2 : effectMs + random() * 20;
    return { index, invokedMs, effectMs, returnedMs, lost, calls: 1 + Math.floor(random() * 4) };
  });
  const keys = plans.map(({ index }) => `k${index}`);
  for (const plan of [...plans].sort((a, b) => a.effectMs - b.effectMs)) {
    const span = { invokedMs: plan.invokedMs, returnedMs: plan.returnedMs };
    if (random() < 0.2) {
      attempts.push({
        kind: 'read',
        calls: 0,
        ...span,
        returnedMs: plan.effectMs,
        outcome: { kind: 'read', ...state },
      });
      continue;
    }
    // Some repeat an earlier key, with its number of calls.
    const of = random() < 0.3 ? Math.floor(random() * size) : plan.index;
    const [key, calls] = [keys[of]!, plans[of]!.calls];
    const first = remembered.get(key);
    let outcome: Attempt['outcome'];
    if (first) outcome = { kind: 'replayed', ...first };
    else if (calls > budget - state.callsMade) outcome = { kind: 'denied', ...state };
    else {
      state.callsMade += calls;
      state.sequence += 1;
      remembered.set(key, { ...state });
      outcome = { kind: 'charged', ...state };
    }
    attempts.push({ kind: 'charge', key, calls, ...span, outcome: plan.lost ? unknown : outcome });
  }
  return { budget, attempts };
}

function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a simulated history', () => {
  test('of a correct counter is accepted', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 150 }), (seed, budget) => {
        expect(faultOf(simulate(randomOf(seed), budget))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test.each(Object.entries(MISTAKES))('with %s is refused', (_, mistake) => {
    let planted = 0;
    for (let seed = 0; seed < 200; seed++) {
      const slipped = mistake(simulate(randomOf(seed), 100));
      if (!slipped) continue;
      planted++;
      expect(faultOf(slipped)).toBeDefined();
    }
    expect(planted).toBeGreaterThan(150);
  });
});
