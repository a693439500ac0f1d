// Which payloads are gone, and whether a purge record says so. Such a record stands behind what it removes, so that the
// answer is known only at the end.
import { isCount } from './lines.ts';
import type { CheckedRecord } from './record.ts';
import { type Faults, type Range, rangeOf } from './report.ts';

const PURGE = 'tollgate.purge';

export class Payloads {
  readonly #faults: Faults;
  readonly #gone: Range[] = [];
  readonly #purges: Range[] = [];

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  record({ sequence, type, data }: CheckedRecord): void {
    if (!data) extend(this.#gone, sequence);
    if (type !== PURGE || !data) return;
    const { first, last } = data;
    // A ledger without records may lose its texts, so a purge may name none.
    if (isCount(first) && isCount(last) && first >= 1 && first <= last + 1 && last < sequence)
      this.#purges.push({ first, last });
    else this.#faults.add('line', 'altered', `record ${sequence}`, 'it does not say what was purged');
  }

  /** What is known once every record was seen. */
  end(): { readonly purged: readonly Range[]; readonly isPurged: boolean } {
    const purges = joined(this.#purges);
    for (const range of outside(this.#gone, purges))
      this.#faults.add('end', 'missing', rangeOf(range), 'the payload is gone, and no purge record says so');
    return { purged: common(this.#gone, purges), isPurged: purges.length > 0 };
  }
}

function extend(ranges: Range[], sequence: number): void {
  const range = ranges.at(-1);
  if (range?.last === sequence - 1) ranges[ranges.length - 1] = { first: range.first, last: sequence };
  else ranges.push({ first: sequence, last: sequence });
}

/** The same numbers in ranges that neither overlap nor touch, in order. */
function joined(ranges: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const range of ranges.toSorted((one, other) => one.first - other.first)) {
    const before = all.at(-1);
    if (before && range.first <= before.last + 1)
      all[all.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    else all.push(range);
  }
  return all;
}

// Both lists are walked once: whoever makes up a bundle also chooses how many ranges there are.
function common(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (let [at, other] = [0, 0]; at < ranges.length && other < others.length; ) {
    const [one, two] = [ranges[at]!, others[other]!];
    const range = { first: Math.max(one.first, two.first), last: Math.min(one.last, two.last) };
    if (range.first <= range.last) found.push(range);
    if (one.last < two.last) at++;
    else other++;
  }
  return found;
}

/** The ranges that do not lie in one of the others as a whole. */
function outside(ranges: readonly Range[], others: readonly Range[]): Range[] {
  let other = 0;
  return ranges.filter(({ first, last }) => {
    while (other < others.length && others[other]!.last < last) other++;
    return other === others.length || others[other]!.first > first;
  });
}
