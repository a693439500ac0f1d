// The value in force for every key: a stronger layer overrides a weaker one.

import { KEYS, type KeySpec, type KeyValue } from './keys.ts';
import { type Layer, valueAt } from './layers.ts';

interface Setting {
  /** Absent if the key is not set and its default depends on other keys. */
  readonly value: KeyValue | undefined;
  readonly origin: string;
  /** Where a relative path in the value starts. */
  readonly folder: string;
}

/** Typed access to settings whose types the schema has already checked. */
export class Settings {
  readonly #settings: ReadonlyMap<string, Setting>;

  /** @param layers  weakest first */
  constructor(layers: readonly Layer[], cwd: string) {
    this.#settings = new Map(KEYS.map((spec) => [spec.key, settle(spec, layers, cwd)]));
  }

  isSet(key: string): boolean {
    return this.#at(key).value !== undefined;
  }

  string(key: string): string {
    return this.#value(key, 'string') as string;
  }

  number(key: string): number {
    return this.#value(key, 'number') as number;
  }

  boolean(key: string): boolean {
    return this.#value(key, 'boolean') as boolean;
  }

  /** A list of maps as the schema describes them; empty if the key is not set. */
  list<Item>(key: string): readonly Item[] {
    return (this.#at(key).value ?? []) as readonly Item[];
  }

  value(key: string): KeyValue | undefined {
    return this.#at(key).value;
  }

  originOf(key: string): string {
    return this.#at(key).origin;
  }

  folderOf(key: string): string {
    return this.#at(key).folder;
  }

  #value(key: string, type: 'string' | 'number' | 'boolean'): KeyValue {
    const { value } = this.#at(key);
    if (typeof value !== type || value === undefined) throw new TypeError(`${key} is not a ${type}`);
    return value;
  }

  #at(key: string): Setting {
    const setting = this.#settings.get(key);
    if (setting === undefined) throw new TypeError(`${key} is not in the schema`);
    return setting;
  }
}

function settle(spec: KeySpec, layers: readonly Layer[], cwd: string): Setting {
  let setting: Setting = { value: spec.default, origin: 'default', folder: cwd };
  for (const layer of layers) {
    const value = valueAt(layer.tree, spec.path) as KeyValue | undefined;
    if (value !== undefined) setting = { value, origin: layer.originOf(spec.path), folder: layer.folder };
  }
  return setting;
}
