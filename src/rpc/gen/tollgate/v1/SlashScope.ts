// Original file: proto/tollgate/v1/slash.proto

/**
 * Which of a platform's two lists apply to a slash command.
 */
export const SlashScope = {
  /**
   * No scope was derived, because the decision was made before, or the text is no command.
   */
  SLASH_SCOPE_UNSPECIFIED: 0,
  /**
   * A direct conversation between the user and the agent.
   */
  SLASH_SCOPE_DM: 1,
  /**
   * A conversation that others can join.
   */
  SLASH_SCOPE_GROUP: 2,
  /**
   * The chat type is not known and both scopes are gated, so only what both of them allow is allowed.
   */
  SLASH_SCOPE_AMBIGUOUS: 3,
} as const;

/**
 * Which of a platform's two lists apply to a slash command.
 */
export type SlashScope =
  /**
   * No scope was derived, because the decision was made before, or the text is no command.
   */
  | 'SLASH_SCOPE_UNSPECIFIED'
  | 0
  /**
   * A direct conversation between the user and the agent.
   */
  | 'SLASH_SCOPE_DM'
  | 1
  /**
   * A conversation that others can join.
   */
  | 'SLASH_SCOPE_GROUP'
  | 2
  /**
   * The chat type is not known and both scopes are gated, so only what both of them allow is allowed.
   */
  | 'SLASH_SCOPE_AMBIGUOUS'
  | 3

/**
 * Which of a platform's two lists apply to a slash command.
 */
export type SlashScope__Output = typeof SlashScope[keyof typeof SlashScope]
