// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { Decision as _tollgate_v1_Decision, Decision__Output as _tollgate_v1_Decision__Output } from '../../tollgate/v1/Decision.ts';
import type { SlashScope as _tollgate_v1_SlashScope, SlashScope__Output as _tollgate_v1_SlashScope__Output } from '../../tollgate/v1/SlashScope.ts';
import type { SlashTier as _tollgate_v1_SlashTier, SlashTier__Output as _tollgate_v1_SlashTier__Output } from '../../tollgate/v1/SlashTier.ts';

/**
 * The decision about a slash command.
 */
export interface CheckSlashResponse {
  /**
   * The decision. A text that is no command has no effect and the reason `REASON_NOT_A_COMMAND`.
   */
  'decision'?: (_tollgate_v1_Decision | null);
  /**
   * The command's canonical name, without the slash. Absent if the text is no command.
   */
  'canonical_command'?: (string);
  /**
   * Which lists applied. Unspecified if none was reached.
   */
  'scope'?: (_tollgate_v1_SlashScope);
  /**
   * What the user is in that scope. Unspecified if no scope was reached.
   */
  'tier'?: (_tollgate_v1_SlashTier);
  /**
   * True if the scope is gated, which means that it has at least one admin.
   */
  'gated'?: (boolean);
  '_canonical_command'?: "canonical_command";
}

/**
 * The decision about a slash command.
 */
export interface CheckSlashResponse__Output {
  /**
   * The decision. A text that is no command has no effect and the reason `REASON_NOT_A_COMMAND`.
   */
  'decision'?: (_tollgate_v1_Decision__Output);
  /**
   * The command's canonical name, without the slash. Absent if the text is no command.
   */
  'canonical_command'?: (string);
  /**
   * Which lists applied. Unspecified if none was reached.
   */
  'scope'?: (_tollgate_v1_SlashScope__Output);
  /**
   * What the user is in that scope. Unspecified if no scope was reached.
   */
  'tier'?: (_tollgate_v1_SlashTier__Output);
  /**
   * True if the scope is gated, which means that it has at least one admin.
   */
  'gated'?: (boolean);
}
