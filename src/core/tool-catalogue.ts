// What a policy says about tools: who may call them, how sensitive they are, and whose bodies must never be stored.
import { booleanOf, choiceOf, entriesOf, fieldsOf, itemsOf, nameOf, type Place, problem, warn } from './document.ts';
import { didYouMean, nearest } from './nearest.ts';
import { SENSITIVITIES, type SensitivityLevel } from './session.ts';
import { compilePatterns, type Patterns, patternProblem } from './tool-pattern.ts';

export interface ToolRule {
  /** Privileges, all of which a caller must have. */
  readonly requires: readonly string[];
  readonly sensitivity: SensitivityLevel | undefined;
}

/** By lower-cased names: a secret must not leak because a runner spells a tool in capitals. */
export interface SecretTools {
  /** Built in, or named under `redaction`: nothing in `tools` makes them less secret. */
  readonly always: Patterns<true>;
  /** What `tools` states; an entry that says nothing of secrecy leaves the word to a shorter prefix. */
  readonly stated: Patterns<boolean>;
}

/** Tools whose arguments and results carry credentials or other people's content wherever they are used. */
const BUILT_IN_SECRET_TOOLS = ['mcp_call', 'email_send', 'http_*', 'webhook_*'];

/** What is stored of a tool's arguments and results; `fields` are pointers that begin with /args or /result. */
export type StoreRule = 'none' | 'lengths' | 'all' | { readonly fields: ReadonlySet<string> };

export interface ToolCatalogue {
  readonly tools: Patterns<ToolRule>;
  readonly secretTools: SecretTools;
  /** By lower-cased names, as for secrets. */
  readonly stores: Patterns<StoreRule>;
}

/**
 * Reads `tools` and `redaction`.
 *
 * @param privileges  those that somebody may hold; a tool that requires another is worth a warning
 */
export function readToolCatalogue(
  { tools, redaction }: { tools: Place | undefined; redaction: Place | undefined },
  privileges: ReadonlyMap<string, ReadonlySet<string>>,
): ToolCatalogue {
  const rules = new Map<string, ToolRule>();
  const stated = new Map<string, boolean>();
  const stores = new Map<string, StoreRule>();
  for (const [pattern, place] of entriesOf(tools)) {
    checkPattern(pattern, place);
    const fields = fieldsOf(place, ['requires', 'sensitivity', 'secret', 'store']);
    const sensitivity = choiceOf(fields.get('sensitivity'), SENSITIVITIES);
    rules.set(pattern, {
      requires: readRequires(fields.get('requires'), privileges),
      sensitivity: sensitivity && (SENSITIVITIES.indexOf(sensitivity) as SensitivityLevel),
    });
    const secret = booleanOf(fields.get('secret'));
    const folded = pattern.toLowerCase();
    if (secret !== undefined) stated.set(folded, secret || stated.get(folded) === true);
    const store = readStore(fields.get('store'));
    if (store === undefined) continue;
    if (stores.has(folded)) problem(place, 'states in another case what is stored of this tool');
    stores.set(folded, store);
  }
  return {
    tools: compilePatterns(rules),
    secretTools: { always: readAlwaysSecret(redaction), stated: compilePatterns(stated) },
    stores: compilePatterns(stores),
  };
}

const STORE_WORDS = ['none', 'lengths', 'all'] as const;
const FIELDS_MAX = 64;
/** RFC 6901, into the arguments or the result. */
const FIELD = /^\/(?:args|result)(?:\/(?:[^~/]|~[01])*)*$/;

function readStore(place: Place | undefined): StoreRule | undefined {
  if (place === undefined || typeof place.value === 'string') return choiceOf(place, STORE_WORDS);
  const list = fieldsOf(place, ['fields']).get('fields');
  if (!list) return problem(place, 'must be none, lengths, all, or fields with a list of pointers');
  const fields = new Set<string>();
  for (const item of itemsOf(list)) {
    const pointer = nameOf(item);
    if (pointer === undefined) continue;
    if (!FIELD.test(pointer)) problem(item, 'must be a pointer that begins with /args or /result');
    fields.add(pointer);
  }
  if (fields.size > FIELDS_MAX) problem(list, `must have at most ${FIELDS_MAX} pointers`);
  return { fields };
}

function readRequires(
  place: Place | undefined,
  privileges: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const requires: string[] = [];
  for (const item of itemsOf(place)) {
    const privilege = nameOf(item);
    if (privilege === undefined) continue;
    requires.push(privilege);
    if (privileges.get(privilege)?.size) continue;
    const suggestion = privileges.has(privilege) ? '' : didYouMean(nearest(privilege, privileges.keys()));
    warn(item, `nobody has the privilege \`${privilege}\`, so nobody may call this tool${suggestion}`);
  }
  return requires;
}

function readAlwaysSecret(redaction: Place | undefined): Patterns<true> {
  const patterns = [...BUILT_IN_SECRET_TOOLS];
  for (const item of itemsOf(fieldsOf(redaction, ['secret_tools']).get('secret_tools'))) {
    const pattern = nameOf(item);
    if (pattern === undefined) continue;
    checkPattern(pattern, item);
    patterns.push(pattern.toLowerCase());
  }
  return compilePatterns(patterns.map((pattern) => [pattern, true] as const));
}

function checkPattern(pattern: string, place: Place): void {
  const found = patternProblem(pattern);
  if (found !== undefined) problem(place, found);
}
