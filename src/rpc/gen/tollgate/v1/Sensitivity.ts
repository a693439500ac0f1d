// Original file: proto/tollgate/v1/session.proto

/**
 * How sensitive data is, from the least to the most.
 */
export const Sensitivity = {
  /**
   * Not given. The field's comment says what counts instead.
   */
  SENSITIVITY_UNSPECIFIED: 0,
  /**
   * Data that anyone may see. It is the least sensitive level.
   */
  SENSITIVITY_PUBLIC: 1,
  /**
   * Data for people inside.
   */
  SENSITIVITY_INTERNAL: 2,
  /**
   * Data for a named circle of people.
   */
  SENSITIVITY_CONFIDENTIAL: 3,
  /**
   * Data with the tightest limits. It is the most sensitive level.
   */
  SENSITIVITY_RESTRICTED: 4,
} as const;

/**
 * How sensitive data is, from the least to the most.
 */
export type Sensitivity =
  /**
   * Not given. The field's comment says what counts instead.
   */
  | 'SENSITIVITY_UNSPECIFIED'
  | 0
  /**
   * Data that anyone may see. It is the least sensitive level.
   */
  | 'SENSITIVITY_PUBLIC'
  | 1
  /**
   * Data for people inside.
   */
  | 'SENSITIVITY_INTERNAL'
  | 2
  /**
   * Data for a named circle of people.
   */
  | 'SENSITIVITY_CONFIDENTIAL'
  | 3
  /**
   * Data with the tightest limits. It is the most sensitive level.
   */
  | 'SENSITIVITY_RESTRICTED'
  | 4

/**
 * How sensitive data is, from the least to the most.
 */
export type Sensitivity__Output = typeof Sensitivity[keyof typeof Sensitivity]
