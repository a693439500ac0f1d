// Reads a document that nobody has checked yet: whatever stands in it, each reader answers with a value of the right
// type or notes a problem at its place, and reading goes on, so that one look shows all there is to mend.
//
// INVARIANT: names that the author chose are only ever keys of a Map, never of an object, so `__proto__` and
// `constructor` are names like any other.
import { didYouMean, nearest } from './nearest.ts';

export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What was found while reading: `problems` refuse the document, `warnings` do not. */
export interface Notes {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/**
 * A number that is not written in plain decimal digits, or with a fraction that is none: `0x1F`, `1e3`, `111.0`, `.inf`. It is
 * nobody's id and no amount, because its author and its reader may take it for two different things.
 */
export class OddNumber {
  /** As it is written. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value and where it stands. */
export interface Place {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly notes: Notes;
}

/** Notes why the document cannot be used; the value is `undefined` for whoever asked for it. */
export function problem({ path, notes }: Place, message: string): undefined {
  notes.problems.push({ path, message });
  return undefined;
}

export function warn({ path, notes }: Place, message: string): void {
  notes.warnings.push({ path, message });
}

/** The entries of a map with names of the author's choice; none if the place is absent or no map. */
export function entriesOf(place: Place | undefined): readonly (readonly [string, Place])[] {
  if (place === undefined) return [];
  const { value, path, notes } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof OddNumber) {
    problem(place, `must be a map, not ${kindOf(value)}`);
    return [];
  }
  const map = value as Readonly<Record<string, unknown>>;
  return Object.keys(map).map((key) => [key, { value: map[key], path: [...path, key], notes }] as const);
}

/** The entries of a map whose keys are fixed. Another key is a problem, because a typo must not switch a rule off. */
export function fieldsOf<K extends string>(place: Place | undefined, known: readonly K[]): ReadonlyMap<K, Place> {
  const fields = new Map<K, Place>();
  for (const [key, field] of entriesOf(place)) {
    if (isOneOf(key, known)) fields.set(key, field);
    else problem(field, `unknown key \`${key}\`${didYouMean(nearest(key, known))}`);
  }
  return fields;
}

/** The items of a list; none if the place is absent or no list. */
export function itemsOf(place: Place | undefined): readonly Place[] {
  if (place === undefined) return [];
  const { value, path, notes } = place;
  if (!Array.isArray(value)) {
    problem(place, `must be a list, not ${kindOf(value)}`);
    return [];
  }
  return value.map((item: unknown, index) => ({ value: item, path: [...path, index], notes }));
}

/** A text that is not empty. */
export function nameOf(place: Place): string | undefined {
  const { value } = place;
  if (typeof value !== 'string') return problem(place, `must be text, not ${kindOf(value)}`);
  return value === '' ? problem(place, 'must not be empty') : value;
}

/** An id: a text that is not empty, or an integer, which becomes its digits. */
export function idOf(place: Place): string | undefined {
  return integerDigits(place.value) ?? nameOf(place);
}

/** The digits of a whole number, which is a bigint where a number would not hold it; undefined for anything else. */
export function integerDigits(value: unknown): string | undefined {
  if (typeof value === 'bigint') return String(value);
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : undefined;
}

export function booleanOf(place: Place | undefined): boolean | undefined {
  if (place === undefined) return undefined;
  const { value } = place;
  return typeof value === 'boolean' ? value : problem(place, `must be true or false, not ${kindOf(value)}`);
}

/** One of a few words; undefined if the place is absent or holds another. */
export function choiceOf<T extends string>(place: Place | undefined, choices: readonly T[]): T | undefined {
  if (place === undefined) return undefined;
  const { value } = place;
  if (isOneOf(value, choices)) return value;
  const suggestion = typeof value === 'string' ? didYouMean(nearest(value, choices)) : '';
  return problem(place, `must be one of ${choices.join(', ')}${suggestion}`);
}

function isOneOf<T extends string>(value: unknown, choices: readonly T[]): value is T {
  return choices.some((choice) => choice === value);
}

/** What a value is, in an author's words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof OddNumber) return 'a number that is not written in plain digits';
  if (typeof value === 'bigint') return 'a number';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
