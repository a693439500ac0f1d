// Who is behind a trace. The record is written by trusted services and read as it is; a request never adds to it.
import { type Check, failed, passed } from '../decision/decision.ts';
import { LIMITS } from '../limits.ts';
import { utf8Length } from '../text.ts';

export interface Identity {
  readonly userId: string;
  readonly guildId: string | undefined;
  readonly channelId: string | undefined;
  readonly platform: string | undefined;
  /** Further principals, each `platform:id`. */
  readonly userAliases: readonly string[];
}

/** An identity record as it is stored: its very bytes, and what they say. Undefined: the record cannot be trusted. */
export interface StoredIdentity {
  readonly bytes: Uint8Array;
  readonly identity: Identity | undefined;
}

const PLATFORM = /^[a-z0-9_-]+$/;
const PRINCIPAL = /^[a-z0-9_-]+:./s;
const CONTROL = /\p{Cc}/u;
const LOOKS_LIKE_PRINCIPAL = /^[a-z0-9_-]+:/;

/** Why these facts are no identity; undefined if they are one. Rules for records read and for identities to be bound. */
export function identityProblem(identity: Identity): { field: keyof Identity; problem: string } | undefined {
  const { userId, platform, userAliases } = identity;
  if (userId === '') return { field: 'userId', problem: 'must not be empty' };
  if (utf8Length(userId) > LIMITS.userIdBytesMax) {
    return { field: 'userId', problem: `must have at most ${LIMITS.userIdBytesMax} bytes` };
  }
  if (CONTROL.test(userId)) return { field: 'userId', problem: 'must not hold control characters' };
  if (platform !== undefined && !PLATFORM.test(platform)) {
    return { field: 'platform', problem: 'must match [a-z0-9_-]+' };
  }
  // A bare id that reads like a principal would let one platform's user pass for another's.
  if (platform === undefined && LOOKS_LIKE_PRINCIPAL.test(userId)) {
    return { field: 'userId', problem: 'must not look like platform:id unless a platform is given' };
  }
  if (!userAliases.every(isPrincipal)) return { field: 'userAliases', problem: 'each must be platform:id' };
  return undefined;
}

function isPrincipal(text: string): boolean {
  return PRINCIPAL.test(text) && !CONTROL.test(text) && utf8Length(text) <= LIMITS.principalBytesMax;
}

/** The one principal that owns what is created under this identity; aliases never own. */
export function principalOf(identity: Identity): string {
  return identity.platform === undefined ? identity.userId : `${identity.platform}:${identity.userId}`;
}

/** The identity that a principal alone tells of: without aliases, and without the place that it speaks in. */
export function identityOf(principal: string): Identity {
  const colon = LOOKS_LIKE_PRINCIPAL.test(principal) ? principal.indexOf(':') : -1;
  const platform = colon < 0 ? undefined : principal.slice(0, colon);
  return { platform, userId: principal.slice(colon + 1), guildId: undefined, channelId: undefined, userAliases: [] };
}

/** Every principal that the identity may act as: its own first, then its aliases. */
export function principalsOf(identity: Identity): readonly string[] {
  return [principalOf(identity), ...identity.userAliases];
}

/** The user ids of this identity on one platform: its own if the record is of that platform, and fitting aliases. */
export function userIdsOn(identity: Identity, platform: string): readonly string[] {
  const own = identity.platform === platform ? [identity.userId] : [];
  const prefix = `${platform}:`;
  const aliases = identity.userAliases.filter((alias) => alias.startsWith(prefix));
  return [...own, ...aliases.map((alias) => alias.slice(prefix.length))];
}

/** Two identities say the same; the order of aliases is part of what is said. */
export function sameIdentity(a: Identity, b: Identity): boolean {
  return (
    a.userId === b.userId &&
    a.guildId === b.guildId &&
    a.channelId === b.channelId &&
    a.platform === b.platform &&
    a.userAliases.length === b.userAliases.length &&
    a.userAliases.every((alias, index) => alias === b.userAliases[index])
  );
}

/** What a lookup found: undefined when no trace was given, null when the trace has no record. */
export type FoundIdentity = StoredIdentity | null | undefined;

/** The identity check of every decision: a required identity must be given, and a given one must be known and sound. */
export function checkIdentity(found: FoundIdentity, required: boolean): Check | undefined {
  if (found === undefined) return required ? failed('identity', 'IDENTITY_REQUIRED') : undefined;
  if (found === null) return failed('identity', 'IDENTITY_UNKNOWN');
  return found.identity ? passed('identity') : failed('identity', 'IDENTITY_MALFORMED');
}
