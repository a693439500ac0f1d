// Decides whether a recorded history of one session is one that a correct counter could have produced: whether its
// operations can be put into one order, each at some moment between its invocation and its return, in which every answer
// is right (linearizability).
//
// The answers carry the session's sequence, which counts its changes, so the order of what was answered is known: by
// sequence, at each of them the change first, then those who saw it. Such an order can be placed in time exactly if no
// operation was invoked after one behind it had returned. What was never answered may have taken effect at any time
// after its invocation, or never: it may fill sequences that nobody claims. Of two such candidates with equal numbers of
// calls either will do, for the gaps are visited by their latest possible times, so a candidate that is early enough for
// one is early enough for all later ones. So the search only tries numbers of calls, and it finds a filling if there is one.

export interface Seen {
  readonly callsMade: number;
  readonly sequence: number;
}

/** One attempt. Attempts with one key are one operation, made once. */
export interface Attempt {
  readonly kind: 'charge' | 'read';
  /** Undefined for reads. */
  readonly key?: string;
  readonly calls: number;
  readonly invokedMs: number;
  readonly returnedMs: number;
  readonly outcome:
    | ({ readonly kind: 'charged' | 'replayed' | 'denied' | 'read' } & Seen)
    | { readonly kind: 'unknown' };
}

export interface History {
  readonly budget: number;
  readonly attempts: readonly Attempt[];
}

/** A change, or somebody who saw the state between two changes, with the span in which it must lie. */
interface Item {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly what: string;
}

interface Effect extends Item, Seen {
  readonly calls: number;
  readonly key: string;
}

