// Original file: proto/tollgate/v1/policy_decision_service.proto


/**
 * A request to say what a user may run at a place.
 */
export interface DescribeSlashAccessRequest {
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
   * The trace whose identity record says who it is, 1 to 256 bytes.
   */
  'trace_id'?: (string);
  /**
   * The platform's own id of the user, 1 to 256 bytes, as the requester asserts it.
   */
  'user_id'?: (string);
  '_platform'?: "platform";
  '_chat_type'?: "chat_type";
  /**
   * Who is asked about. If none is given, the answer is for a user of whom nothing is known.
   */
  'subject'?: "trace_id"|"user_id";
}

/**
 * A request to say what a user may run at a place.
 */
export interface DescribeSlashAccessRequest__Output {
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
   * The trace whose identity record says who it is, 1 to 256 bytes.
   */
  'trace_id'?: (string);
  /**
   * The platform's own id of the user, 1 to 256 bytes, as the requester asserts it.
   */
  'user_id'?: (string);
}
