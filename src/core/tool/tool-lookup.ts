// What a policy's entries say of one tool. Each aspect is looked up by itself: the most specific entry that states it
// decides, so that an entry about one thing never drops what a wider one says about another.

import { BoundedMemo } from '../bounded-memo.ts';
import { visibleForm, visiblePrefix } from '../policy/look-alike.ts';
import type { SensitivityLevel } from '../session/session.ts';
import { compilePatterns, matchPattern, type Patterns } from './tool-pattern.ts';

export interface ToolRule {
  /** Privileges, all of which a caller must have. */
  readonly requires: readonly string[];
  readonly sensitivity: SensitivityLevel | undefined;
}

/** What one entry of `tools` states; an absent aspect leaves the word to a wider entry. */
export interface StatedRule {
  readonly requires?: readonly string[] | undefined;
  readonly sensitivity?: SensitivityLevel | undefined;
}

/** `poses`: the name looks like one that the policy lists, and is not that name. */
export type FoundTool =
  | { readonly kind: 'listed'; readonly rule: ToolRule }
  | { readonly kind: 'unlisted' }
  | { readonly kind: 'poses' };

/** Looks one name up. Answers are remembered: a name comes again and again. */
export type ToolLookup = (name: string) => FoundTool;

/** Names that are remembered for one policy. */
const NAMES_MAX = 10_000;

const UNLISTED: FoundTool = { kind: 'unlisted' };
const POSES: FoundTool = { kind: 'poses' };

/** Makes the entries of a policy, by pattern, ready for lookup. */
export function toolLookup(entries: ReadonlyMap<string, StatedRule>): ToolLookup {
  const listed = compilePatterns([...entries.keys()].map((pattern) => [pattern, pattern] as const));
  const lookAlikes = compileLookAlikes(entries.keys());
  const requires = stating(entries, ({ requires }) => requires);
  const sensitivities = stating(entries, ({ sensitivity }) => sensitivity);
  const find = (name: string): FoundTool => {
    const own = matchPattern(listed, name);
    if (own !== name && poses(lookAlikes, name, own)) return POSES;
    if (own === undefined) return UNLISTED;
    const rule = { requires: matchPattern(requires, name) ?? [], sensitivity: matchPattern(sensitivities, name) };
    return { kind: 'listed', rule };
  };
  const memo = new BoundedMemo(find, NAMES_MAX);
  return (name) => memo.get(name);
}

function stating<T>(
  entries: ReadonlyMap<string, StatedRule>,
  aspect: (rule: StatedRule) => T | undefined,
): Patterns<T> {
  const stated: [string, T][] = [];
  for (const [pattern, rule] of entries) {
    const value = aspect(rule);
    if (value !== undefined) stated.push([pattern, value]);
  }
  return compilePatterns(stated);
}

/** The entries by what is visible of them. */
function compileLookAlikes(patterns: Iterable<string>): Patterns<string> {
  const visible: [string, string][] = [];
  for (const pattern of patterns) {
    const form = visiblePattern(pattern);
    if (form !== '' && form !== '*') visible.push([form, form]);
  }
  return compilePatterns(visible);
}

function visiblePattern(pattern: string): string {
  return pattern.endsWith('*') ? `${visiblePrefix(pattern.slice(0, -1))}*` : visibleForm(pattern);
}

/** @param own  the entry that the name matches byte by byte; it is no pose if no look-alike is more specific */
function poses(lookAlikes: Patterns<string>, name: string, own: string | undefined): boolean {
  const best = matchPattern(lookAlikes, visibleForm(name));
  if (best === undefined) return false;
  if (own === undefined || !best.endsWith('*')) return true;
  return best.length > visiblePattern(own).length;
}
