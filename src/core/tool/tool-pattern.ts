// Tool names as a policy writes them: exact, or a prefix with one `*` behind it. An exact name wins over every prefix,
// a longer prefix over a shorter one.

export interface Patterns<T> {
  readonly exact: ReadonlyMap<string, T>;
  /** Longest first, so that the first that fits is the one that wins. */
  readonly prefixes: readonly { readonly prefix: string; readonly value: T }[];
}

/** Why a text is no pattern; undefined if it is one. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'a tool name must not be empty';
  const star = pattern.indexOf('*');
  return star >= 0 && star < pattern.length - 1 ? '`*` may stand only once, at the end' : undefined;
}

/** Makes patterns ready for lookup. Of a pattern given twice the last one counts. */
export function compilePatterns<T>(entries: Iterable<readonly [pattern: string, value: T]>): Patterns<T> {
  const exact = new Map<string, T>();
  const byPrefix = new Map<string, T>();
  for (const [pattern, value] of entries) {
    if (pattern.endsWith('*')) byPrefix.set(pattern.slice(0, -1), value);
    else exact.set(pattern, value);
  }
  const prefixes = [...byPrefix].map(([prefix, value]) => ({ prefix, value }));
  return { exact, prefixes: prefixes.sort((a, b) => b.prefix.length - a.prefix.length) };
}

/** The value of the pattern that wins for a name; undefined if none fits. */
export function matchPattern<T>({ exact, prefixes }: Patterns<T>, name: string): T | undefined {
  const value = exact.get(name);
  if (value !== undefined) return value;
  for (const pattern of prefixes) {
    if (name.startsWith(pattern.prefix)) return pattern.value;
  }
  return undefined;
}

/**
 * Finds the patterns that cover every name that another does, itself aside; the longest first.
 *
 * WHY NOT each against each: a policy file of 1 MiB has 15,000 tools, and all pairs of those took five seconds.
 */
export function widerPatterns(patterns: Iterable<string>): (pattern: string) => string[] {
  const prefixes = new Set([...patterns].filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1)));
  const lengths = [...new Set([...prefixes].map(({ length }) => length))].sort((a, b) => b - a);
  return (pattern) =>
    lengths
      .filter((length) => length <= pattern.length)
      .map((length) => pattern.slice(0, length))
      .filter((prefix) => prefixes.has(prefix) && `${prefix}*` !== pattern)
      .map((prefix) => `${prefix}*`);
}
