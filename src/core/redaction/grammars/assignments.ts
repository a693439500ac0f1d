// Secrets in a plain text that a name gives away: `DB_PASSWORD=…`, `X-Api-Key: …`, `?token=…`, `--password …`, `<password>…`.
//
// INVARIANT: time grows with the length of the text and nothing else. What is taken is not looked at again, and what is looked
// at of a value that is not taken is bounded.
import type { Found } from '../credentials/credentials.ts';
import { callArgument, commandWord, proseWord } from './bare-words.ts';
import { labelledValue } from './labels.ts';
import { elementValue } from './markup.ts';
import { assignedValue } from './pairs.ts';
import type { SourceText } from './source-text.ts';
import { type Spot, Spots } from './spots.ts';

/** A value that is to be taken: the whole of it, in one or several parts. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** How a name can be tied to a value. @returns what is to be taken, nothing, or undefined if this is not how it is tied */
export type Tie = (source: SourceText, spot: Spot) => readonly Part[] | undefined;

/** The first that applies decides. */
const TIES: readonly Tie[] = [elementValue, assignedValue, labelledValue, commandWord, callArgument, proseWord];

/** Where values stand that are named as secrets, in order; without their quotes. */
export function findAssignments(source: SourceText): Found[] {
  const found: Found[] = [];
  const spots = new Spots(source.text);
  for (let spot = spots.next(); spot; spot = spots.next()) {
    for (const { start, end } of partsOf(source, spot)) {
      if (end <= start) continue;
      found.push({ rule: 'key_name', start, end });
      spots.skipTo(end);
    }
  }
  return found;
}

function partsOf(source: SourceText, spot: Spot): readonly Part[] {
  for (const tie of TIES) {
    const parts = tie(source, spot);
    if (parts) return parts;
  }
  return [];
}