/** @returns what is wrong, or undefined if nothing is */
export function faultOf({ budget, attempts }: History): string | undefined {
  try {
    refuseNothing(attempts);
    const effects = effectsOf(attempts);
    const observers = attempts.filter(({ outcome }) => outcome.kind === 'denied' || outcome.kind === 'read');
    const last = Math.max(1, ...[...attempts].map(({ outcome }) => ('sequence' in outcome ? outcome.sequence : 1)));
    const made = madeAt(effects, observers, budget, last);
    refuseUnjustified(observers, budget);
    const order = orderOf(effects, observers, last);
    refuseBackwards(order.flat());
    fillGaps({ effects, made, order, last, candidates: candidatesOf(attempts, effects) });
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Fault extends Error {}

function refuseNothing(attempts: readonly Attempt[]): void {
  for (const { outcome } of attempts) {
    if ('sequence' in outcome && (outcome.sequence < 1 || outcome.callsMade < 0)) {
      throw new Fault(`there is no sequence ${outcome.sequence} with ${outcome.callsMade} calls made`);
    }
  }
}

/** The changes that somebody was told of, by sequence. */
function effectsOf(attempts: readonly Attempt[]): Map<number, Effect> {
  const bySequence = new Map<number, Effect>();
  const byKey = new Map<string, Effect>();
  const charged = new Set<string>();
  for (const attempt of attempts) {
    const { outcome, key } = attempt;
    if ((outcome.kind !== 'charged' && outcome.kind !== 'replayed') || key === undefined) continue;
    if (outcome.kind === 'charged' && charged.has(key)) throw new Fault(`key ${key} was charged twice`);
    if (outcome.kind === 'charged') charged.add(key);
    const known = byKey.get(key);
    if (known && (known.sequence !== outcome.sequence || known.callsMade !== outcome.callsMade)) {
      throw new Fault(`key ${key} has two effects, at ${known.sequence} and ${outcome.sequence}`);
    }
    const other = bySequence.get(outcome.sequence);
    if (other && other.key !== key) throw new Fault(`two changes claim sequence ${outcome.sequence}`);
    const others = attempts.filter((one) => one.key === key);
    // Before its effect it would have fitted, because what is left only shrinks; after it, it would have been replayed.
    if (others.some((one) => one.outcome.kind === 'denied')) throw new Fault(`key ${key} was charged and denied`);
    // Who was told that he charged, did. If nobody was, it was one of those who were told nothing.
    const made = others.filter((one) => one.outcome.kind === 'charged');
    const authors = made.length > 0 ? made : others.filter((one) => one.outcome.kind === 'unknown');
    if (authors.length === 0) throw new Fault(`a change out of nowhere: key ${key} was only ever replayed`);
    const effect: Effect = {
      key,
      calls: attempt.calls,
      callsMade: outcome.callsMade,
      sequence: outcome.sequence,
      // It was there when the first of those told returned.
      fromMs: Math.min(...authors.map(({ invokedMs }) => invokedMs)),
      untilMs: Math.min(known?.untilMs ?? Number.POSITIVE_INFINITY, attempt.returnedMs),
      what: `the charge at ${outcome.sequence}`,
    };
    byKey.set(key, effect);
    bySequence.set(effect.sequence, effect);
  }
  return bySequence;
}

/** The calls made at each sequence that is known. */
function madeAt(effects: Map<number, Effect>, observers: readonly Attempt[], budget: number, last: number) {
  const made = new Map<number, number>([[1, 0]]);
  const learn = ({ sequence, callsMade }: Seen) => {
    const known = made.get(sequence);
    if (known !== undefined && known !== callsMade) {
      throw new Fault(`sequence ${sequence} shows both ${known} and ${callsMade} calls made`);
    }
    if (callsMade > budget) throw new Fault(`over-spent: ${callsMade} calls made of ${budget}`);
    made.set(sequence, callsMade);
  };
  for (const effect of effects.values()) learn(effect);
  for (const { outcome } of observers) learn(outcome as Seen);
  // The state before a known change is known as well.
  for (const { sequence, callsMade, calls } of effects.values()) {
    if (sequence < 2) throw new Fault('a change claims the sequence of the creation');
    learn({ sequence: sequence - 1, callsMade: callsMade - calls });
  }
  let before = 0;
  for (let sequence = 1; sequence <= last; sequence++) {
    const now = made.get(sequence);
    if (now !== undefined && now < before) throw new Fault(`calls were lost at sequence ${sequence}`);
    before = now ?? before;
  }
  return made;
}

function refuseUnjustified(observers: readonly Attempt[], budget: number): void {
  for (const { outcome, calls } of observers) {
    if (outcome.kind === 'denied' && calls <= budget - outcome.callsMade) {
      throw new Fault(`denied ${calls} calls with ${budget - outcome.callsMade} left`);
    }
  }
}

/** By sequence, from 1: the change, then those who saw it. */
function orderOf(effects: Map<number, Effect>, observers: readonly Attempt[], last: number): Item[][] {
  const order: Item[][] = Array.from({ length: last + 1 }, () => []);
  for (const effect of effects.values()) order[effect.sequence]!.push(effect);
  for (const { outcome, invokedMs, returnedMs } of [...observers].sort((a, b) => a.invokedMs - b.invokedMs)) {
    const { sequence } = outcome as Seen;
    order[sequence]!.push({ fromMs: invokedMs, untilMs: returnedMs, what: `the ${outcome.kind} at ${sequence}` });
  }
  return order;
}

function refuseBackwards(order: readonly Item[]): void {
  let latest: Item | undefined;
  for (const item of order) {
    // The item itself too: a replay may end before the only attempt that can have been its effect.
    if (!latest || item.fromMs > latest.fromMs) latest = item;
    if (latest.fromMs > item.untilMs) {
      throw new Fault(`stale: ${item.what} had returned before ${latest.what} was invoked`);
    }
  }
}

interface Candidate {
  readonly calls: number;
  readonly invokedMs: number;
}

/** Operations that nobody was told the end of. A key that was denied has no effect: before, it would be replayed. */
function candidatesOf(attempts: readonly Attempt[], effects: Map<number, Effect>): Candidate[] {
  const told = new Set([...effects.values()].map(({ key }) => key));
  for (const { outcome, key } of attempts) if (outcome.kind === 'denied' && key !== undefined) told.add(key);
  const open = new Map<string, Candidate>();
  for (const { outcome, key, calls, invokedMs } of attempts) {
    if (outcome.kind !== 'unknown' || key === undefined || told.has(key)) continue;
    const known = open.get(key);
    open.set(key, { calls, invokedMs: Math.min(invokedMs, known?.invokedMs ?? invokedMs) });
  }
  return [...open.values()];
}

function fillGaps({
  effects,
  made,
  order,
  last,
  candidates,
}: {
  effects: Map<number, Effect>;
  made: Map<number, number>;
  order: readonly Item[][];
  last: number;
  candidates: readonly Candidate[];
}): void {
  // The latest moment at which the change of a sequence can have happened: before anybody behind it had returned.
  const latestMs: number[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  for (let sequence = last; sequence >= 1; sequence--) {
    for (const { untilMs } of order[sequence]!) earliest = Math.min(earliest, untilMs);
    latestMs[sequence] = earliest;
  }
  const gaps = Array.from({ length: last - 1 }, (_, index) => index + 2).filter((sequence) => !effects.has(sequence));
  const sizes = [...new Set(candidates.map(({ calls }) => calls))];
  const used = new Set<Candidate>();

  const fill = (place: number, before: number): boolean => {
    const sequence = gaps[place];
    if (sequence === undefined) return true;
    const base = made.get(sequence - 1) ?? before;
    for (const calls of sizes) {
      const after = base + calls;
      const known = made.get(sequence);
      if (known !== undefined && known !== after) continue;
      const found = candidates.find(
        (candidate) => candidate.calls === calls && !used.has(candidate) && candidate.invokedMs <= latestMs[sequence]!,
      );
      if (!found) continue;
      used.add(found);
      if (fill(place + 1, after)) return true;
      used.delete(found);
    }
    return false;
  };
  if (!fill(0, 0)) throw new Fault(`a change out of nowhere: sequences ${gaps.join(', ')} are claimed by nobody`);
}
