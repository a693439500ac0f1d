// google.protobuf.Struct to JSON text and back. Payloads travel through the product as JSON text.
import type { Message } from './codec.ts';

/**
 * Deeper payloads are refused. A level of JSON is two nested messages, and protobuf libraries allow about a hundred: a stored
 * payload must fit into every response that holds it, or one run's inputs would break the list of all runs.
 */
const NESTING_MAX = 32;

/**
 * The JSON text of a decoded Struct.
 *
 * @returns undefined if JSON cannot express it: invalid UTF-8, NaN, an infinity, too deep nesting
 */
export function jsonOfStruct(struct: Message): string | undefined {
  const object = objectOf(struct, NESTING_MAX);
  return object === INVALID ? undefined : JSON.stringify(object);
}

const INVALID = Symbol('invalid');

function objectOf(struct: Message, nesting: number): object | typeof INVALID {
  // Callers choose the keys: in an object without a prototype, `__proto__` is an ordinary key.
  const object: Record<string, unknown> = Object.create(null);
  const fields = (Object.hasOwn(struct, 'fields') ? struct.fields : {}) as Record<string, Message | null>;
  // A client may write the same map in another order each time.
  for (const key of Object.keys(fields).sort()) {
    // An entry without a value has the empty value.
    const value = jsonValueOf(fields[key] ?? {}, nesting - 1);
    if (value === INVALID || !key.isWellFormed()) return INVALID;
    object[key] = value;
  }
  return object;
}

function jsonValueOf(value: Message, nesting: number): unknown {
  if (nesting < 0) return INVALID;
  if (Object.hasOwn(value, 'stringValue')) {
    const text = value.stringValue as string;
    return text.isWellFormed() ? text : INVALID;
  }
  if (Object.hasOwn(value, 'numberValue')) {
    return Number.isFinite(value.numberValue) ? value.numberValue : INVALID;
  }
  if (Object.hasOwn(value, 'boolValue')) return value.boolValue;
  if (Object.hasOwn(value, 'structValue')) return objectOf(value.structValue as Message, nesting);
  if (Object.hasOwn(value, 'listValue')) {
    const list = value.listValue as Message;
    const values = (Object.hasOwn(list, 'values') ? list.values : []) as Message[];
    const items = values.map((item) => jsonValueOf(item, nesting - 1));
    return items.includes(INVALID) ? INVALID : items;
  }
  return null;
}

/** The Struct message of the JSON text of an object. */
export function structOfJson(json: string): object {
  return structOf(JSON.parse(json));
}

function structOf(object: Record<string, unknown>): object {
  const fields: Record<string, object> = Object.create(null);
  for (const [key, value] of Object.entries(object)) fields[key] = messageOf(value);
  return { fields };
}

function messageOf(value: unknown): object {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(messageOf) } };
  return { structValue: structOf(value as Record<string, unknown>) };
}
