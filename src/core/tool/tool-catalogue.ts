// What a policy says about tools: who may call them, how sensitive they are, and whose bodies must never be stored.
import {
  booleanOf,
  choiceOf,
  entriesOf,
  fieldsOf,
  itemsOf,
  nameOf,
  type Place,
  problem,
  warn,
} from '../policy/document.ts';
import { visibleForm, visiblePrefix } from '../policy/look-alike.ts';
import { didYouMean, nearest } from '../policy/nearest.ts';
import { toolWarning } from '../policy/never-matches.ts';
import { SENSITIVITIES, type SensitivityLevel } from '../session/session.ts';
import { type StatedRule, type ToolLookup, toolLookup } from './tool-lookup.ts';
import { compilePatterns, matchPattern, type Patterns, patternProblem, widerPatterns } from './tool-pattern.ts';

/** By what is visible of names: a secret must not leak because a runner spells a tool in capitals. */
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
  readonly tools: ToolLookup;
  readonly secretTools: SecretTools;
  /** By what is visible of names, as for secrets. */
  readonly stores: Patterns<StoreRule>;
}

/** What one entry states, aspect by aspect. */
interface Entry extends StatedRule {
  readonly pattern: string;
  readonly place: Place;
  readonly secret: boolean | undefined;
  readonly store: StoreRule | undefined;
}

/** What takes well below a millisecond. */
const ENTRIES_PER_STEP = 200;

/**
 * Reads `tools` and `redaction`, in steps.
 *
 * @param privileges  those that somebody may hold; a tool that requires another is worth a warning
 */
export function* readToolCatalogue(
  { tools, redaction }: { tools: Place | undefined; redaction: Place | undefined },
  privileges: ReadonlyMap<string, ReadonlySet<string>>,
): Generator<undefined, ToolCatalogue> {
  const byPattern = new Map<string, Entry>();
  const places = entriesOf(tools);
  for (const [index, [pattern, place]] of places.entries()) {
    if (index % ENTRIES_PER_STEP === 0) yield;
    byPattern.set(pattern, readEntry(pattern, place, privileges));
  }
  const entries = [...byPattern.values()];
  const always = readAlwaysSecret(redaction);
  const widerThan = widerPatterns(byPattern.keys());
  for (const [index, entry] of entries.entries()) {
    if (index % ENTRIES_PER_STEP === 0) yield;
    const wider = widerThan(entry.pattern).map((pattern) => byPattern.get(pattern)!);
    warnOfLess(entry, wider, always);
  }
  const lookup = toolLookup(byPattern);
  yield;
  const stated = compileSecrets(entries);
  yield;
  return { tools: lookup, secretTools: { always, stated }, stores: compileStores(entries) };
}

/** The form under which secrecy and storage are looked up. */
export function secretForm(pattern: string): string {
  return pattern.endsWith('*') ? `${visiblePrefix(pattern.slice(0, -1))}*` : visibleForm(pattern);
}

function readEntry(pattern: string, place: Place, privileges: ReadonlyMap<string, ReadonlySet<string>>): Entry {
  checkPattern(pattern, place);
  const fields = fieldsOf(place, ['requires', 'sensitivity', 'secret', 'store']);
  const sensitivity = choiceOf(fields.get('sensitivity'), SENSITIVITIES);
  return {
    pattern,
    place,
    requires: readRequires(fields.get('requires'), privileges),
    sensitivity: sensitivity && (SENSITIVITIES.indexOf(sensitivity) as SensitivityLevel),
    secret: booleanOf(fields.get('secret')),
    store: readStore(fields.get('store')),
  };
}

/** Of entries whose names look alike, the one that keeps the secret counts. */
function compileSecrets(entries: readonly Entry[]): Patterns<boolean> {
  const stated = new Map<string, boolean>();
  for (const { pattern, secret } of entries) {
    const form = secretForm(pattern);
    if (secret !== undefined) stated.set(form, secret || stated.get(form) === true);
  }
  return compilePatterns(stated);
}

function compileStores(entries: readonly Entry[]): Patterns<StoreRule> {
  const stores = new Map<string, StoreRule>();
  for (const { pattern, place, store } of entries) {
    if (store === undefined) continue;
    const form = secretForm(pattern);
    if (stores.has(form)) problem(place, 'states in another spelling what is stored of this tool');
    stores.set(form, store);
  }
  return compilePatterns(stores);
}

/**
 * An entry may ask for less than a wider one. It must say so itself, and the author is told what it drops.
 *
 * @param wider  the longest pattern first
 */
function warnOfLess(entry: Entry, wider: readonly Entry[], always: Patterns<true>): void {
  const { pattern, place, requires, sensitivity, secret, store } = entry;
  const stating = <K extends 'requires' | 'sensitivity' | 'secret' | 'store'>(aspect: K) =>
    wider.find((other) => other[aspect] !== undefined);

  const requiring = requires && stating('requires');
  const dropped = requiring?.requires?.filter((privilege) => !requires?.includes(privilege)) ?? [];
  if (requiring && dropped.length > 0) {
    const names = dropped.map((privilege) => `\`${privilege}\``).join(', ');
    warn(below(place, 'requires'), `does not require ${names}, which \`${requiring.pattern}\` does`);
  }
  const rating = stating('sensitivity');
  if (sensitivity !== undefined && rating?.sensitivity !== undefined && sensitivity < rating.sensitivity) {
    warn(below(place, 'sensitivity'), `is below what \`${rating.pattern}\` says, ${SENSITIVITIES[rating.sensitivity]}`);
  }
  const hiding = stating('secret');
  if (secret === false && hiding?.secret) warn(below(place, 'secret'), `drops what \`${hiding.pattern}\` keeps secret`);
  if (secret === false && matchPattern(always, secretForm(pattern))) {
    warn(below(place, 'secret'), 'does nothing: this tool is secret whatever its entry says');
  }
  const storing = stating('store');
  if (store !== undefined && storing?.store !== undefined && storedBy(store) > storedBy(storing.store)) {
    warn(below(place, 'store'), `stores more than \`${storing.pattern}\` does`);
  }
}

function below({ path, value, notes }: Place, key: string): Place {
  return { value, path: [...path, key], notes };
}

/** More for a rule that stores more. */
function storedBy(store: StoreRule): number {
  return store === 'none' ? 0 : store === 'lengths' ? 1 : store === 'all' ? 3 : 2;
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
): readonly string[] | undefined {
  if (place === undefined) return undefined;
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
    patterns.push(secretForm(pattern));
  }
  return compilePatterns(patterns.map((pattern) => [pattern, true] as const));
}

function checkPattern(pattern: string, place: Place): void {
  const found = patternProblem(pattern);
  if (found !== undefined) problem(place, found);
  const odd = found === undefined && toolWarning(pattern);
  if (odd) warn(place, odd);
}
