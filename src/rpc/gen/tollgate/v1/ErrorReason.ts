// Original file: proto/tollgate/v1/error.proto

/**
 * The closed list of reasons in `google.rpc.ErrorInfo.reason`, where they stand without the prefix `ERROR_REASON_`. The domain is
 * `tollgate`, and the metadata holds a `request_id`. No message of this package holds this enum: it documents the list.
 */
export const ErrorReason = {
  /**
   * Never sent.
   */
  ERROR_REASON_UNSPECIFIED: 0,
  /**
   * A field of the request is missing, malformed or out of range. The details name the field.
   * Status INVALID_ARGUMENT; do not retry.
   */
  ERROR_REASON_INVALID_REQUEST: 1,
  /**
   * The caller is not known. Status UNAUTHENTICATED; do not retry.
   */
  ERROR_REASON_UNAUTHENTICATED: 2,
  /**
   * The caller is known but may not call this RPC. Status PERMISSION_DENIED; do not retry.
   */
  ERROR_REASON_PERMISSION_DENIED: 3,
  /**
   * No session has this id, or it has been forgotten. Status NOT_FOUND; do not retry.
   */
  ERROR_REASON_SESSION_NOT_FOUND: 4,
  /**
   * No run has this id, or it has been purged. Status NOT_FOUND; do not retry.
   */
  ERROR_REASON_RUN_NOT_FOUND: 5,
  /**
   * No identity is bound to the trace, or it has lapsed. Status NOT_FOUND; do not retry.
   */
  ERROR_REASON_IDENTITY_NOT_FOUND: 6,
  /**
   * The identity record of the trace is not a valid record, so it cannot be trusted. Status FAILED_PRECONDITION; do not retry.
   */
  ERROR_REASON_IDENTITY_MALFORMED: 7,
  /**
   * The idempotency key was used for a request with other content. Status ALREADY_EXISTS; do not retry.
   */
  ERROR_REASON_KEY_REUSED: 8,
  /**
   * Another identity is bound to the trace. Status ALREADY_EXISTS; do not retry.
   */
  ERROR_REASON_ALREADY_BOUND_OTHERWISE: 9,
  /**
   * The session is closed, or its time is over and a run would begin in it. Status FAILED_PRECONDITION; do not retry.
   */
  ERROR_REASON_SESSION_CLOSED: 10,
  /**
   * The run has finished, so it takes no further events and no other outcome. Status FAILED_PRECONDITION; do not retry.
   */
  ERROR_REASON_RUN_FINISHED: 11,
  /**
   * The agent is deactivated, so it gets no new session. Status FAILED_PRECONDITION; do not retry before it is reactivated.
   */
  ERROR_REASON_AGENT_DEACTIVATED: 12,
  /**
   * The parent run or the continued run has another caller. Status FAILED_PRECONDITION; do not retry.
   */
  ERROR_REASON_RUN_FOREIGN: 13,
  /**
   * The agent has as many live sessions as it may have. Status RESOURCE_EXHAUSTED; retry after one of them has ended.
   */
  ERROR_REASON_TOO_MANY_SESSIONS: 14,
  /**
   * So many idempotency keys are remembered for this session or run that no further one can be. Nothing was charged.
   * Status RESOURCE_EXHAUSTED; retry after some have lapsed, which takes minutes.
   */
  ERROR_REASON_TOO_MANY_KEYS: 15,
  /**
   * The store cannot be reached or did not answer in time, so nothing is known about the outcome.
   * Status UNAVAILABLE; retry with the same idempotency key.
   */
  ERROR_REASON_STATE_UNAVAILABLE: 16,
  /**
   * The deadline passed, so nothing is known about the outcome. Status DEADLINE_EXCEEDED; retry with the same idempotency key.
   */
  ERROR_REASON_DEADLINE: 17,
  /**
   * The server has too much to do and did not start on the request. Status RESOURCE_EXHAUSTED; retry later.
   */
  ERROR_REASON_OVERLOADED: 18,
  /**
   * The request is larger than the RPC takes. Status RESOURCE_EXHAUSTED; do not retry unchanged.
   */
  ERROR_REASON_MESSAGE_TOO_LARGE: 19,
  /**
   * The bytes of the request are not a message of the RPC's request type. Status INTERNAL, as gRPC libraries answer what they cannot
   * parse; do not retry.
   */
  ERROR_REASON_UNDECODABLE: 20,
  /**
   * The policy file cannot be read or is not valid; the policy in force stays. Status FAILED_PRECONDITION; retry with a better file.
   */
  ERROR_REASON_POLICY_REFUSED: 21,
  /**
   * The request asserts a fact, and the server's configuration accepts no asserted facts here.
   * Status PERMISSION_DENIED; do not retry.
   */
  ERROR_REASON_ASSERTION_REFUSED: 22,
  /**
   * A fault of Tollgate. The text is `internal error` and the server's log holds the rest under the `request_id`.
   * Status INTERNAL; report it.
   */
  ERROR_REASON_INTERNAL: 23,
  /**
   * The server is stopping and ends a stream that would go on. Status UNAVAILABLE; ask another server, or this one once it is back, for
   * what comes after the last message.
   */
  ERROR_REASON_STOPPING: 24,
  /**
   * No decision has this id, none was recorded of it, or its record has been dropped. Status NOT_FOUND; do not retry.
   */
  ERROR_REASON_DECISION_NOT_FOUND: 25,
  /**
   * The run is running, and what was asked for is for finished runs. Status FAILED_PRECONDITION; retry once the run has finished.
   */
  ERROR_REASON_RUN_NOT_FINISHED: 26,
  /**
   * No checkpoint signs the run, and the server has no key to sign one with. Status FAILED_PRECONDITION; do not retry before
   * `ledger.key_file` names one.
   */
  ERROR_REASON_LEDGER_UNSIGNED: 27,
  /**
   * The listener has no such method. Status UNIMPLEMENTED; do not retry.
   */
  ERROR_REASON_METHOD_UNKNOWN: 40,
  /**
   * A header that belongs to gRPC itself cannot be understood. Status INTERNAL, or UNIMPLEMENTED for an encoding that is not supported;
   * do not retry unchanged.
   */
  ERROR_REASON_HEADERS_MALFORMED: 41,
  /**
   * The headers of the call are larger than the server takes. Status RESOURCE_EXHAUSTED; do not retry unchanged.
   */
  ERROR_REASON_HEADERS_TOO_LARGE: 42,
  /**
   * The store answers and has no room, so nothing was stored or charged. Status UNAVAILABLE; retry with the same idempotency key
   * once the operator has made room.
   */
  ERROR_REASON_STATE_FULL: 43,
} as const;

