// Original file: proto/tollgate/v1/decision.proto

/**
 * What a decision permits. Every value other than `EFFECT_ALLOW`, known to the client or not, permits nothing.
 */
export const Effect = {
  /**
   * Nothing was decided and nothing is permitted: a dry run, an empty batch, or a text that is no command.
   */
  EFFECT_UNSPECIFIED: 0,
  /**
   * The request is permitted, and what it costs has been charged.
   */
  EFFECT_ALLOW: 1,
  /**
   * The request is refused, and nothing has been charged.
   */
  EFFECT_DENY: 2,
} as const;

/**
 * What a decision permits. Every value other than `EFFECT_ALLOW`, known to the client or not, permits nothing.
 */
export type Effect =
  /**
   * Nothing was decided and nothing is permitted: a dry run, an empty batch, or a text that is no command.
   */
  | 'EFFECT_UNSPECIFIED'
  | 0
  /**
   * The request is permitted, and what it costs has been charged.
   */
  | 'EFFECT_ALLOW'
  | 1
  /**
   * The request is refused, and nothing has been charged.
   */
  | 'EFFECT_DENY'
  | 2

/**
 * What a decision permits. Every value other than `EFFECT_ALLOW`, known to the client or not, permits nothing.
 */
export type Effect__Output = typeof Effect[keyof typeof Effect]
