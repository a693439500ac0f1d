// Credentials that can be told by their form, wherever they stand in a text. The forms are data: see credential-forms/.
//
// INVARIANT: time grows with the length of the text and nothing else: one walk looks for beginnings, a form is tried only where
// one stands, and a stretch that a form has matched or refused is not tried again by that form.
import { findEncodedCredentials } from './credential-base64.ts';
import { findJwks, findPrivateKeys } from './credential-blocks.ts';
import { type Found, scanForms } from './credential-scan.ts';
import { findSignedUrls, findUrlPasswords } from './credential-urls.ts';
import { joinedLines, readableView, type View } from './readable-view.ts';

export type { Found } from './credential-scan.ts';

/** Where credentials stand in a text; they may overlap. */
export function findCredentials(text: string): Found[] {
  const found = findAsWritten(text);
  const view = readableView(text);
  if (view) found.push(...inView(view, findAsWritten(view.text)));
  for (const encoded of findEncodedCredentials(text, findAsWritten)) found.push(encoded);
  return found;
}

function findAsWritten(text: string): Found[] {
  const { found, isBroken } = scanForms(text);
  if (text.includes('://') || text.includes(':\\/\\/')) found.push(...findUrlPasswords(text));
  found.push(...findSignedUrls(text), ...findPrivateKeys(text), ...findJwks(text));
  if (isBroken) found.push(...findBroken(text));
  return found;
}

/** Credentials that a line break divides. */
function findBroken(text: string): Found[] {
  const view = joinedLines(text);
  if (!view) return [];
  return inView(view, scanForms(view.text, view.joins).found);
}

function inView({ starts, ends }: View, found: readonly Found[]): Found[] {
  return found.map(({ rule, start, end }) => ({ rule, start: starts[start]!, end: ends[end - 1]! }));
}
