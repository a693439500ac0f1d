// Original file: proto/tollgate/v1/slash.proto

/**
 * What a user is in a scope.
 */
export const SlashTier = {
  /**
   * No tier was derived. It permits nothing.
   */
  SLASH_TIER_UNSPECIFIED: 0,
  /**
   * The scope is not gated: everyone may run everything.
   */
  SLASH_TIER_UNRESTRICTED: 1,
  /**
   * The user is an admin of the scope and may run everything.
   */
  SLASH_TIER_ADMIN: 2,
  /**
   * The user may run the commands that are open to all (`help`, `whoami`) and those that the policy lists for users.
   */
  SLASH_TIER_USER: 3,
} as const;

/**
 * What a user is in a scope.
 */
export type SlashTier =
  /**
   * No tier was derived. It permits nothing.
   */
  | 'SLASH_TIER_UNSPECIFIED'
  | 0
  /**
   * The scope is not gated: everyone may run everything.
   */
  | 'SLASH_TIER_UNRESTRICTED'
  | 1
  /**
   * The user is an admin of the scope and may run everything.
   */
  | 'SLASH_TIER_ADMIN'
  | 2
  /**
   * The user may run the commands that are open to all (`help`, `whoami`) and those that the policy lists for users.
   */
  | 'SLASH_TIER_USER'
  | 3

/**
 * What a user is in a scope.
 */
export type SlashTier__Output = typeof SlashTier[keyof typeof SlashTier]
