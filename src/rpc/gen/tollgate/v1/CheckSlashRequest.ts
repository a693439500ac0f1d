// Original file: proto/tollgate/v1/policy_decision_service.proto


/**
 * A request to decide whether a user may run a slash command.
 */
export interface CheckSlashRequest {
  /**
   * The platform, at most 128 bytes. Absent means the platform of the identity record; without a trace it is then unknown.
   */
  'platform'?: (string);
  /**
   * The platform's word for the kind of chat, at most 128 bytes, read as in `SlashContext.chat_type`. Absent or blank means that the
   * kind is not known.
   */
  'chat_type'?: (string);
  /**
   * The text as the user typed it, at most 1,024 bytes. It is required.
   */
  'command'?: (string);
  /**
   * The trace whose identity record says who typed it, 1 to 256 bytes.
   */
  'trace_id'?: (string);
  /**
   * The platform's own id of the user, 1 to 256 bytes, as the requester asserts it. The configuration may refuse it, which is a
   * denial.
   */
  'user_id'?: (string);
  /**
   * True to get the checks also when the decision is no denial. Absent means false.
   */
  'explain'?: (boolean);
  '_platform'?: "platform";
  '_chat_type'?: "chat_type";
  /**
   * Who typed it. If none is given, only an ungated scope and the commands that are open to all are allowed.
   */
  'subject'?: "trace_id"|"user_id";
  '_explain'?: "explain";
}

/**
 * A request to decide whether a user may run a slash command.
 */
export interface CheckSlashRequest__Output {
  /**
   * The platform, at most 128 bytes. Absent means the platform of the identity record; without a trace it is then unknown.
   */
  'platform'?: (string);
  /**
   * The platform's word for the kind of chat, at most 128 bytes, read as in `SlashContext.chat_type`. Absent or blank means that the
   * kind is not known.
   */
  'chat_type'?: (string);
  /**
   * The text as the user typed it, at most 1,024 bytes. It is required.
   */
  'command'?: (string);
  /**
   * The trace whose identity record says who typed it, 1 to 256 bytes.
   */
  'trace_id'?: (string);
  /**
   * The platform's own id of the user, 1 to 256 bytes, as the requester asserts it. The configuration may refuse it, which is a
   * denial.
   */
  'user_id'?: (string);
  /**
   * True to get the checks also when the decision is no denial. Absent means false.
   */
  'explain'?: (boolean);
}
