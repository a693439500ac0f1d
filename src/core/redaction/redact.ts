// What must not be stored, taken out of a text before it is cut or hashed.
import { isBlank, utf8Length } from '../text.ts';
import { findJsonKeys } from './credentials/credential-blocks.ts';
import { type Found, findCredentials, findWrittenCredentials, inView } from './credentials/credentials.ts';
import { decodedView } from './decoded-view.ts';
import { findByGrammar } from './grammars/grammars.ts';
import { isSecretValue } from './grammars/json-secrets.ts';
import { NAME_PARTS } from './grammars/key-names.ts';
import { type JsonValue, walkJson } from './json-values.ts';
import { budgetFor, COST, type ScanBudget, spend } from './scan-budget.ts';

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

/** Too short and too plain to hold a secret. */
const PLAIN = /^[A-Za-z0-9_ .,-]{0,12}$/;
/** Words without digits, each shorter than any that is taken for a secret by itself. */
const WORDS = /^(?:[A-Za-z]{1,11}(?:[.,]? |\.?$)){1,16}$/;
/** Words behind which a plain word may be a secret. */
const TELLING = new RegExp(`${NAME_PARTS}|login|into|basic|digest|negotiate`, 'i');

function isPlain(text: string): boolean {
  return PLAIN.test(text) || (text.length <= 96 && WORDS.test(text) && !TELLING.test(text));
}

/**
 * Takes credentials out of a text, and whatever stands under a name that says secret. JSON is looked into wherever it stands,
 * in its texts, too. Each look uses up some of the budget; what it does not last for goes as a whole.
 *
 * @param isCut  it is the beginning of a longer text, behind which names of what stands here may follow
 */
export function redact(text: string, isCut = false, budget: ScanBudget = budgetFor(text)): Redacted {
  if (isPlain(text)) return { text, redactions: [] };
  if (!spend(budget, COST.walk, text.length)) return unscanned(text);
  const { changes, isAll, scanned } = jsonChanges(text, isCut, budget);
  // These are told by several values together, which no walk from value to value sees.
  changes.push(...findJsonKeys(text).map((key) => ({ ...key, pointer: '', isJson: true })));
  if (isAll) return applied(text, changes);
  const found = foundIn(withoutScanned(text, scanned), budget);
  return found ? applied(text, [...changes, ...inPlainText(found)]) : unscanned(text);
}

/** What was not searched is not stored: only its length is. */
export function unscanned(text: string): Redacted {
  const rule = 'scan_budget';
  return { text: `[redacted: ${rule}]`, redactions: [{ pointer: '', rule, bytes: utf8Length(text) }] };
}

/** In the text as it is, and decoded. @returns undefined if the budget did not last */
function foundIn(text: string, budget: ScanBudget): Found[] | undefined {
  if (isBlank(text)) return [];
  if (!spend(budget, COST.scan, text.length)) return undefined;
  const found = foundAsWritten(text);
  const view = decodedView(text);
  if (view === undefined) return found;
  if (view === 'too_deep' || !spend(budget, COST.scan, view.text.length)) return undefined;
  found.push(...inView(view, foundAsWritten(view.text)));
  return found;
}

function foundAsWritten(text: string): Found[] {
  const found = findWrittenCredentials(text);
  found.push(...findByGrammar(text));
  return found;
}

/** Values of JSON that were looked into are blank for what looks at the text around them, but for their brackets. */
function withoutScanned(text: string, scanned: readonly { start: number; end: number }[]): string {
  if (scanned.length === 0) return text;
  let left = '';
  let at = 0;
  for (const { start, end } of scanned) {
    left += text.slice(at, start + 1) + ' '.repeat(end - start - 2);
    at = end - 1;
  }
  return left + text.slice(at);
}

/** The same for a name, which has parts that look like names of secrets (`auth:login`): by their form alone. */
export function redactName(name: string): Redacted {
  return applied(name, inPlainText(findCredentials(name)));
}

const OPENING = /[[{]/g;
const STARTS_WITH_TEXT = /^\s{0,64}"/;

/** @returns `isAll` if there is nothing in the text but JSON; `scanned` are the values that were looked into and are JSON */
function jsonChanges(text: string, isCut: boolean, budget: ScanBudget) {
  const changes: Change[] = [];
  const scanned: { start: number; end: number }[] = [];
  const visitor = visitorOf(text, changes, isCut, budget);
  let isAll = true;
  for (let at = 0; at < text.length; ) {
    const start = at === 0 && STARTS_WITH_TEXT.test(text) ? text.indexOf('"') : openingFrom(text, at);
    if (!isBlank(text.slice(at, start))) isAll = false;
    if (start === text.length) break;
    const { end, isJson } = walkJson(text, start, visitor);
    if (!isJson) isAll = false;
    else if (end - start > 2 && isClosing(text[end - 1])) scanned.push({ start, end });
    at = Math.max(end, start + 1);
  }
  return { changes, isAll, scanned };
}

function isClosing(char: string | undefined): boolean {
  return char === '}' || char === ']';
}

function openingFrom(text: string, at: number): number {
  OPENING.lastIndex = at;
  return OPENING.exec(text)?.index ?? text.length;
}

function visitorOf(whole: string, changes: Change[], isCut: boolean, budget: ScanBudget) {
  return {
    isCut,
    wants: isSecretValue,
    take: ({ pointer, start }: JsonValue, end: number) => {
      changes.push({ start, end, rule: 'key_name', pointer, isJson: true });
    },
    sees: ({ pointer, start, text: seen }: JsonValue & { text: string }, end: number) => {
      const inner = redact(seen, isCut && end === whole.length, budget);
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
  for (const next of changes.toSorted(inOrder)) {
    const last = apart.at(-1);
    if (!last || next.start >= last.end) apart.push(next);
    else if (next.end > last.end)
      apart[apart.length - 1] = { ...nameOf(last), start: last.start, end: next.end, isJson: false };
  }
  return apart;
}

/** What JSON says of a value goes before what the text around it says. */
function inOrder(one: Change, other: Change): number {
  return one.start - other.start || Number(isOfText(one)) - Number(isOfText(other)) || other.end - one.end;
}

function isOfText(change: Change): boolean {
  return !('by' in change) && !change.isJson;
}

function nameOf(change: Change): { rule: string; pointer: string } {
  return 'by' in change ? change.redactions[0]! : change;
}
