// Original file: proto/tollgate/v1/policy_decision_service.proto

import type { SlashScope as _tollgate_v1_SlashScope, SlashScope__Output as _tollgate_v1_SlashScope__Output } from '../../tollgate/v1/SlashScope.ts';
import type { SlashTier as _tollgate_v1_SlashTier, SlashTier__Output as _tollgate_v1_SlashTier__Output } from '../../tollgate/v1/SlashTier.ts';

/**
 * What a user may run at a place.
 */
export interface DescribeSlashAccessResponse {
  /**
   * The platform that was looked at. Empty if it is not known.
   */
  'platform'?: (string);
  /**
   * Which lists apply. Unspecified if the platform is unknown.
   */
  'scope'?: (_tollgate_v1_SlashScope);
  /**
   * What the user is in that scope. Unspecified, which permits nothing, if the platform is unknown.
   */
  'tier'?: (_tollgate_v1_SlashTier);
  /**
   * True if the scope is gated, which means that it has at least one admin.
   */
  'gated'?: (boolean);
  /**
   * The platform's own id of the user. Absent if it is not known.
   */
  'user_id'?: (string);
  /**
   * The commands that the user may run: first those that are open to all, then the configured ones, sorted. Empty for the tiers
   * unrestricted and admin, who may run everything.
   */
  'runnable_commands'?: (string)[];
  '_user_id'?: "user_id";
}

/**
 * What a user may run at a place.
 */
export interface DescribeSlashAccessResponse__Output {
  /**
   * The platform that was looked at. Empty if it is not known.
   */
  'platform'?: (string);
  /**
   * Which lists apply. Unspecified if the platform is unknown.
   */
  'scope'?: (_tollgate_v1_SlashScope__Output);
  /**
   * What the user is in that scope. Unspecified, which permits nothing, if the platform is unknown.
   */
  'tier'?: (_tollgate_v1_SlashTier__Output);
  /**
   * True if the scope is gated, which means that it has at least one admin.
   */
  'gated'?: (boolean);
  /**
   * The platform's own id of the user. Absent if it is not known.
   */
  'user_id'?: (string);
  /**
   * The commands that the user may run: first those that are open to all, then the configured ones, sorted. Empty for the tiers
   * unrestricted and admin, who may run everything.
   */
  'runnable_commands'?: (string)[];
}
