// What must not be stored, taken out of a text before it is cut or hashed.
import { isBlank, utf8Length } from '../text.ts';
import { findAssignments } from './assignments.ts';
import { findJsonKeys } from './credential-blocks.ts';
import { type Found, findCredentials } from './credentials.ts';
import { type JsonValue, walkJson } from './json-values.ts';
import { namesSecret } from './key-names.ts';
import { redactEncoded } from './percent.ts';

/** One thing that was taken out. */
export interface Redaction {
  /** Where it stood: RFC 6901 in JSON, empty in any other text. */
  readonly pointer: string;
  readonly rule: string;
  /** Of what was taken out, in bytes of UTF-8. */
  readonly bytes: number;
}

export interface Redacted {
  readonly text: string;
  readonly redactions: readonly Redaction[];
}

/** A part of a text that is a secret, or a text within JSON without the secrets in it. */
type Change = { readonly start: number; readonly end: number } & (
  | { readonly rule: string; readonly pointer: string; readonly isJson: boolean }
  | { readonly by: string; readonly redactions: readonly Redaction[] }
);

/**
 * Takes credentials out of a text, and whatever stands under a name that says secret. JSON is looked into wherever it stands,
 * in its texts, too: each level of JSON within JSON takes twice the characters to say, so there are never many.
 *
 * @param isCut  it is the beginning of a longer text, behind which names of what stands here may follow
 */
export function redact(text: string, isCut = false): Redacted {
  const { changes, isAll } = jsonChanges(text, isCut);
  // These are told by several values together, which no walk from value to value sees.
  changes.push(...findJsonKeys(text).map((key) => ({ ...key, pointer: '', isJson: true })));
  if (isAll) return applied(text, changes);
  return redactEncoded(
    applied(text, [...changes, ...inPlainText([...findCredentials(text), ...findAssignments(text)])]),
    (decoded) => redact(decoded),
  );
}

/** The same for a name, which has parts that look like names of secrets (`auth:login`): by their form alone. */
export function redactName(name: string): Redacted {
  return applied(name, inPlainText(findCredentials(name)));
}

const OPENING = /[[{]/g;
const STARTS_WITH_TEXT = /^\s{0,64}"/;

/** @returns `isAll` if there is nothing in the text but JSON */
function jsonChanges(text: string, isCut: boolean): { changes: Change[]; isAll: boolean } {
  const changes: Change[] = [];
  const visitor = visitorOf(text, changes, isCut);
  let isAll = true;
  for (let at = 0; at < text.length; ) {
    const start = at === 0 && STARTS_WITH_TEXT.test(text) ? text.indexOf('"') : openingFrom(text, at);
    if (!isBlank(text.slice(at, start))) isAll = false;
    if (start === text.length) break;
    const { end, isJson } = walkJson(text, start, visitor);
    if (!isJson) isAll = false;
    at = Math.max(end, start + 1);
  }
  return { changes, isAll };
}

function openingFrom(text: string, at: number): number {
  OPENING.lastIndex = at;
  return OPENING.exec(text)?.index ?? text.length;
}

function visitorOf(whole: string, changes: Change[], isCut: boolean) {
  return {
    isCut,
    wants: ({ name }: JsonValue) => name !== undefined && namesSecret(name),
    take: ({ pointer, start }: JsonValue, end: number) => {
      changes.push({ start, end, rule: 'key_name', pointer, isJson: true });
    },
    sees: ({ pointer, start, text: seen }: JsonValue & { text: string }, end: number) => {
      const inner = redact(seen, isCut && end === whole.length);
      if (inner.redactions.length === 0) return seen;
      const redactions = inner.redactions.map((one) => ({ ...one, pointer: `${pointer}${one.pointer}` }));
      changes.push({ start, end, by: JSON.stringify(inner.text), redactions });
      return inner.text;
    },
  };
}

function inPlainText(found: readonly Found[]): Change[] {
  return found.map((one) => ({ ...one, pointer: '', isJson: false }));
}

function applied(text: string, changes: readonly Change[]): Redacted {
  if (changes.length === 0) return { text, redactions: [] };
  const redactions: Redaction[] = [];
  let left = '';
  let at = 0;
  for (const change of joined(changes)) {
    const { by, redactions: ofChange } = 'by' in change ? change : marked(text, change);
    left += text.slice(at, change.start) + by;
    redactions.push(...ofChange);
    at = change.end;
  }
  return { text: left + text.slice(at), redactions };
}

function marked(text: string, { start, end, rule, pointer, isJson }: Exclude<Change, { by: string }>) {
  const mark = `[redacted: ${rule}]`;
  const bytes = utf8Length(text.slice(start, end));
  return { by: isJson ? JSON.stringify(mark) : mark, redactions: [{ pointer, rule, bytes }] };
}

/** What holds others stands for them, and what overlaps goes as one, under the name of what begins or was found first. */
function joined(changes: readonly Change[]): Change[] {
  const apart: Change[] = [];
  for (const next of changes.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = apart.at(-1);
    if (!last || next.start >= last.end) apart.push(next);
    else if (next.end > last.end)
      apart[apart.length - 1] = { ...nameOf(last), start: last.start, end: next.end, isJson: false };
  }
  return apart;
}

function nameOf(change: Change): { rule: string; pointer: string } {
  return 'by' in change ? change.redactions[0]! : change;
}
