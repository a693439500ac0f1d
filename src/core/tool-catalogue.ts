// What a policy says about tools: who may call them, how sensitive they are, and whose bodies must never be stored.
import { booleanOf, choiceOf, entriesOf, fieldsOf, itemsOf, nameOf, type Place, problem, warn } from './document.ts';
import { didYouMean, nearest } from './nearest.ts';
import { SENSITIVITIES, type SensitivityLevel } from './session.ts';
import { compilePatterns, type Patterns, patternProblem } from './tool-pattern.ts';

export interface ToolRule {
  /** Privileges, all of which a caller must have. */
  readonly requires: readonly string[];
  readonly sensitivity: SensitivityLevel | undefined;
}

/** By lower-cased names: a secret must not leak because a runner spells a tool in capitals. */
export interface SecretTools {
  /** Built in, or named under `redaction`: nothing in `tools` makes them less secret. */
  readonly always: Patterns<true>;
  /** What `tools` states; an entry that says nothing of secrecy leaves the word to a shorter prefix. */
  readonly stated: Patterns<boolean>;
}

/** Tools whose arguments and results carry credentials or other people's content wherever they are used. */
const BUILT_IN_SECRET_TOOLS = ['mcp_call', 'email_send', 'http_*', 'webhook_*'];

export interface ToolCatalogue {
  readonly tools: Patterns<ToolRule>;
  readonly secretTools: SecretTools;
}

/**
 * Reads `tools` and `redaction`.
 *
 * @param privileges  those that somebody may hold; a tool that requires another is worth a warning
 */
export function readToolCatalogue(
  { tools, redaction }: { tools: Place | undefined; redaction: Place | undefined },
  privileges: ReadonlyMap<string, ReadonlySet<string>>,
): ToolCatalogue {
  const rules = new Map<string, ToolRule>();
  const stated = new Map<string, boolean>();
  for (const [pattern, place] of entriesOf(tools)) {
    checkPattern(pattern, place);
    const fields = fieldsOf(place, ['requires', 'sensitivity', 'secret']);
    const sensitivity = choiceOf(fields.get('sensitivity'), SENSITIVITIES);
    rules.set(pattern, {
      requires: readRequires(fields.get('requires'), privileges),
      sensitivity: sensitivity && (SENSITIVITIES.indexOf(sensitivity) as SensitivityLevel),
    });
    const secret = booleanOf(fields.get('secret'));
    const folded = pattern.toLowerCase();
    if (secret !== undefined) stated.set(folded, secret || stated.get(folded) === true);
  }
  return {
    tools: compilePatterns(rules),
    secretTools: { always: readAlwaysSecret(redaction), stated: compilePatterns(stated) },
  };
}

function readRequires(
  place: Place | undefined,
  privileges: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const requires: string[] = [];
  for (const item of itemsOf(place)) {
    const privilege = nameOf(item);
    if (privilege === undefined) continue;
    requires.push(privilege);
    if (privileges.get(privilege)?.size) continue;
    const suggestion = privileges.has(privilege) ? '' : didYouMean(nearest(privilege, privileges.keys()));
    warn(item, `nobody has the privilege \`${privilege}\`, so nobody may call this tool${suggestion}`);
  }
  return requires;
}

function readAlwaysSecret(redaction: Place | undefined): Patterns<true> {
  const patterns = [...BUILT_IN_SECRET_TOOLS];
  for (const item of itemsOf(fieldsOf(redaction, ['secret_tools']).get('secret_tools'))) {
    const pattern = nameOf(item);
    if (pattern === undefined) continue;
    checkPattern(pattern, item);
    patterns.push(pattern.toLowerCase());
  }
  return compilePatterns(patterns.map((pattern) => [pattern, true] as const));
}

function checkPattern(pattern: string, place: Place): void {
  const found = patternProblem(pattern);
  if (found !== undefined) problem(place, found);
}
