// Reads one YAML file into plain data and remembers on which line everything stands.
// It must never change what the author wrote: ids keep all their digits, and a key such as `__proto__` is a key like any other.
// Error lines name keys and never quote a value, because the line that does not parse may be the one with the password.

import { readFileSync, statSync } from 'node:fs';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { OddNumber } from '../../core/policy/document.ts';
import { StartupError } from '../../host/startup-error.ts';
import { aboutPath, type DocumentPath } from './document-path.ts';

export type YamlValue = string | number | bigint | OddNumber | boolean | null | YamlValue[] | YamlMap;

/** Has no prototype: every property is the author's. */
export interface YamlMap {
  [key: string]: YamlValue;
}

export interface YamlSource {
  /** How error lines call the file. */
  readonly name: string;
  readonly root: YamlMap;
  /** The line, from 1, of the entry at `path`, or of the innermost one around it that exists. */
  lineOf(path: DocumentPath): number;
}

const FILE_BYTES_MAX = 1024 * 1024;
const DEPTH_MAX = 32;
/** Aliases followed in one file. Small, because aliases of aliases multiply. */
const ALIASES_MAX = 100;

/**
 * Reads and parses the file at `path`.
 *
 * @throws StartupError when it is missing, unreadable, too large or not one YAML map
 */
export function readYaml({ path, name }: { path: string; name: string }): YamlSource {
  return parseYaml({ text: readText(path, name), name });
}

/**
 * Parses YAML 1.2 (core schema) without merge keys and tags. A value keeps the type that it has in the file: a whole number in
 * plain digits is a number, or a bigint where a number would not hold it; any other number that JavaScript would not print
 * as it is written is an {@link OddNumber}. None of them ever becomes text.
 *
 * @throws StartupError with every syntax error, or with everything in the tree that is refused
 */
export function parseYaml({ text, name }: { text: string; name: string }): YamlSource {
  const lines = new LineCounter();
  const document = parseTree(text, lines, name);
  const lineAt = (offset: number) => lines.linePos(offset).line;

  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0) {
    throw new StartupError(syntax.map((error) => `${name}:${lineAt(error.pos[0])}: ${inOurWords(error)}`));
  }
  if (document.contents === null) throw new StartupError([`${name}: is empty; write {} for an empty map`]);
  if (!isMap(document.contents)) throw new StartupError([`${name}:1: the outermost value must be a map of keys`]);

  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node);
  const { root, problems } = plainTree(document.contents, resolve);
  const described = problems.map(({ offset, message }) => `${name}:${lineAt(offset)}: ${message}`);
  if (described.length > 0) throw new StartupError(described);
  const contents = document.contents;
  return { name, root, lineOf: (path) => lineAt(offsetOf(contents, path, resolve)) };
}

function readText(path: string, name: string): string {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) throw new StartupError([tooLarge(name)]);
    const bytes = readFileSync(path);
    if (bytes.length > FILE_BYTES_MAX) throw new StartupError([tooLarge(name)]);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    if (error instanceof TypeError) throw new StartupError([`${name}: is not valid UTF-8`]);
    throw new StartupError([`${name}: ${unreadable(error)}`]);
  }
}

const tooLarge = (name: string) => `${name}: is larger than ${FILE_BYTES_MAX} bytes`;

function unreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EACCES') return 'may not be read by this user';
  return `cannot be read (${code ?? 'unknown error'})`;
}

function parseTree(text: string, lineCounter: LineCounter, name: string) {
  try {
    return parseDocument(text, {
      lineCounter,
      // Named, so that a `%YAML 1.1` line cannot turn `no` into false and `010` into 8.
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      prettyErrors: false,
      // WHY NOT uniqueKeys: true: it compares values, so that `1` and `"1"` pass, and it compares every pair.
      uniqueKeys: false,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new StartupError([`${name}: is nested too deeply`]);
    throw error;
  }
}

function inOurWords({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, and only one is read';
  return message.replace(/: ".*$/s, '');
}

interface TreeProblem {
  readonly offset: number;
  readonly message: string;
}

type Resolve = (node: unknown) => unknown;

function plainTree(contents: YAMLMap, resolve: Resolve): { root: YamlMap; problems: TreeProblem[] } {
  const problems: TreeProblem[] = [];
  const refuse = (node: unknown, message: string) => {
    problems.push({ offset: startOf(node), message });
    return null;
  };
  let aliasesLeft = ALIASES_MAX;

  function plain(node: unknown, path: DocumentPath): YamlValue {
    if (path.length > DEPTH_MAX)
      return refuse(node, aboutPath(path.slice(0, 1), `is nested more than ${DEPTH_MAX} levels deep`));
    if (isAlias(node)) return plainAlias(node, path);
    if (hasTag(node))
      return refuse(node, aboutPath(path, 'has a tag, which is not read: write the value plainly, or text in quotes'));
    if (isMap(node)) return plainMap(node, path);
    if (isSeq(node)) return node.items.map((item, index) => plain(item, [...path, index]));
    return isScalar(node) ? plainScalar(node) : null;
  }

  function plainAlias(node: Node, path: DocumentPath): YamlValue {
    if (aliasesLeft < 0) return null;
    aliasesLeft -= 1;
    if (aliasesLeft < 0) return refuse(node, aboutPath(path, `the file follows more than ${ALIASES_MAX} aliases`));
    const target = resolve(node);
    return target === undefined
      ? refuse(node, aboutPath(path, 'the alias has no anchor before it'))
      : plain(target, path);
  }

  function plainMap(node: YAMLMap, path: DocumentPath): YamlMap {
    const map: YamlMap = Object.create(null);
    for (const { key, value } of node.items) {
      const name = keyText(key);
      if (isMergeKey(key)) refuse(key, aboutPath(path, '`<<` merges nothing: write the keys out'));
      else if (name === undefined)
        refuse(key ?? value ?? node, aboutPath(path, 'a key must be a plain word or a string'));
      else if (Object.hasOwn(map, name)) refuse(key, aboutPath([...path, name], 'the key is given twice'));
      else map[name] = plain(value, [...path, name]);
    }
    return map;
  }

  return { root: plainMap(contents, []), problems };
}

const PLAIN_INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
const PLAIN_FRACTION = /^-?(?:0|[1-9][0-9]*)\.[0-9]+$/;

/** INVARIANT: a number leaves here only if it is what its author wrote: plain digits, or plain digits with a fraction. */
function plainScalar({ value, source }: Scalar): YamlValue {
  if (typeof value !== 'number') return value as string | boolean | null;
  const text = source ?? String(value);
  if (PLAIN_INTEGER.test(text)) return Number.isSafeInteger(value) ? value : BigInt(text);
  return PLAIN_FRACTION.test(text) && !Number.isInteger(value) ? value : new OddNumber(text);
}

function hasTag(node: unknown): boolean {
  return (node as Partial<Node> | null)?.tag !== undefined;
}

/** In quotes it is a key like any other. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null || hasTag(key)) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

function offsetOf(contents: YAMLMap, path: DocumentPath, resolve: Resolve): number {
  let node: unknown = contents;
  let offset = startOf(contents);
  for (const segment of path) {
    const parent = resolve(node);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => keyText(key) === String(segment));
      if (pair === undefined) break;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(parent) && typeof segment === 'number' && segment < parent.items.length) {
      node = parent.items[segment];
      offset = startOf(node);
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
