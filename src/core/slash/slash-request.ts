// Who asks to run a command, and where: the trusted record first, what the request asserts only where it may.
// CheckSlash, DescribeSlashAccess and Authorize all come through here, so they cannot disagree.
import { type AssertedFacts, mayAssert } from '../decision/asserted-facts.ts';
import { type Check, failed, type Reason } from '../decision/decision.ts';
import { type Identity, userIdsOn } from '../identity/identity.ts';

export interface SlashWhere {
  readonly platform: string | undefined;
  readonly chatType: string | undefined;
}

export interface SlashSubject {
  readonly platform: string;
  readonly chatType: string | undefined;
  readonly userIds: readonly string[];
  /** See `SlashPlace`. */
  readonly bareUserId?: string | undefined;
  readonly inGuild: boolean;
  /** The user or the platform comes from the request alone. */
  readonly asserted: boolean;
}

/** The subject as the trusted record gives it, or the reason why the request cannot be about it. */
export function slashSubjectOf(
  identity: Identity | undefined,
  userId: string | undefined,
  where: SlashWhere,
  assertedFacts: AssertedFacts,
): { readonly subject: SlashSubject } | { readonly refusal: Reason } {
  if (identity) return recordedSubject(identity, where, assertedFacts);
  const asserted = userId !== undefined;
  if (asserted && !mayAssert(assertedFacts, 'decision')) return { refusal: 'ASSERTION_REFUSED' };
  const userIds = asserted ? [userId] : [];
  return { subject: { platform: where.platform ?? '', chatType: where.chatType, userIds, inGuild: false, asserted } };
}

/** The check of a request that cannot be about its subject. */
export function refusedSlash(refusal: Reason): Check {
  return failed('slash', refusal, refusal === 'ASSERTION_REFUSED');
}

function recordedSubject(
  identity: Identity,
  where: SlashWhere,
  assertedFacts: AssertedFacts,
): { readonly subject: SlashSubject } | { readonly refusal: Reason } {
  if (identity.platform !== undefined && where.platform !== undefined && identity.platform !== where.platform) {
    return { refusal: 'PLATFORM_MISMATCH' };
  }
  // A record without a platform leaves it to the request to say of which platform the bare user id is: so whoever asks could
  // choose the platform on which that id is an admin's.
  const asserted = identity.platform === undefined;
  if (asserted && !mayAssert(assertedFacts, 'decision')) return { refusal: 'ASSERTION_REFUSED' };
  const platform = identity.platform ?? where.platform ?? '';
  return {
    subject: {
      platform,
      chatType: where.chatType,
      userIds: userIdsOn(identity, platform),
      bareUserId: identity.platform === undefined ? identity.userId : undefined,
      inGuild: identity.guildId !== undefined,
      asserted,
    },
  };
}
