// How one server looks through the texts of one run: what the operator has added first, then the built-in rules, then what the
// run remembers of its secret tools.
//
// WHY in this order: a built-in rule may take a part of what the operator knows as a whole, and what is remembered may be the
// name by which a built-in rule knows a secret.
import type { Run } from '../run/run.ts';
import { utf8Length } from '../text.ts';
import { finderOf, looksRandom } from './memory/secret-memory.ts';
import { type Redacted, redact, redactName } from './redact.ts';
import { grant, type ScanBudget, scanBudget } from './scan-budget.ts';
import { type Finder, markOf, takeOut } from './take-out.ts';

/** What a server looks for beside the built-in rules. */
export interface RedactionRules {
  readonly find: Finder;
  /** 32 hex digits, secret: what secret tools returned is hashed with it. */
  readonly memoryKey: string;
}

/** Nothing beside the built-in rules, and a public key, for code that runs without a server. */
export const BUILT_IN: RedactionRules = { find: () => [], memoryKey: '0'.repeat(32) };

export interface Scanner {
  /** @param isCut  names of what stands here may follow behind its end */
  readonly text: (text: string, isCut?: boolean) => Redacted;
  /** Of names of tools, models and types. */
  readonly name: (name: string) => Redacted;
  /** Otherwise nothing is kept of any text but its length. */
  readonly keepsTexts: boolean;
}

/**
 * What looks through texts that belong to no run.
 *
 * @param budget  of the request that the texts come with
 */
export function scannerOf({ find }: RedactionRules, budget: ScanBudget = scanBudget()): Scanner {
  const known = (text: string): Redacted =>
    find === BUILT_IN.find ? { text, redactions: [] } : takeOut({ text, redactions: [] }, find, budget);
  return {
    text: (text, isCut) => {
      grant(budget, text.length);
      return before(known(text), (left) => redact(left, isCut, budget));
    },
    name: (name) => before(known(name), redactName),
    keepsTexts: true,
  };
}

/** What looks through what is stored of a run from here on. */
export function scannerFor(
  { runId, shaping }: Pick<Run, 'runId' | 'shaping'>,
  rules: RedactionRules,
  budget: ScanBudget = scanBudget(),
): Scanner {
  const scanner = scannerOf(rules, budget);
  const remembered = finderOf(shaping.secrets, { key: rules.memoryKey, runId });
  if (remembered === undefined) return scanner;
  if (remembered === 'lengths') return { ...scanner, text: lengthOf, keepsTexts: false };
  // A name is what the runner calls a thing, and words of a secret's may be words of a tool's; what is random is no name.
  const inNames: Finder = (name) => remembered(name).filter(({ start, end }) => looksRandom(name.slice(start, end)));
  return {
    text: (text, isCut) => takeOut(scanner.text(text, isCut), remembered, budget),
    name: (name) => takeOut(scanner.name(name), inNames, budget),
    keepsTexts: true,
  };
}

function before({ text, redactions }: Redacted, next: (text: string) => Redacted): Redacted {
  const left = next(text);
  return { text: left.text, redactions: [...redactions, ...left.redactions] };
}

const AFTER_SECRET = 'after_secret';

function lengthOf(text: string): Redacted {
  return { text: markOf(AFTER_SECRET), redactions: [{ pointer: '', rule: AFTER_SECRET, bytes: utf8Length(text) }] };
}
