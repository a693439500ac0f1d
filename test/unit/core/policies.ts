// Policies for tests, by way of the parser: what it refuses no test can rest on.
import { type Policy, type Problem, parsePolicy } from '../../../src/core/policy/policy.ts';

/** @throws when the document is refused */
export function policyOf(document: unknown): Policy {
  const parsed = parsePolicy(document);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

export function problemsOf(document: unknown): string[] {
  const parsed = parsePolicy(document);
  return 'problems' in parsed ? parsed.problems.map(line) : [];
}

export function warningsOf(document: unknown): string[] {
  const parsed = parsePolicy(document);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.warnings.map(line);
}

function line({ path, message }: Problem): string {
  return `${path.join('.')}: ${message}`;
}
