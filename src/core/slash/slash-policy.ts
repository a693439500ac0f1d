// Who may run which command on a platform, as the policy's four lists say it, in direct chats and in groups.

import { entriesOf, fieldsOf, integerDigits, kindOf, type Place, problem, warn } from '../policy/document.ts';
import { didYouMean, nearest } from '../policy/nearest.ts';
import { commandWarning, userIdWarning } from '../policy/never-matches.ts';
import { isBlank, trimBlank } from '../text.ts';
import { type CommandRegistry, isFloor, NEVER_IN_A_COMMAND } from './command-registry.ts';

export type SlashScope = 'dm' | 'group' | 'ambiguous';

/** What holds in one scope. */
export interface SlashAccess {
  readonly scope: SlashScope;
  /** Whether anything is compared at all: a scope without admins is open to everyone. */
  readonly gated: boolean;
  /** The platform's own user ids. */
  readonly admins: ReadonlySet<string>;
  /** Canonical names that everyone with a user id may run. */
  readonly commands: ReadonlySet<string>;
}

export interface PlatformPolicy {
  readonly dm: SlashAccess;
  readonly group: SlashAccess;
  /** Where it is not known which of the two it is, only what both allow is allowed. */
  readonly ambiguous: SlashAccess;
}

const LISTS = [
  'allow_admin_from',
  'user_allowed_commands',
  'group_allow_admin_from',
  'group_user_allowed_commands',
] as const;
type ListName = (typeof LISTS)[number];

const PLATFORM = /^[a-z0-9_-]+$/;

/** @param registry  undefined when the policy has none, so that no command is unknown */
export function readPlatforms(
  place: Place | undefined,
  registry: CommandRegistry | undefined,
): ReadonlyMap<string, PlatformPolicy> {
  const platforms = new Map<string, PlatformPolicy>();
  for (const [name, platform] of entriesOf(place)) {
    if (!PLATFORM.test(name)) problem(platform, `the platform name \`${name}\` must match [a-z0-9_-]+`);
    const lists = fieldsOf(platform, LISTS);
    const policy = compilePlatform({
      dmAdmins: readAdmins(lists, 'allow_admin_from', name),
      dmCommands: readCommandList(lists, 'user_allowed_commands', registry),
      groupAdmins: readAdmins(lists, 'group_allow_admin_from', name),
      groupCommands: readCommandList(lists, 'group_user_allowed_commands', registry),
    });
    warnIfOpen(platform, name, policy);
    platforms.set(name, policy);
  }
  return platforms;
}

interface PlatformLists {
  readonly dmAdmins: ReadonlySet<string>;
  /** Undefined without the key; then the group's list counts. An empty list does not fall back. */
  readonly dmCommands: ReadonlySet<string> | undefined;
  readonly groupAdmins: ReadonlySet<string>;
  readonly groupCommands: ReadonlySet<string> | undefined;
}

/** Joins the four lists into what holds per scope. Admin lists never cross, and the group never takes the DM's list. */
export function compilePlatform(lists: PlatformLists): PlatformPolicy {
  const groupCommands = lists.groupCommands ?? new Set<string>();
  const dm = accessTo('dm', lists.dmAdmins, lists.dmCommands ?? groupCommands);
  const group = accessTo('group', lists.groupAdmins, groupCommands);
  const ambiguous: SlashAccess = {
    scope: 'ambiguous',
    gated: dm.gated && group.gated,
    admins: intersection(dm.admins, group.admins),
    commands: intersection(dm.commands, group.commands),
  };
  return { dm, group, ambiguous };
}

function accessTo(scope: SlashScope, admins: ReadonlySet<string>, commands: ReadonlySet<string>): SlashAccess {
  return { scope, gated: admins.size > 0, admins, commands };
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((entry) => b.has(entry)));
}

function readAdmins(lists: ReadonlyMap<ListName, Place>, name: ListName, platform: string): ReadonlySet<string> {
  const place = lists.get(name);
  const admins = place && readSlashList(place);
  // A list that came out empty would open the scope to everyone, which nobody writes an admin list for.
  if (place && admins?.length === 0) problem(place, 'must name somebody; leave the key out if everyone is to be admin');
  for (const admin of admins ?? []) {
    const odd = place && userIdWarning(admin, platform);
    if (odd) warn(place, odd);
  }
  return new Set(admins);
}

function readCommandList(
  lists: ReadonlyMap<ListName, Place>,
  name: ListName,
  registry: CommandRegistry | undefined,
): ReadonlySet<string> | undefined {
  const place = lists.get(name);
  if (!place) return undefined;
  const commands = new Set<string>();
  for (const entry of readSlashList(place) ?? []) {
    const command = entry.replace(/^\/+/, '').toLowerCase();
    if (command === '') continue;
    commands.add(registry?.get(command) ?? command);
    const odd = commandWarning(entry);
    if (odd !== undefined) warn(place, odd);
    else if (NEVER_IN_A_COMMAND.test(command)) warn(place, `\`${entry}\` can never be typed as a command`);
    else if (registry && !registry.has(command) && !isFloor(command)) {
      warn(place, `the command \`${command}\` is not in \`commands\`${didYouMean(nearest(command, registry.keys()))}`);
    }
  }
  return commands;
}

/** A list of texts and integers, or a text with commas; trimmed, without empty entries. Anything else is a problem. */
function readSlashList(place: Place): readonly string[] | undefined {
  const { value, path, notes } = place;
  const items: unknown = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(items)) return problem(place, `must be a list, or text with commas, not ${kindOf(value)}`);
  const entries: string[] = [];
  let isSound = true;
  for (const [index, item] of items.entries()) {
    const text = typeof item === 'string' ? item : integerDigits(item);
    if (text === undefined) {
      problem({ value: item, path: [...path, index], notes }, `must be text or an integer, not ${kindOf(item)}`);
      isSound = false;
    } else if (!isBlank(text)) entries.push(trimBlank(text));
  }
  // Undefined, not empty: a list with a bad entry is not to be told off for naming nobody as well.
  return isSound ? entries : undefined;
}

function warnIfOpen(place: Place, name: string, { dm, group }: PlatformPolicy): void {
  const open = [dm, group]
    .filter(({ gated }) => !gated)
    .map(({ scope }) => (scope === 'dm' ? 'direct chats' : 'groups'));
  if (open.length === 2) warn(place, `everyone may run every command on ${name}`);
  else if (open.length === 1) warn(place, `everyone may run every command in ${open[0]} on ${name}`);
}
