// The places where a key can be set, each read into the same form: a tree of values, and for each key where it came from.

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { didYouMean, nearest } from '../core/policy/nearest.ts';
import { StartupError } from '../host/startup-error.ts';
import type { DocumentPath } from './files/document-path.ts';
import { readYaml, type YamlMap, type YamlValue } from './files/yaml-source.ts';
import { type ConfigFlags, KEY_FLAGS } from './flags.ts';
import { KEY_NAMES, KEYS, type KeySpec, keyValueFromText } from './keys.ts';
import { type ShapeProblem, shapeProblems } from './shape.ts';

export interface Layer {
  readonly tree: YamlMap;
  /** `file tollgate.yaml:12`, `env TOLLGATE_STORE_URL`, `flag --store`. */
  originOf(path: DocumentPath): string;
  /** Where relative paths of this layer start. */
  readonly folder: string;
  readonly problems: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const ENV_PREFIX = 'TOLLGATE_';
const CONFIG_ENV = 'TOLLGATE_CONFIG';
/** Read by commands that ask a server. It is not a key, because a server does not use it. */
export const TOKEN_FILE_ENV = 'TOLLGATE_TOKEN_FILE';
const NO_KEYS: readonly string[] = [CONFIG_ENV, TOKEN_FILE_ENV];
const CONFIG_FILE_DEFAULT = 'tollgate.yaml';

/** How an error line names a place: a file needs no word before it. */
export function placeText(origin: string): string {
  return origin.replace(/^file /, '');
}

/** The configuration file; undefined if none is named and the working directory has none. */
export function fileLayer(input: { flags: ConfigFlags; env: Environment; cwd: string }): Layer | undefined {
  const { name, origin } = configFile(input.flags, input.env);
  const path = resolve(input.cwd, name);
  const layer = { tree: emptyTree(), folder: dirname(path), originOf: () => `file ${name}` };
  if (name === '') return { ...layer, problems: [`${origin}: is empty; unset it or name a file`] };
  if (origin === undefined && !existsSync(path)) return undefined;
  try {
    const { root, lineOf } = readYaml({ path, name });
    const problems = shapeProblems(root).sort((one, other) => lineOf(one.path) - lineOf(other.path));
    return checked({ ...layer, tree: root, originOf: (at) => `file ${name}:${lineOf(at)}` }, problems);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    const named = origin === undefined ? '' : ` (${origin})`;
    return { ...layer, problems: error.problems.map((problem) => `${problem}${named}`) };
  }
}

function configFile(flags: ConfigFlags, env: Environment): { name: string; origin?: string } {
  if (flags.config !== undefined) return { name: flags.config, origin: 'flag --config' };
  const named = env[CONFIG_ENV];
  return named === undefined ? { name: CONFIG_FILE_DEFAULT } : { name: named, origin: `env ${CONFIG_ENV}` };
}

/** The TOLLGATE_* variables. One that nothing reads is a problem, since it is most likely a misspelt one. */
export function envLayer({ env, cwd }: { env: Environment; cwd: string }): Layer {
  const tree = emptyTree();
  const problems: string[] = [];
  const specOf = new Map(KEYS.map((spec) => [spec.env, spec]));
  for (const [name, text] of Object.entries(env).sort()) {
    if (!name.startsWith(ENV_PREFIX) || NO_KEYS.includes(name) || text === undefined) continue;
    const spec = specOf.get(name);
    if (spec !== undefined && text === '') problems.push(`env ${name}: is empty; unset it or give it a value`);
    else if (spec !== undefined) put(tree, spec, text);
    else if (!isServiceLink(name, text)) {
      problems.push(`env ${name}: unknown variable${didYouMean(nearest(name, [...specOf.keys(), ...NO_KEYS]))}`);
    }
  }
  const originOf = (path: DocumentPath) => `env ${specAt(path)?.env}`;
  return checked({ tree, originOf, folder: cwd, problems }, shapeProblems(tree));
}

/**
 * Kubernetes gives every pod the addresses of the namespace's services, so a service called `tollgate` or `tollgate-redis`
 * puts variables with our prefix into the environment of a server that never asked for them.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
function isServiceLink(name: string, text: string): boolean {
  const byName = /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
  return byName.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text));
}

/** The command line: the flags that stand for one key, and --set. A key given by both is a problem. */
export function flagLayer({ flags, cwd }: { flags: ConfigFlags; cwd: string }): Layer {
  const tree = emptyTree();
  const problems: string[] = [];
  const originOf = new Map<string, string>();
  const give = (spec: KeySpec, flag: string, text: string) => {
    if (originOf.has(spec.key)) problems.push(`flag ${flag}: ${spec.key} is given twice on the command line`);
    originOf.set(spec.key, `flag ${flag}`);
    put(tree, spec, text);
  };

  const given = flags as Readonly<Record<string, string | undefined>>;
  for (const { option, spec } of KEY_FLAGS) {
    const text = given[option.attributeName()];
    if (text !== undefined) give(spec, option.long!, text);
  }
  for (const assignment of flags.set ?? []) {
    const [, key, text] = /^([^=]*)=(.*)$/s.exec(assignment) ?? [];
    const spec = KEYS.find((known) => known.key === key);
    if (key === undefined || text === undefined) problems.push('flag --set: must be key=value');
    else if (spec !== undefined) give(spec, '--set', text);
    else problems.push(`flag --set: unknown key \`${key}\`${didYouMean(nearest(key, KEY_NAMES))}`);
  }
  const layer = {
    tree,
    folder: cwd,
    problems,
    originOf: (path: DocumentPath) => originOf.get(specAt(path)?.key ?? '') ?? 'flag',
  };
  return checked(layer, shapeProblems(tree));
}

function checked(
  layer: Omit<Layer, 'problems'> & { problems?: readonly string[] },
  found: readonly ShapeProblem[],
): Layer {
  const described = found.map(({ path, message }) => `${placeText(layer.originOf(path))}: ${message}`);
  return { ...layer, problems: [...(layer.problems ?? []), ...described] };
}

/** The key whose value, or an entry of whose list, is at a path. */
function specAt(path: DocumentPath): KeySpec | undefined {
  return KEYS.find((spec) => spec.path.every((name, depth) => path[depth] === name));
}

function emptyTree(): YamlMap {
  return Object.create(null);
}

function put(tree: YamlMap, spec: KeySpec, text: string): void {
  let parent = tree;
  for (const name of spec.path.slice(0, -1)) {
    parent[name] ??= emptyTree();
    parent = parent[name] as YamlMap;
  }
  parent[spec.path.at(-1)!] = keyValueFromText(spec, text) as YamlValue;
}

/** The value at `path`, or undefined where the tree does not reach. */
export function valueAt(tree: YamlMap, path: readonly string[]): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>((node, name) => (node as YamlMap | undefined)?.[name], tree);
}
