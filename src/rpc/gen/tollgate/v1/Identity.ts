// Original file: proto/tollgate/v1/identity.proto


/**
 * Who is behind a trace, as a trusted service recorded it. A request never carries an identity for a decision about itself.
 */
export interface Identity {
  /**
   * The user's id on the platform, 1 to 256 bytes without control characters. It is required when an identity is bound.
   */
  'user_id'?: (string);
  /**
   * The id of the guild, group or server in which the user speaks, 1 to 128 bytes. Absent for a direct conversation.
   */
  'guild_id'?: (string);
  /**
   * The id of the channel in which the user speaks, 1 to 128 bytes. Absent if the platform has no channels.
   */
  'channel_id'?: (string);
  /**
   * The platform, 1 to 128 bytes of `[a-z0-9_-]`. If it is absent, the bare user id is the principal.
   */
  'platform'?: (string);
  /**
   * Further principals of the same person, each as `platform:id` with at most 385 bytes; at most 64. Each counts as a principal,
   * except for a run's caller and a session's owner at their creation. An empty list means that there are none.
   */
  'user_aliases'?: (string)[];
  /**
   * Output only. The principal that the record stands for: `platform:user_id`, or the bare user id if there is no platform.
   * It is ignored in a request.
   */
  'principal'?: (string);
  '_user_id'?: "user_id";
  '_guild_id'?: "guild_id";
  '_channel_id'?: "channel_id";
  '_platform'?: "platform";
  '_principal'?: "principal";
}

/**
 * Who is behind a trace, as a trusted service recorded it. A request never carries an identity for a decision about itself.
 */
export interface Identity__Output {
  /**
   * The user's id on the platform, 1 to 256 bytes without control characters. It is required when an identity is bound.
   */
  'user_id'?: (string);
  /**
   * The id of the guild, group or server in which the user speaks, 1 to 128 bytes. Absent for a direct conversation.
   */
  'guild_id'?: (string);
  /**
   * The id of the channel in which the user speaks, 1 to 128 bytes. Absent if the platform has no channels.
   */
  'channel_id'?: (string);
  /**
   * The platform, 1 to 128 bytes of `[a-z0-9_-]`. If it is absent, the bare user id is the principal.
   */
  'platform'?: (string);
  /**
   * Further principals of the same person, each as `platform:id` with at most 385 bytes; at most 64. Each counts as a principal,
   * except for a run's caller and a session's owner at their creation. An empty list means that there are none.
   */
  'user_aliases'?: (string)[];
  /**
   * Output only. The principal that the record stands for: `platform:user_id`, or the bare user id if there is no platform.
   * It is ignored in a request.
   */
  'principal'?: (string);
}
