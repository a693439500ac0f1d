// Credentials that can be told by their form, wherever they stand in a text. The forms are data: see credential-forms/.
//
// INVARIANT: time grows with the length of the text and nothing else: one walk looks for beginnings, a form is tried only where
// one stands, and a stretch that a form has matched or refused is not tried again by that form.
import { findEncodedCredentials } from './credential-base64.ts';
import { findJsonKeys, findPrivateKeys } from './credential-blocks.ts';
import { type Found, scanForms } from './credential-scan.ts';
import { findSignedUrls, findUrlPasswords } from './credential-urls.ts';
import { joinedLines, readableView, type View } from './readable-view.ts';

export type { Found } from './credential-scan.ts';

/** Where credentials stand in a text; they may overlap. */
export function findCredentials(text: string): Found[] {
  const { found, isEscaped } = findAsWritten(text);
  const view = isEscaped ? readableView(text) : undefined;
  if (view) found.push(...inView(view, findAsWritten(view.text).found));
  return found;
}

function findAsWritten(text: string): { found: Found[]; isEscaped: boolean } {
  const { found, runs, isBroken, isEscaped } = scanForms(text);
  found.push(...findInBlocks(text));
  if (isBroken) found.push(...findBroken(text));
  found.push(
    ...findEncodedCredentials(text, runs, (decoded) => [...scanForms(decoded).found, ...findInBlocks(decoded)]),
  );
  return { found, isEscaped };
}

function findInBlocks(text: string): Found[] {
  return [...findUrlPasswords(text), ...findSignedUrls(text), ...findPrivateKeys(text), ...findJsonKeys(text)];
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
