// Decoding of request fields against named limits. Every problem names its field by the path a client knows.
//
// INVARIANT: a field that is present but empty is never treated as absent.
import { Failure, type FieldProblem } from '../../core/failure.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Duration, Timestamp } from '../../gen/tollgate.ts';
import type { Message } from './codec.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what this is for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

export interface TextRule {
  readonly bytesMax: number;
  /** Whether the empty string is a value here. */
  readonly emptyAllowed?: boolean;
  /** Text may hold control characters; an id may not. */
  readonly kind: 'id' | 'text' | 'ascii';
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The names of a message's fields that hold a value of one type. */
type NameOf<M, Value> = {
  [Name in keyof M]-?: Exclude<M[Name], undefined> extends Value ? Name : never;
}[keyof M] &
  string;
type Names<M> = keyof M & string;
type One<Value> = Exclude<Value, undefined> extends readonly (infer Item)[] ? Item : Exclude<Value, undefined>;

/**
 * Reads the fields of one message and its nested messages, and collects their problems.
 *
 * @typeParam M  the generated type of the message, so that reading a field it does not have fails to compile
 */
export class Fields<M extends object> {
  readonly #message: Message;
  readonly #path: string;
  readonly #problems: FieldProblem[];

  constructor(message: Message, path = '', problems: FieldProblem[] = []) {
    this.#message = message;
    this.#path = path;
    this.#problems = problems;
  }

