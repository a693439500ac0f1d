// What an operator adds to the built-in rules: patterns and known values, as plain data that can go to a worker thread, and made
// into a finder where they are used.
//
// WHY re2js and not RegExp: an operator's pattern must not hang the server, whatever text meets it. RE2 matches in linear time.
import { RE2JS } from 're2js';
import type { Found } from '../core/redaction/credentials/credentials.ts';
import { knownValuesFinder } from '../core/redaction/memory/known-values.ts';
import { BUILT_IN, type RedactionRules } from '../core/redaction/scanner.ts';
import type { Finder } from '../core/redaction/take-out.ts';

export interface NamedPattern {
  /** The rule that a mark names. */
  readonly name: string;
  /** In RE2's syntax. */
  readonly pattern: string;
}

/** Plain data. */
export interface RedactionData {
  readonly patterns: readonly NamedPattern[];
  /** Secret: never logged, never stored. */
  readonly knownValues: readonly string[];
  /** 32 hex digits, secret. */
  readonly memoryKey: string;
}

/** Limits the matches of one pattern in one text, since each may search to its end. Behind the last one the rest is taken. */
const MATCHES_MAX = 100;
/** Instructions of a compiled pattern, each of which may be tried at every place of a text. */
const PROGRAM_MAX = 2_000;

/** Makes data ready for use. @throws for a pattern that {@link patternProblem} refuses */
export function compileRules({ patterns, knownValues, memoryKey }: RedactionData): RedactionRules {
  if (patterns.length === 0 && knownValues.length === 0) return { ...BUILT_IN, memoryKey };
  const finders = [...patterns.map(patternFinder), knownValuesFinder(knownValues)];
  return { find: (text) => finders.flatMap((find) => find(text)), memoryKey };
}

/** Why a pattern cannot be used; undefined if it can. */
export function patternProblem(pattern: string): string | undefined {
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > PROGRAM_MAX) return 'is too large once its repetitions are written out';
    return compiled.matcher('').find() ? 'fits the empty text, so it would be found everywhere' : undefined;
  } catch (error) {
    return `is no RE2 pattern: ${error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unknown error'}`;
  }
}

function patternFinder({ name, pattern }: NamedPattern): Finder {
  const compiled = RE2JS.compile(pattern);
  return (text) => {
    const found: Found[] = [];
    const matcher = compiled.matcher(text);
    while (matcher.find()) {
      const [start, end] = [matcher.start(), matcher.end()];
      if (found.length === MATCHES_MAX) return [...found, { rule: name, start, end: text.length }];
      if (end > start) found.push({ rule: name, start, end });
    }
    return found;
  };
}
