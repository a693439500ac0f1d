// The commands that a policy knows by name. An alias and its name are one command, whichever a user types.
import { fieldsOf, itemsOf, nameOf, type Place, problem, warn } from '../policy/document.ts';

/** Open to everyone wherever commands are gated: a user must be able to ask what is possible, and as whom. */
export const FLOOR = ['help', 'whoami'] as const;

export function isFloor(canonical: string): boolean {
  return canonical === FLOOR[0] || canonical === FLOOR[1];
}

/** Name or alias, lower-cased, to canonical name. */
export type CommandRegistry = ReadonlyMap<string, string>;

/** Reads `commands`; an absent list is an empty registry, in which every word is its own canonical name. */
export function readCommands(place: Place | undefined): CommandRegistry {
  const registry = new Map<string, string>();
  for (const item of itemsOf(place)) {
    const fields = fieldsOf(item, ['name', 'aliases']);
    const name = fields.get('name');
    if (name === undefined) {
      problem(item, 'must have a `name`');
      continue;
    }
    const canonical = add(registry, name, undefined);
    if (canonical === undefined) continue;
    for (const alias of itemsOf(fields.get('aliases'))) add(registry, alias, canonical);
  }
  return registry;
}

/** A character that a command's word never holds, so that a name with one could never be typed. */
export const NEVER_IN_A_COMMAND = /[\p{White_Space}/@]/u;

function add(registry: Map<string, string>, place: Place, aliasOf: string | undefined): string | undefined {
  const name = nameOf(place)?.toLowerCase();
  if (name === undefined) return undefined;
  if (NEVER_IN_A_COMMAND.test(name)) return problem(place, 'a command holds no blank, no `/` and no `@`');
  const taken = registry.get(name);
  if (taken !== undefined) return problem(place, `\`${name}\` is given already, for \`${taken}\``);
  registry.set(name, aliasOf ?? name);
  if (aliasOf !== undefined && isFloor(name)) {
    warn(place, `\`${name}\` becomes \`${aliasOf}\`, so it is no longer open to everyone`);
  }
  return name;
}
