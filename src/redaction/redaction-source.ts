// The rules in force: those of the configuration, and the known values, whose file is followed. A file that cannot be used never
// replaces one that could.

import type { RedactionRules } from '../core/redaction/scanner.ts';
import { FileWatch } from '../host/file-watch.ts';
import { StartupError } from '../host/startup-error.ts';
import { readKnownValues } from './known-values-file.ts';
import { openMemoryKey } from './memory-key.ts';
import { compileRules, type NamedPattern, type RedactionData } from './operator-rules.ts';

export interface RedactionConfig {
  readonly patterns: readonly NamedPattern[];
  readonly knownValuesFile: string | undefined;
  readonly keyFile: string;
  /** The configuration does not name the key file, so the server may create it. */
  readonly mayCreateKey: boolean;
}

/** Reads the files that a configuration names, and makes none. @throws StartupError in one line, as a server would */
export function checkRedactionFiles({ knownValuesFile, keyFile, mayCreateKey }: RedactionConfig): void {
  if (knownValuesFile !== undefined) readKnownValues(knownValuesFile);
  if (!mayCreateKey) openMemoryKey({ file: keyFile, mayCreate: false });
}

/** The outcome of a changed file: how many values are in force now, or why the file cannot be used. */
export type RedactionReload = { readonly values: number } | { readonly problem: StartupError };

export class RedactionSource {
  readonly #watch: FileWatch<readonly string[] | StartupError> | undefined;
  #data: RedactionData;
  #rules: RedactionRules;

  /** @throws StartupError in one line, when a file cannot be used as it is */
  constructor(config: RedactionConfig, onReload: (reload: RedactionReload) => void) {
    const { patterns, knownValuesFile: file, keyFile, mayCreateKey } = config;
    this.#watch = file === undefined ? undefined : watched(file, (loaded) => this.#take(loaded, onReload));
    const memoryKey = openMemoryKey({ file: keyFile, mayCreate: mayCreateKey });
    this.#data = { patterns, knownValues: file === undefined ? [] : readKnownValues(file), memoryKey };
    this.#rules = compileRules(this.#data);
  }

  get rules(): RedactionRules {
    return this.#rules;
  }

  /** What {@link rules} are made of, for a thread that makes its own. Another object whenever they change. */
  get data(): RedactionData {
    return this.#data;
  }

  /** Follows changes of the file until {@link close}. */
  follow(): void {
    this.#watch?.start();
  }

  /** Stops following the file; the rules in force stay. */
  close(): void {
    this.#watch?.close();
  }

  #take(loaded: readonly string[] | StartupError, onReload: (reload: RedactionReload) => void): void {
    if (loaded instanceof StartupError) {
      onReload({ problem: loaded });
      return;
    }
    this.#data = { ...this.#data, knownValues: loaded };
    this.#rules = compileRules(this.#data);
    onReload({ values: loaded.length });
  }
}

function watched(file: string, onChange: (loaded: readonly string[] | StartupError) => void) {
  const load = () => {
    try {
      return readKnownValues(file);
    } catch (error) {
      if (error instanceof StartupError) return error;
      throw error;
    }
  };
  return new FileWatch({ paths: [file], load, onChange });
}
