// Finds what a misspelt name was probably meant to be, for the "did you mean" of a problem.

/** The candidate closest to `name`, or undefined when none is close enough to be worth suggesting. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  // One slip in three characters: fewer misses `listner`, more proposes names that have nothing to do with the typo.
  let closest = Math.max(1, Math.floor(name.length / 3)) + 1;
  let found: string | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= closest) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < closest) {
      closest = distance;
      found = candidate;
    }
  }
  return found;
}

/** ` (did you mean …?)`, ready to append to a problem; nothing where nothing was found. */
export function didYouMean(found: string | undefined): string {
  return found === undefined ? '' : ` (did you mean \`${found}\`?)`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swapped neighbours each count one. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + same);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