/**
 * The closed list of reasons in `google.rpc.ErrorInfo.reason`, where they stand without the prefix `ERROR_REASON_`. The domain is
 * `tollgate`, and the metadata holds a `request_id`. No message of this package holds this enum: it documents the list.
 */
export type ErrorReason =
  /**
   * Never sent.
   */
  | 'ERROR_REASON_UNSPECIFIED'
  | 0
  /**
   * A field of the request is missing, malformed or out of range. The details name the field.
   * Status INVALID_ARGUMENT; do not retry.
   */
  | 'ERROR_REASON_INVALID_REQUEST'
  | 1
  /**
   * The caller is not known. Status UNAUTHENTICATED; do not retry.
   */
  | 'ERROR_REASON_UNAUTHENTICATED'
  | 2
  /**
   * The caller is known but may not call this RPC. Status PERMISSION_DENIED; do not retry.
   */
  | 'ERROR_REASON_PERMISSION_DENIED'
  | 3
  /**
   * No session has this id, or it has been forgotten. Status NOT_FOUND; do not retry.
   */
  | 'ERROR_REASON_SESSION_NOT_FOUND'
  | 4
  /**
   * No run has this id, or it has been purged. Status NOT_FOUND; do not retry.
   */
  | 'ERROR_REASON_RUN_NOT_FOUND'
  | 5
  /**
   * No identity is bound to the trace, or it has lapsed. Status NOT_FOUND; do not retry.
   */
  | 'ERROR_REASON_IDENTITY_NOT_FOUND'
  | 6
  /**
   * The identity record of the trace is not a valid record, so it cannot be trusted. Status FAILED_PRECONDITION; do not retry.
   */
  | 'ERROR_REASON_IDENTITY_MALFORMED'
  | 7
  /**
   * The idempotency key was used for a request with other content. Status ALREADY_EXISTS; do not retry.
   */
  | 'ERROR_REASON_KEY_REUSED'
  | 8
  /**
   * Another identity is bound to the trace. Status ALREADY_EXISTS; do not retry.
   */
  | 'ERROR_REASON_ALREADY_BOUND_OTHERWISE'
  | 9
  /**
   * The session is closed, or its time is over and a run would begin in it. Status FAILED_PRECONDITION; do not retry.
   */
  | 'ERROR_REASON_SESSION_CLOSED'
  | 10
  /**
   * The run has finished, so it takes no further events and no other outcome. Status FAILED_PRECONDITION; do not retry.
   */
  | 'ERROR_REASON_RUN_FINISHED'
  | 11
  /**
   * The agent is deactivated, so it gets no new session. Status FAILED_PRECONDITION; do not retry before it is reactivated.
   */
  | 'ERROR_REASON_AGENT_DEACTIVATED'
  | 12
  /**
   * The parent run or the continued run has another caller. Status FAILED_PRECONDITION; do not retry.
   */
  | 'ERROR_REASON_RUN_FOREIGN'
  | 13
  /**
   * The agent has as many live sessions as it may have. Status RESOURCE_EXHAUSTED; retry after one of them has ended.
   */
  | 'ERROR_REASON_TOO_MANY_SESSIONS'
  | 14
  /**
   * So many idempotency keys are remembered for this session or run that no further one can be. Nothing was charged.
   * Status RESOURCE_EXHAUSTED; retry after some have lapsed, which takes minutes.
   */
  | 'ERROR_REASON_TOO_MANY_KEYS'
  | 15
  /**
   * The store cannot be reached or did not answer in time, so nothing is known about the outcome.
   * Status UNAVAILABLE; retry with the same idempotency key.
   */
  | 'ERROR_REASON_STATE_UNAVAILABLE'
  | 16
  /**
   * The deadline passed, so nothing is known about the outcome. Status DEADLINE_EXCEEDED; retry with the same idempotency key.
   */
  | 'ERROR_REASON_DEADLINE'
  | 17
  /**
   * The server has too much to do and did not start on the request. Status RESOURCE_EXHAUSTED; retry later.
   */
  | 'ERROR_REASON_OVERLOADED'
  | 18
  /**
   * The request is larger than the RPC takes. Status RESOURCE_EXHAUSTED; do not retry unchanged.
   */
  | 'ERROR_REASON_MESSAGE_TOO_LARGE'
  | 19
  /**
   * The bytes of the request are not a message of the RPC's request type. Status INTERNAL, as gRPC libraries answer what they cannot
   * parse; do not retry.
   */
  | 'ERROR_REASON_UNDECODABLE'
  | 20
  /**
   * The policy file cannot be read or is not valid; the policy in force stays. Status FAILED_PRECONDITION; retry with a better file.
   */
  | 'ERROR_REASON_POLICY_REFUSED'
  | 21
  /**
   * The request asserts a fact, and the server's configuration accepts no asserted facts here.
   * Status PERMISSION_DENIED; do not retry.
   */
  | 'ERROR_REASON_ASSERTION_REFUSED'
  | 22
  /**
   * A fault of Tollgate. The text is `internal error` and the server's log holds the rest under the `request_id`.
   * Status INTERNAL; report it.
   */
  | 'ERROR_REASON_INTERNAL'
  | 23
  /**
   * The server is stopping and ends a stream that would go on. Status UNAVAILABLE; ask another server, or this one once it is back, for
   * what comes after the last message.
   */
  | 'ERROR_REASON_STOPPING'
  | 24
  /**
   * No decision has this id, none was recorded of it, or its record has been dropped. Status NOT_FOUND; do not retry.
   */
  | 'ERROR_REASON_DECISION_NOT_FOUND'
  | 25
  /**
   * The run is running, and what was asked for is for finished runs. Status FAILED_PRECONDITION; retry once the run has finished.
   */
  | 'ERROR_REASON_RUN_NOT_FINISHED'
  | 26
  /**
   * No checkpoint signs the run, and the server has no key to sign one with. Status FAILED_PRECONDITION; do not retry before
   * `ledger.key_file` names one.
   */
  | 'ERROR_REASON_LEDGER_UNSIGNED'
  | 27
  /**
   * The listener has no such method. Status UNIMPLEMENTED; do not retry.
   */
  | 'ERROR_REASON_METHOD_UNKNOWN'
  | 40
  /**
   * A header that belongs to gRPC itself cannot be understood. Status INTERNAL, or UNIMPLEMENTED for an encoding that is not supported;
   * do not retry unchanged.
   */
  | 'ERROR_REASON_HEADERS_MALFORMED'
  | 41
  /**
   * The headers of the call are larger than the server takes. Status RESOURCE_EXHAUSTED; do not retry unchanged.
   */
  | 'ERROR_REASON_HEADERS_TOO_LARGE'
  | 42
  /**
   * The store answers and has no room, so nothing was stored or charged. Status UNAVAILABLE; retry with the same idempotency key
   * once the operator has made room.
   */
  | 'ERROR_REASON_STATE_FULL'
  | 43

/**
 * The closed list of reasons in `google.rpc.ErrorInfo.reason`, where they stand without the prefix `ERROR_REASON_`. The domain is
 * `tollgate`, and the metadata holds a `request_id`. No message of this package holds this enum: it documents the list.
 */
export type ErrorReason__Output = typeof ErrorReason[keyof typeof ErrorReason]
