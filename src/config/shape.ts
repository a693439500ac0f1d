// Holds a tree of configuration against the schema and says in plain words what does not fit.

import { Ajv, type ErrorObject } from 'ajv';
import { OddNumber } from '../core/policy/document.ts';
import { didYouMean, nearest } from '../core/policy/nearest.ts';
import { aboutPath, type DocumentPath, pathText } from './files/document-path.ts';
import { CONFIG_SCHEMA, KEY_NAMES, KEYS } from './keys.ts';

export interface ShapeProblem {
  readonly path: DocumentPath;
  /** Names the key and says what is wrong with it. */
  readonly message: string;
}

const ajv = new Ajv({ allErrors: true, verbose: true });
ajv.addVocabulary(['env', 'flag', 'unit', 'derived', 'secret', 'form']);
const validate = ajv.compile(CONFIG_SCHEMA);

/** Unknown keys, wrong types and values out of range, all of them. A value is quoted only where it cannot be a secret. */
export function shapeProblems(tree: unknown): ShapeProblem[] {
  return validate(tree) ? [] : (validate.errors ?? []).map(shapeProblem);
}

function shapeProblem(error: ErrorObject): ShapeProblem {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (error.data instanceof OddNumber && error.keyword === 'additionalProperties') {
    return { path, message: aboutPath(path, 'must be a map of keys') };
  }
  if (error.keyword !== 'additionalProperties') return { path, message: aboutPath(path, misfit(error)) };
  const unknown = [...path, String(error.params.additionalProperty)];
  return { path: unknown, message: `unknown key \`${pathText(unknown)}\`${suggestKey(unknown)}` };
}

function misfit({ keyword, params, parentSchema, data, message }: ErrorObject): string {
  if (data === null) return 'has no value; remove the key or give it one';
  switch (keyword) {
    case 'type':
      return `must be ${TYPE_NAMES[String(params.type)] ?? params.type}`;
    case 'enum':
      return `must be one of ${params.allowedValues.join(', ')}`;
    case 'minimum':
    case 'maximum': {
      const unit = parentSchema?.unit === undefined ? '' : ` ${parentSchema.unit}`;
      return `must be between ${parentSchema?.minimum} and ${parentSchema?.maximum}${unit}, not ${data}`;
    }
    case 'minLength':
    case 'minItems':
      return 'must not be empty';
    case 'maxItems':
      return `must have at most ${params.limit} entries`;
    case 'required':
      return `needs \`${params.missingProperty}\``;
    case 'pattern':
      return String(parentSchema?.form ?? message);
    case 'maxLength':
      return `must have at most ${params.limit} characters`;
    default:
      return message ?? 'is not valid';
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a map of keys',
  string: 'a string',
  integer: 'a whole number, written plainly',
  boolean: 'true or false',
  array: 'a list',
};

/** Neighbours first; then every key, for a `log_level` that stands in the wrong place. */
function suggestKey(path: DocumentPath): string {
  const unknown = path.map(String);
  const parent = unknown.slice(0, -1);
  const below = KEYS.filter(({ path }) => parent.every((name, depth) => path[depth] === name));
  const neighbour = nearest(unknown.at(-1)!, new Set(below.flatMap(({ path }) => path[parent.length] ?? [])));
  const found = neighbour === undefined ? nearest(unknown.join('.'), KEY_NAMES) : [...parent, neighbour].join('.');
  return didYouMean(found);
}

/** Places in lists are numbers; no key of the configuration is. */
function unescapePointer(segment: string): string | number {
  if (/^[0-9]+$/.test(segment)) return Number(segment);
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
