// The policy: from a plain document to rules that every check looks up without parsing anything again.
// It must never guess: what is misspelt or malformed refuses the whole document, because half a policy is a weaker one.
import { type CommandRegistry, readCommands } from '../slash/command-registry.ts';
import { type PlatformPolicy, readPlatforms } from '../slash/slash-policy.ts';
import { readToolCatalogue, type ToolCatalogue } from '../tool/tool-catalogue.ts';
import type { ToolRule } from '../tool/tool-lookup.ts';
import {
  choiceOf,
  entriesOf,
  fieldsOf,
  idOf,
  itemsOf,
  type Notes,
  type Place,
  type Problem,
  problem,
  warn,
} from './document.ts';
import { principalWarning } from './never-matches.ts';

export type { PlatformPolicy, Problem, ToolRule };

export interface Policy extends ToolCatalogue {
  /** `session` leaves a tool that no rule lists to the session's grant. */
  readonly unlistedTools: 'session' | 'deny';
  /** Who has each privilege: principals. */
  readonly privileges: ReadonlyMap<string, ReadonlySet<string>>;
  /** Principals that may touch every user's storage. */
  readonly admins: ReadonlySet<string>;
  readonly platforms: ReadonlyMap<string, PlatformPolicy>;
  readonly unknownPlatform: 'deny' | 'allow';
  readonly commands: CommandRegistry;
  /** What is stored of tools that no rule speaks of: `compatible` their bodies, `minimal` their lengths. */
  readonly auditProfile: AuditProfile;
}

const AUDIT_PROFILES = ['compatible', 'minimal'] as const;
export type AuditProfile = (typeof AUDIT_PROFILES)[number];

const KEYS = [
  'tools',
  'unlisted_tools',
  'privileges',
  'admins',
  'platforms',
  'unknown_platform',
  'commands',
  'redaction',
  'audit',
] as const;

export type ParsedPolicy = { readonly policy: Policy; readonly warnings: Problem[] } | { readonly problems: Problem[] };

/**
 * Makes a policy of a plain document: maps, lists, texts, numbers, booleans, nulls. Total; an empty document is a
 * policy too.
 *
 * @returns the policy and what its author should know, or everything that is wrong with it
 */
export function parsePolicy(document: unknown): ParsedPolicy {
  const steps = parsePolicyInSteps(document);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in steps of a few milliseconds, for whoever must do other things between them. */
export function* parsePolicyInSteps(document: unknown): Generator<undefined, ParsedPolicy> {
  const notes: Notes = { problems: [], warnings: [] };
  const root = fieldsOf({ value: document ?? {}, path: [], notes }, KEYS);
  const commands = readCommands(root.get('commands'));
  const privileges = readPrivileges(root.get('privileges'));
  yield;
  const policy: Policy = {
    ...(yield* readToolCatalogue({ tools: root.get('tools'), redaction: root.get('redaction') }, privileges)),
    unlistedTools: choiceOf(root.get('unlisted_tools'), ['session', 'deny']) ?? 'session',
    privileges,
    admins: readPrincipals(root.get('admins')),
    platforms: readPlatforms(root.get('platforms'), root.has('commands') ? commands : undefined),
    unknownPlatform: choiceOf(root.get('unknown_platform'), ['deny', 'allow']) ?? 'deny',
    commands,
    auditProfile: readAuditProfile(root.get('audit'), root.get('tools')),
  };
  return notes.problems.length > 0 ? { problems: notes.problems } : { policy, warnings: notes.warnings };
}

/** The rule that counts for a tool that the policy lists. Names are compared byte by byte. */
export function findTool(policy: Policy, name: string): ToolRule | undefined {
  const found = policy.tools(name);
  return found.kind === 'listed' ? found.rule : undefined;
}

/** Who lists tools has thought of what they carry; what such a policy does not open is not stored. */
function readAuditProfile(audit: Place | undefined, tools: Place | undefined): AuditProfile {
  const stated = choiceOf(fieldsOf(audit, ['profile']).get('profile'), AUDIT_PROFILES);
  return stated ?? (entriesOf(tools).length > 0 ? 'minimal' : 'compatible');
}

function readPrivileges(place: Place | undefined): ReadonlyMap<string, ReadonlySet<string>> {
  const privileges = new Map<string, ReadonlySet<string>>();
  for (const [name, holders] of entriesOf(place)) {
    if (name === '') problem(holders, 'a privilege must have a name');
    const principals = readPrincipals(holders);
    if (principals.size === 0) warn(holders, 'nobody holds this privilege');
    privileges.set(name, principals);
  }
  return privileges;
}

function readPrincipals(place: Place | undefined): ReadonlySet<string> {
  const principals = new Set<string>();
  for (const item of itemsOf(place)) {
    const principal = idOf(item);
    if (principal === undefined) continue;
    const odd = principalWarning(principal);
    if (odd !== undefined) warn(item, odd);
    principals.add(principal);
  }
  return principals;
}
