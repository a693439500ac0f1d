// Holds a policy to its JSON Schema, which editors and the reference read, too. Core's own parser says more exactly what is wrong, so
// it speaks first; the schema is the second opinion that keeps the two from drifting apart.
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { type Policy, parsePolicy } from '../../core/policy/policy.ts';
import type { PolicyNote, PolicyParser } from './policy-file.ts';

const POLICY_SCHEMA = JSON.parse(readFileSync(new URL('./policy.schema.json', import.meta.url), 'utf8'));

const validate = new Ajv({ allErrors: true, strict: false }).compile(POLICY_SCHEMA);

/** Makes a policy of a plain document that both core and the schema accept. */
export const checkedPolicy: PolicyParser<Policy> = (document) => {
  const parsed = parsePolicy(document);
  if ('problems' in parsed) return parsed;
  const problems = policyShapeProblems(document);
  return problems.length > 0 ? { problems } : parsed;
};

/** What the schema refuses in a document, by place. */
export function policyShapeProblems(document: unknown): readonly PolicyNote[] {
  if (validate(plain(document ?? {}))) return [];
  return (validate.errors ?? []).map((error) => ({ path: pathOf(error), message: error.message ?? 'is not valid' }));
}

function pathOf({ instancePath }: ErrorObject): readonly (string | number)[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}

/** Integers that a number cannot hold are integers all the same. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return 0;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, plain(below)]));
}
