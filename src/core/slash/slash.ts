// Slash commands: which command a text is, which rules hold where it was typed, and who may run it.
// CheckSlash and DescribeSlashAccess share `accessOf`, so what a user is told is what is decided.

import { type Check, failed, passed } from '../decision/decision.ts';
import { visibleForm } from '../policy/look-alike.ts';
import type { Policy } from '../policy/policy.ts';
import { isWhiteSpace, startOf, trimBlank } from '../text.ts';
import { type CommandRegistry, FLOOR, isFloor } from './command-registry.ts';
import { compilePlatform, type PlatformPolicy, type SlashAccess, type SlashScope } from './slash-policy.ts';

export type { PlatformPolicy, SlashAccess, SlashScope };

export type SlashTier = 'unrestricted' | 'admin' | 'user';

/** Where and for whom. */
export interface SlashPlace {
  readonly platform: string;
  readonly chatType: string | undefined;
  /** The user's ids on this platform; empty when nobody is named. */
  readonly userIds: readonly string[];
  /**
   * The user id of a record that names no platform. The request alone says that it is one of this platform, so it is a user's
   * and never an admin's.
   */
  readonly bareUserId?: string | undefined;
  /** A trusted record says that this is a server with members, so it is never a direct chat. */
  readonly inGuild: boolean;
}

export interface SlashQuestion extends SlashPlace {
  readonly command: string;
  readonly asserted: boolean;
}

/** All but `check` are absent where the answer came before they were worked out. */
export interface SlashAnswer {
  readonly check: Check;
  readonly canonical?: string | undefined;
  readonly scope?: SlashScope | undefined;
  readonly tier?: SlashTier | undefined;
  readonly gated?: boolean | undefined;
}

/**
 * Whether these users may run a command here.
 *
 * An unknown platform is denied before the text is looked at; a text that is no command is none for everyone, so that
 * comes before any gate.
 *
 * @see docs/behaviour.md#slash-commands
 */
export function checkSlash(policy: Policy, question: SlashQuestion): SlashAnswer {
  const { asserted, userIds, bareUserId } = question;
  const access = accessOf(policy, question);
  if (!access) return { check: failed('slash', 'PLATFORM_UNKNOWN', asserted) };
  const canonical = parseCommand(question.command, policy.commands);
  if (canonical === undefined) return { check: failed('slash', 'NOT_A_COMMAND', asserted) };
  const { scope, gated } = access;
  const tier = tierOf(access, userIds);
  if (!gated) return { canonical, scope, tier, gated, check: passed('slash', 'GATING_DISABLED', asserted) };
  const mayRun = canRun(access, userIds, canonical, bareUserId);
  const check = mayRun ? passed('slash', 'ALLOWED', asserted) : failed('slash', 'COMMAND_NOT_ALLOWED', asserted);
  return { canonical, scope, tier, gated, check };
}

/** The canonical name of the command that a text is, if the policy names it. */
export function knownCommandIn(policy: Policy, text: string): string | undefined {
  const canonical = parseCommand(text, policy.commands);
  return canonical !== undefined && isKnownCommand(policy, canonical) ? canonical : undefined;
}

/** Whether the policy names a command. Any other word is a user's own, and may be anything: a password typed in haste. */
function isKnownCommand({ commands, platforms }: Policy, canonical: string): boolean {
  if (isFloor(canonical) || commands.has(canonical)) return true;
  return [...platforms.values()].some(({ dm, group }) => dm.commands.has(canonical) || group.commands.has(canonical));
}

/** The rules that hold at a place; undefined on a platform that the policy does not know and does not let through. */
function accessOf(policy: Policy, { platform, chatType, inGuild }: SlashPlace): SlashAccess | undefined {
  const known = policy.platforms.get(platform);
  // `Discord` is not let through as an unknown platform past the gate of `discord`.
  if (!known && (policy.unknownPlatform === 'deny' || policy.platforms.has(visibleForm(platform)))) return undefined;
  return resolveScope(known ?? OPEN_PLATFORM, chatType, inGuild);
}

const OPEN_PLATFORM = compilePlatform({
  dmAdmins: new Set(),
  dmCommands: undefined,
  groupAdmins: new Set(),
  groupCommands: undefined,
});

const DIRECT_CHAT_TYPES: ReadonlySet<string> = new Set(['dm', 'direct', 'private']);

/**
 * Which of a platform's scopes a chat belongs to. Without a chat type the gated scope counts, because a caller that
 * forgets the type must not thereby open a gate.
 */
export function resolveScope(platform: PlatformPolicy, chatType: string | undefined, inGuild: boolean): SlashAccess {
  if (inGuild) return platform.group;
  const type = trimBlank(chatType ?? '').toLowerCase();
  if (DIRECT_CHAT_TYPES.has(type)) return platform.dm;
  if (type !== '') return platform.group;
  if (platform.dm.gated && platform.group.gated) return platform.ambiguous;
  return platform.dm.gated ? platform.dm : platform.group;
}

export function tierOf(access: SlashAccess, userIds: readonly string[]): SlashTier {
  if (!access.gated) return 'unrestricted';
  return userIds.some((userId) => access.admins.has(userId)) ? 'admin' : 'user';
}

/** Whether these users may run a canonical command. Without a user only the floor is open behind a gate. */
export function canRun(
  access: SlashAccess,
  userIds: readonly string[],
  canonical: string,
  bareUserId: string | undefined = undefined,
): boolean {
  if (tierOf(access, userIds) !== 'user' || isFloor(canonical)) return true;
  return access.commands.has(canonical) && [...userIds, bareUserId ?? ''].some((userId) => userId !== '');
}

/**
 * The canonical name of the command that a text is; undefined if it is none. A command is `/` and a word with anything
 * behind it, or one bare word. The word holds no `/`, ends before an `@`, and is lower-cased.
 */
export function parseCommand(text: string, registry: CommandRegistry): string | undefined {
  const start = startOf(text);
  const slashed = text.startsWith('/', start);
  const from = slashed ? start + 1 : start;
  let end = from;
  while (end < text.length && !isWhiteSpace(text.charCodeAt(end))) end++;
  if (!slashed && end < text.length) return undefined;
  const word = text.slice(from, end);
  if (word.includes('/')) return undefined;
  const [name = ''] = word.split('@', 1);
  const command = name.toLowerCase();
  return command === '' ? undefined : (registry.get(command) ?? command);
}

export interface SlashAccessDescription {
  readonly scope: SlashScope;
  readonly tier: SlashTier;
  readonly gated: boolean;
  /** The floor first, then the listed ones sorted; empty where everything may be run. */
  readonly runnableCommands: readonly string[];
}

/** What these users may run, as a `/whoami` prints it. On a platform that is denied: a user who may run nothing. */
export function describeAccess(policy: Policy, place: SlashPlace): SlashAccessDescription {
  const access = accessOf(policy, place);
  if (!access) {
    const { scope } = resolveScope(OPEN_PLATFORM, place.chatType, place.inGuild);
    return { scope, tier: 'user', gated: true, runnableCommands: [] };
  }
  const { scope, gated } = access;
  const tier = tierOf(access, place.userIds);
  if (tier !== 'user') return { scope, tier, gated, runnableCommands: [] };
  const listed = [...access.commands].sort().filter((command) => !isFloor(command));
  const runnable = listed.filter((command) => canRun(access, place.userIds, command, place.bareUserId));
  return { scope, tier, gated, runnableCommands: [...FLOOR, ...runnable] };
}
