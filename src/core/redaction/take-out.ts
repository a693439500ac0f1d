// Takes what a finder finds out of a text, and keeps JSON whole: what is found in one of its texts, keys or numbers goes from
// there alone, however it is escaped, so what was JSON stays JSON.
import { isBlank, utf8Length } from '../text.ts';
import type { Found } from './credentials/credentials.ts';
import { type JsonValue, walkJson } from './json-values.ts';
import { type Redacted, type Redaction, unscanned } from './redact.ts';
import { budgetFor, COST, type ScanBudget, spend } from './scan-budget.ts';

/** Finds places in a plain text; they may overlap. */
export type Finder = (text: string) => readonly Found[];

interface Change {
  readonly start: number;
  readonly end: number;
  readonly by: string;
  readonly redactions: readonly Redaction[];
}

/** Texts within JSON within a text: up to here every character is looked at once more, at most. */
const FREE_DEPTH = 1;

interface Search {
  readonly find: Finder;
  readonly budget: ScanBudget;
  readonly depth: number;
}

/**
 * The same text without what `find` finds in it. Marks of what was taken out before stay. JSON within JSON uses up some of the
 * budget; a text that the budget does not last for goes as a whole.
 */
export function takeOut({ text, redactions }: Redacted, find: Finder, budget: ScanBudget = budgetFor(text)): Redacted {
  const marks = new Set(redactions.map(({ rule }) => markOf(rule)));
  const found = changed(text, { find: (plain) => outsideMarks(plain, find(plain), marks), budget, depth: 0 });
  if (found.redactions.length === 0) return { text, redactions };
  return { text: found.text, redactions: [...redactions, ...found.redactions] };
}

/** What stands in place of what a rule takes out. */
export function markOf(rule: string): string {
  return `[redacted: ${rule}]`;
}

function changed(text: string, search: Search): Redacted {
  const { find, budget, depth } = search;
  if (depth > FREE_DEPTH && !spend(budget, COST.walk, text.length)) return unscanned(text);
  const { changes, isAll } = inJson(text, search);
  const plain = isAll ? [] : find(text).map((one) => changeOf(text, one, markOf(one.rule), ''));
  const all = joined([...changes, ...plain]);
  if (all.length === 0) return { text, redactions: [] };
  let left = '';
  let at = 0;
  for (const { start, end, by } of all) {
    left += text.slice(at, start) + by;
    at = end;
  }
  return { text: left + text.slice(at), redactions: all.flatMap(({ redactions }) => redactions) };
}

function changeOf(text: string, { start, end, rule }: Found, by: string, pointer: string): Change {
  return { start, end, by, redactions: [{ pointer, rule, bytes: utf8Length(text.slice(start, end)) }] };
}

const OPENING = /[[{]/g;
const STARTS_WITH_TEXT = /^\s{0,64}"/;

/** @returns `isAll` if there is nothing in the text but JSON */
function inJson(text: string, search: Search): { changes: Change[]; isAll: boolean } {
  const changes: Change[] = [];
  let isAll = true;
  for (let at = 0; at < text.length; ) {
    OPENING.lastIndex = at;
    const startsWithText = at === 0 && STARTS_WITH_TEXT.test(text);
    const start = startsWithText ? text.indexOf('"') : (OPENING.exec(text)?.index ?? text.length);
    if (!isBlank(text.slice(at, start))) isAll = false;
    if (start === text.length) break;
    const { end, isJson } = walkJson(text, start, visitorOf(text, search, changes));
    if (!isJson) isAll = false;
    at = Math.max(end, start + 1);
  }
  return { changes, isAll };
}

/** A number, or a word without quotes. */
const LITERAL = /[-+.0-9A-Za-z]+/y;

function visitorOf(text: string, search: Search, changes: Change[]) {
  const { find } = search;
  const within = { ...search, depth: search.depth + 1 };
  return {
    wants: (value: JsonValue) => value.text === undefined && find(literalAt(text, value.start)).length > 0,
    take: ({ pointer, start }: JsonValue, end: number) => {
      const [first] = find(literalAt(text, start));
      if (first)
        changes.push(changeOf(text, { start, end, rule: first.rule }, JSON.stringify(markOf(first.rule)), pointer));
    },
    sees: ({ pointer, start, text: seen }: JsonValue & { text: string }, end: number) => {
      const inner = changed(seen, within);
      if (inner.redactions.length === 0) return seen;
      const redactions = inner.redactions.map((one) => ({ ...one, pointer: `${pointer}${one.pointer}` }));
      changes.push({ start, end, by: JSON.stringify(inner.text), redactions });
      return inner.text;
    },
  };
}

function literalAt(text: string, at: number): string {
  LITERAL.lastIndex = at;
  return LITERAL.exec(text)?.[0] ?? '';
}

/** What overlaps goes as one, under the name of what begins first; what holds another stands for it. */
function joined(changes: readonly Change[]): Change[] {
  const apart: Change[] = [];
  for (const next of changes.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const last = apart.at(-1);
    if (!last || next.start >= last.end) apart.push(next);
    else if (next.end > last.end) {
      const [first] = last.redactions;
      apart[apart.length - 1] = { ...last, end: next.end, by: markOf(first!.rule), redactions: [first!] };
    }
  }
  return apart;
}

const MARK = /\[redacted: [a-z0-9_]{1,64}\]/g;

/** INVARIANT: only marks of rules that took something out of this very text. Anyone can write what looks like one. */
function outsideMarks(text: string, found: readonly Found[], marks: ReadonlySet<string>): readonly Found[] {
  if (found.length === 0 || marks.size === 0) return found;
  const ranges = Array.from(text.matchAll(MARK)).filter(([mark]) => marks.has(mark));
  if (ranges.length === 0) return found;
  return found.filter(
    ({ start, end }) => !ranges.some(({ index, 0: mark }) => start >= index && end <= index + mark.length),
  );
}
