// Credentials that can be told by their form, wherever they stand in a text. The forms are data: see forms/.
//
// INVARIANT: time grows with the length of the text and nothing else: one walk looks for beginnings, a form is tried only where
// one stands, and a stretch that a form has matched or refused is not tried again by that form.
import { decodedView, type View } from '../decoded-view.ts';
import { findEncodedCredentials } from './credential-base64.ts';
import { findJsonKeys, findPrivateKeys } from './credential-blocks.ts';
import { type Found, scanForms } from './credential-scan.ts';
import { findSignedUrls, findUrlPasswords } from './credential-urls.ts';
import { joinedLines } from './joined-lines.ts';

export type { Found } from './credential-scan.ts';

/** Where credentials stand in a text, as it is and decoded; they may overlap. */
export function findCredentials(text: string): Found[] {
  const found = findWrittenCredentials(text);
  const view = decodedView(text);
  if (view === 'too_deep') return [...found, { rule: 'scan_budget', start: 0, end: text.length }];
  return view ? [...found, ...inView(view, findWrittenCredentials(view.text))] : found;
}

/** Where credentials stand in a text as it is. */
export function findWrittenCredentials(text: string): Found[] {
  const { found, runs, isBroken } = scanForms(text);
  found.push(...findInBlocks(text));
  if (isBroken) found.push(...findBroken(text));
  if (runs.length === 0) return found;
  found.push(
    ...findEncodedCredentials(text, runs, (decoded) => [...scanForms(decoded).found, ...findInBlocks(decoded)]),
  );
  return found;
}

/** The same finds, placed in the text that the view shows. */
export function inView({ starts, ends }: View, found: readonly Found[]): Found[] {
  return found.map(({ rule, start, end }) => ({ rule, start: starts[start]!, end: ends[end - 1]! }));
}

function findInBlocks(text: string): Found[] {
  return [...findUrlPasswords(text), ...findSignedUrls(text), ...findPrivateKeys(text), ...findJsonKeys(text)];
}

/** Credentials that a line break divides. */
function findBroken(text: string): Found[] {
  const view = joinedLines(text);
  return view ? inView(view, scanForms(view.text, view.joins).found) : [];
}