  /** @throws Failure invalid_request that names every field that is wrong */
  check(): void {
    if (this.#problems.length === 0) return;
    const [first] = this.#problems;
    throw new Failure('invalid_request', `${first?.field}: ${first?.description}`, { fields: this.#problems });
  }

  refuse(name: string, description: string): void {
    this.#problems.push({ field: this.#path + name, description });
  }

  has(name: Names<M>): boolean {
    return Object.hasOwn(this.#message, name);
  }

  #value(name: string): unknown {
    return Object.hasOwn(this.#message, name) ? this.#message[name] : undefined;
  }

  /** A string under a rule; undefined if absent. After a problem the value is meaningless and `check` throws. */
  text(name: NameOf<M, string>, rule: TextRule): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const problem = textProblem(value as string, rule);
    if (problem) this.refuse(name, problem);
    return value as string;
  }

  requiredText(name: NameOf<M, string>, rule: TextRule): string {
    const value = this.text(name, rule);
    if (value === undefined && !rule.emptyAllowed) this.refuse(name, 'is required');
    return value ?? '';
  }

  id(name: NameOf<M, string>, bytesMax: number = LIMITS.idBytesMax): string | undefined {
    return this.text(name, { bytesMax, kind: 'id' });
  }

  requiredId(name: NameOf<M, string>, bytesMax: number = LIMITS.idBytesMax): string {
    return this.requiredText(name, { bytesMax, kind: 'id' });
  }

  texts(name: NameOf<M, readonly string[]>, countMax: number, rule: TextRule): readonly string[] {
    const values = (this.#value(name) ?? []) as readonly string[];
    if (values.length > countMax) this.refuse(name, `has ${values.length} entries, at most ${countMax} are allowed`);
    else {
      for (const [index, value] of values.entries()) {
        const problem = textProblem(value, rule);
        if (problem) this.refuse(`${name}[${index}]`, problem);
      }
    }
    return values;
  }

  /** The text or texts of a field, without a check. */
  strings(name: NameOf<M, string | readonly string[]>): readonly string[] {
    const value = (this.#value(name) ?? []) as string | readonly string[];
    return typeof value === 'string' ? [value] : value;
  }

  flag(name: NameOf<M, boolean>): boolean {
    return this.#value(name) === true;
  }

  integer(name: NameOf<M, number>, range: Range): number | undefined {
    const value = this.#value(name) as number | undefined;
    if (value === undefined) return undefined;
    if (!Number.isSafeInteger(value) || value < range.min || value > range.max) {
      this.refuse(name, `must be ${range.min} to ${range.max}`);
    }
    return value;
  }

  /** A name of an enum; the unspecified value and unknown numbers are refused. */
  choice<Name extends string>(name: NameOf<M, number>, names: ReadonlyMap<number, Name>): Name | undefined {
    const value = this.#value(name) as number | undefined;
    if (value === undefined) return undefined;
    const choice = names.get(value);
    if (choice === undefined) this.refuse(name, `must be one of ${[...names.values()].join(', ')}`);
    return choice;
  }

  /** A google.protobuf.Duration of whole milliseconds. */
  durationMs(name: NameOf<M, Duration>, range: Range): number | undefined {
    const value = this.#value(name) as { seconds?: number; nanos?: number } | undefined;
    if (value === undefined) return undefined;
    const { seconds = 0, nanos = 0 } = value;
    const ms = seconds * 1000 + nanos / 1e6;
    // The sum alone cannot show it: a nanosecond beside a year is lost in rounding.
    if (!Number.isSafeInteger(ms) || nanos % 1e6 !== 0) this.refuse(name, 'must be whole milliseconds');
    else if (nanos < 0 || nanos > 999_999_999 || ms < range.min || ms > range.max)
      this.refuse(name, `must be ${range.min / 1000} s to ${range.max / 1000} s`);
    return ms;
  }

  /** A google.protobuf.Timestamp, as ms since the epoch, finer parts cut off. */
  timestampMs(name: NameOf<M, Timestamp>): number | undefined {
    const value = this.#value(name) as { seconds?: number; nanos?: number } | undefined;
    if (value === undefined) return undefined;
    const { seconds = 0, nanos = 0 } = value;
    const ms = seconds * 1000 + Math.floor(nanos / 1e6);
    if (nanos < 0 || nanos > 999_999_999 || ms < 0 || ms > TIMESTAMP_MS_MAX || !Number.isSafeInteger(ms)) {
      this.refuse(name, 'must be a timestamp between 1970 and 9999');
      return 0;
    }
    return ms;
  }

  message<Name extends Names<M>>(name: Name): Fields<One<M[Name]> & object> | undefined {
    const value = this.#value(name);
    return value === undefined ? undefined : this.#below(name, value as Message);
  }

  /** A message that is known to be present, such as the given member of a oneof. */
  requiredMessage<Name extends Names<M>>(name: Name): Fields<One<M[Name]> & object> {
    const message = this.message(name);
    if (!message) throw new Error(`${name} is absent`);
    return message;
  }

  messages<Name extends Names<M>>(name: Name, count: Range): readonly Fields<One<M[Name]> & object>[] {
    const values = (this.#value(name) ?? []) as readonly Message[];
    if (values.length < count.min || values.length > count.max) {
      this.refuse(name, `has ${values.length} entries, ${count.min} to ${count.max} are allowed`);
      return [];
    }
    return values.map((value, index) => this.#below(`${name}[${index}]`, value));
  }

  #below<Below extends object>(name: string, message: Message): Fields<Below> {
    return new Fields<Below>(message, `${this.#path}${name}.`, this.#problems);
  }

  /** The given member of a oneof. More than one, which only a broken encoder sends, is refused. */
  oneOf<Name extends Names<M>>(group: string, names: readonly Name[]): Name | undefined {
    const given = names.filter((name) => this.has(name));
    if (given.length > 1) this.refuse(group, `only one of ${names.join(', ')} may be given`);
    return given[0];
  }

  /** The raw message of a field, for types with a separate decoder. */
  raw(name: Names<M>): Message | undefined {
    return this.#value(name) as Message | undefined;
  }
}

const TIMESTAMP_MS_MAX = 253_402_300_799_999;

export function textProblem(value: string, { bytesMax, emptyAllowed, kind }: TextRule): string | undefined {
  if (value === '') return emptyAllowed ? undefined : 'must not be empty';
  // Three bytes of UTF-8 at most for each UTF-16 unit: short strings are not measured.
  if (value.length * 3 > bytesMax && Buffer.byteLength(value) > bytesMax) return `must be at most ${bytesMax} bytes`;
  if (PRINTABLE_ASCII.test(value)) return undefined;
  if (!value.isWellFormed()) return 'must be valid UTF-8';
  if (kind === 'ascii') return 'must be printable ASCII';
  if (kind === 'id' && CONTROL.test(value)) return 'must not hold control characters';
  return undefined;
}
