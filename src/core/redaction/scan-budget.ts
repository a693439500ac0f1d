// What a request may cost to search: work is counted, not timed, so the same texts always give the same answer.
//
// INVARIANT: the work over a request is at most a constant times its length, whatever is nested in it. What exceeds that is
// not searched, and what was not searched is not stored.

/** Created once for each request and handed down; each text that is searched brings work along and uses some up. */
export interface ScanBudget {
  /** In units of {@link COST}. */
  workLeft: number;
}

/** Units for each character. */
export const COST = { scan: 4, walk: 1 } as const;

/** What a plain text costs: one walk that looks for JSON, one scan. */
const PLAIN = COST.scan + COST.walk;
const TIMES_PLAIN = 3;
/** Short texts may be nested as people nest them. */
const FLOOR = 16_384 * PLAIN;

/** A budget for one request that has no text yet. */
export function scanBudget(): ScanBudget {
  return { workLeft: FLOOR };
}

/** A budget for one text by itself. */
export function budgetFor(text: string): ScanBudget {
  const budget = scanBudget();
  grant(budget, text.length);
  return budget;
}

/** Adds what a text of the request may cost: three times what plain text of its length does. */
export function grant(budget: ScanBudget, length: number): void {
  budget.workLeft += length * PLAIN * TIMES_PLAIN;
}

/** Uses up work for so many characters. @returns false, and uses up nothing, where there is not enough left */
export function spend(budget: ScanBudget, cost: number, length: number): boolean {
  const work = cost * length;
  if (work > budget.workLeft) return false;
  budget.workLeft -= work;
  return true;
}
