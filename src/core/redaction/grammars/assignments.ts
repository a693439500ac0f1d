// Secrets in a plain text that a name gives away: `DB_PASSWORD=…`, `X-Api-Key: …`, `?token=…`, `--password …`, `<password>…`.
//
// INVARIANT: time grows with the length of the text and nothing else. What is taken is not looked at again, and what is looked
// at of a value that is not taken is bounded.
import type { Found } from '../credentials/credentials.ts';
import { callArgument, commandWord, proseWord } from './bare-words.ts';
import { labelledValue } from './labels.ts';
import { elementValue } from './markup.ts';
import { assignedValue } from './pairs.ts';
import type { Part } from './part.ts';
import type { SourceText } from './source-text.ts';
import { type Spot, Spots } from './spots.ts';
import { Telling } from './telling.ts';

/** One way in which a name is tied to a value. @returns what is to be taken, nothing, or undefined if it does not apply */
type Tie = (source: SourceText, spot: Spot) => readonly Part[] | undefined;

/** The first that applies decides. */
const TIES: readonly Tie[] = [elementValue, assignedValue, labelledValue, commandWord, callArgument, proseWord];

/** Where values stand that are named as secrets, in order; without their quotes. */
export function findAssignments(source: SourceText): Found[] {
  const found: Found[] = [];
  const spots = new Spots(source.text);
  const telling = new Telling(source.text);
  // A part of a form is taken whatever it holds.
  const isForm = source.text.includes('form-data');
  for (let spot = spots.next(); spot; spot = spots.next()) {
    if (!isForm && !mayName(spot, telling)) continue;
    for (const { start, end } of partsOf(source, spot)) {
      if (end <= start) continue;
      found.push({ rule: 'key_name', start, end });
      spots.skipTo(end);
    }
  }
  return found;
}

/** A value stands no further before its name, or behind it. */
const [BEFORE, BEHIND] = [400, 2_048];

/** Whether a value that looks like a secret can stand near. A sure name, or an option, needs no such look. */
function mayName({ start, end, certainty, dashes }: Spot, telling: Telling): boolean {
  return certainty === 'sure' || dashes > 0 || telling.isBetween(start - BEFORE, end + BEHIND, certainty);
}

function partsOf(source: SourceText, spot: Spot): readonly Part[] {
  for (const tie of TIES) {
    const parts = tie(source, spot);
    if (parts) return parts;
  }
  return [];
}
