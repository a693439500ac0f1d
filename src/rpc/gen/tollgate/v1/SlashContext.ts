// Original file: proto/tollgate/v1/slash.proto


/**
 * A slash command and where it was typed.
 */
export interface SlashContext {
  /**
   * The platform, at most 128 bytes. Absent means the platform of the identity record. Another one than the record's is a denial.
   */
  'platform'?: (string);
  /**
   * The platform's word for the kind of chat, at most 128 bytes. After trimming and in any case, `dm`, `direct` and `private` mean
   * a direct conversation and every other word means a group. Absent or blank means that the kind is not known, and then the gated
   * scope counts. A record with a guild is never a direct conversation.
   */
  'chat_type'?: (string);
  /**
   * The text as the user typed it, at most 1,024 bytes. It is required. A text that is no command is answered with
   * `REASON_NOT_A_COMMAND`.
   */
  'command'?: (string);
  '_platform'?: "platform";
  '_chat_type'?: "chat_type";
}

/**
 * A slash command and where it was typed.
 */
export interface SlashContext__Output {
  /**
   * The platform, at most 128 bytes. Absent means the platform of the identity record. Another one than the record's is a denial.
   */
  'platform'?: (string);
  /**
   * The platform's word for the kind of chat, at most 128 bytes. After trimming and in any case, `dm`, `direct` and `private` mean
   * a direct conversation and every other word means a group. Absent or blank means that the kind is not known, and then the gated
   * scope counts. A record with a guild is never a direct conversation.
   */
  'chat_type'?: (string);
  /**
   * The text as the user typed it, at most 1,024 bytes. It is required. A text that is no command is answered with
   * `REASON_NOT_A_COMMAND`.
   */
  'command'?: (string);
}
