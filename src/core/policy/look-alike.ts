// Names that a reader, a shell or a model takes for the same although their bytes differ. Ids stay byte strings: this form
// is never stored and never compared with a request's name to allow anything. It finds names that pose as a listed one.
//
// Not covered: letters of other scripts that look alike (a Cyrillic `а`), and names that differ by more than this.
import { trimBlank } from '../text.ts';

/** What is there and cannot be seen: zero-width characters, bidi controls, soft hyphens, variation selectors, tags. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
/** It has a width, and no ink. */
const BRAILLE_BLANK = /\u2800/g;
/** What lower-casing U+0130 leaves: an `i` with a dot above. */
const DOTTED_I = /i\u0307/g;
/** The names of most tools: this form of theirs is the name itself. */
const PLAIN = /^[a-z0-9_.:/-]*$/;

/**
 * The form that look-alikes share: NFKC, upper and lower case folded, without invisible characters and without blanks at
 * both ends.
 */
export function visibleForm(name: string): string {
  return PLAIN.test(name) ? name : trimBlank(folded(name));
}

/** The same of what a name begins with: blanks at its end stay, because more follows. */
export function visiblePrefix(prefix: string): string {
  if (PLAIN.test(prefix)) return prefix;
  const visible = folded(prefix);
  // A mark behind the text keeps its end from being trimmed.
  return trimBlank(`${visible}|`).slice(0, -1);
}

/** Whether a name holds a character that cannot be seen. */
export function holdsInvisible(name: string): boolean {
  return name.search(INVISIBLE) >= 0 || name.includes('\u2800');
}

function folded(name: string): string {
  const visible = name.normalize('NFKC').replace(INVISIBLE, '').replace(BRAILLE_BLANK, ' ');
  // WHY NOT toLowerCase() alone: it leaves `ß` and `ſ` apart from what they are in capitals.
  return visible.toUpperCase().toLowerCase().replace(DOTTED_I, 'i').normalize('NFKC');
}
