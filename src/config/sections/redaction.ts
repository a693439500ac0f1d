// Redaction: the operator's patterns, the file of known values, and the key that run memory is kept under.
import { join } from 'node:path';
import { type NamedPattern, patternProblem } from '../../redaction/operator-rules.ts';
import type { Places } from '../places.ts';

export interface RedactionConfig {
  readonly patterns: readonly NamedPattern[];
  readonly knownValuesFile: string | undefined;
  readonly keyFile: string;
  /** The configuration names no key file, so a server may create one. */
  readonly mayCreateKey: boolean;
}

/** Reads the section `redaction`. */
export function interpretRedaction(places: Places, dataDir: string): RedactionConfig {
  const patterns = places.settings.list<NamedPattern>('redaction.patterns');
  for (const [index, { name, pattern }] of patterns.entries()) {
    const isTwice = patterns.findIndex((one) => one.name === name) < index;
    const problem = isTwice ? 'has the same name as an earlier entry' : patternProblem(pattern);
    if (problem !== undefined) places.refuse(`redaction.patterns[${index}] (${name})`, problem, 'redaction.patterns');
  }
  const keyFile = places.pathIfSet('redaction.key_file');
  return {
    patterns,
    knownValuesFile: places.pathIfSet('redaction.known_values_file'),
    keyFile: keyFile ?? join(dataDir, 'redaction.key'),
    mayCreateKey: keyFile === undefined,
  };
}

/** The values of these keys as they are in force. */
export function redactionSources({ patterns, knownValuesFile, keyFile }: RedactionConfig): [string, string][] {
  return [
    ['redaction.patterns', JSON.stringify(patterns)],
    ['redaction.known_values_file', knownValuesFile ?? ''],
    ['redaction.key_file', keyFile],
  ];
}
