// The keys of tollgate.yaml, read from its JSON Schema, which is the one place that names, types, bounds and describes them.

import { readFileSync } from 'node:fs';

/** A list is one of maps; what they hold, its key's own schema says. */
export type KeyValue = string | number | boolean | readonly unknown[];

export interface KeySpec {
  /** Dotted: `store.command_timeout_ms`. */
  readonly key: string;
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly description: string;
  /** Absent where the value is worked out from other keys. */
  readonly default?: KeyValue;
  readonly env: string;
  /** As commander writes it: `--store <url>`. */
  readonly flag?: string;
  /** The value may hold a password and is never shown as it was given. */
  readonly secret?: boolean;
}

interface SchemaNode extends Omit<KeySpec, 'key' | 'path' | 'type'> {
  readonly type: 'object' | KeySpec['type'];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

// WHY NOT an import with { type: 'json' }: Node 20 prints an ExperimentalWarning for it.
export const CONFIG_SCHEMA: SchemaNode = JSON.parse(
  readFileSync(new URL('./tollgate.schema.json', import.meta.url), 'utf8'),
);

/** Every key, in the schema's order. */
export const KEYS: readonly KeySpec[] = keysBelow(CONFIG_SCHEMA, []);

export const KEY_NAMES: readonly string[] = KEYS.map(({ key }) => key);

/** Turns the text of a variable or flag into the key's type. What does not fit stays text, for the schema to refuse. */
export function keyValueFromText({ type }: KeySpec, text: string): KeyValue {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'integer' && String(Number(text)) === text && Number.isSafeInteger(Number(text))) return Number(text);
  if (type === 'array') return listFromText(text);
  return text;
}

function listFromText(text: string): KeyValue {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : text;
  } catch {
    return text;
  }
}

function keysBelow(node: SchemaNode, path: readonly string[]): KeySpec[] {
  if (node.type !== 'object') return [{ ...node, type: node.type, key: path.join('.'), path }];
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => keysBelow(child, [...path, name]));
}
