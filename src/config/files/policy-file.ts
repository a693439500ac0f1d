// Loads policy.yaml: YAML here, rules by the parser that is handed in, and a revision that names exactly these rules.

import { createHash } from 'node:crypto';
import { isAbsolute, relative } from 'node:path';
import { LIMITS } from '../../core/limits.ts';
import { OddNumber } from '../../core/policy/document.ts';
import { StartupError } from '../../host/startup-error.ts';
import { aboutPath, type DocumentPath } from './document-path.ts';
import { readYaml, type YamlSource, type YamlValue } from './yaml-source.ts';

export interface PolicyNote {
  readonly path: DocumentPath;
  readonly message: string;
}

/** Turns the plain document into rules. Total: whatever it is given, it answers with rules or with problems. */
export type PolicyParser<Rules> = (
  document: unknown,
) =>
  | { readonly policy: Rules; readonly warnings: readonly PolicyNote[] }
  | { readonly problems: readonly PolicyNote[] };

export interface LoadedPolicy<Rules> {
  readonly policy: Rules;
  /** SHA-256 in hex. Comments, key order and layout do not change it; anything a rule could depend on does. */
  readonly revision: string;
  /**
   * What the revision is the digest of: JSON without blanks, the keys of every object in order. Parsed again, it gives the same
   * rules.
   */
  readonly document: string;
  /** `policy.yaml:12: …`, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads, parses and names the policy at `path`.
 *
 * @throws StartupError when the file is missing, is not YAML, or is refused by the parser
 */
export function loadPolicy<Rules>(path: string, parse: PolicyParser<Rules>): LoadedPolicy<Rules> {
  const source = readYaml({ path, name: shownPath(path) });
  const parsed = parse(source.root);
  if ('problems' in parsed) throw new StartupError(lines(source, parsed.problems));
  const document = canonicalJson(source.root);
  if (Buffer.byteLength(document) > LIMITS.policyBytesMax) {
    throw new StartupError([
      `${source.name}: is larger than ${LIMITS.policyBytesMax} bytes with its aliases written out`,
    ]);
  }
  const revision = createHash('sha256').update(document).digest('hex');
  return { policy: parsed.policy, revision, document, warnings: lines(source, parsed.warnings) };
}

/** Short where the reader stands, complete elsewhere. */
function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

function lines(source: YamlSource, notes: readonly PolicyNote[]): string[] {
  return notes
    .map(({ path, message }) => ({
      line: source.lineOf(path),
      text: aboutPath(path, message),
    }))
    .sort((one, other) => one.line - other.line)
    .map(({ line, text }) => `${source.name}:${line}: ${text}`);
}

/** JSON without white space, the keys of every object in the order of their UTF-16 units. */
function canonicalJson(value: YamlValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof OddNumber) return `number(${JSON.stringify(value.text)})`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.keys(value).sort();
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`).join(',')}}`;
}
