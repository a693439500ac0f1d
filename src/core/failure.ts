// What could not be done, as opposed to what was denied. A failure never permits anything.

/** The closed list of ways in which an operation can fail; the rpc edge maps each to one status. */
export type FailureKind =
  | 'caller_unknown'
  | 'caller_not_allowed'
  | 'invalid_request'
  | 'undecodable'
  | 'not_found'
  | 'key_reused'
  | 'conflict'
  | 'wrong_state'
  | 'too_many_sessions'
  | 'too_many_keys'
  | 'state_unavailable'
  | 'overloaded'
  | 'deadline'
  | 'message_too_large'
  | 'stopping'
  | 'assertion_refused'
  | 'internal';

export interface FieldProblem {
  readonly field: string;
  readonly description: string;
}

/** `subject` narrows a kind to the thing it is about; together they give the error reason that callers see. */
export type FailureSubject =
  | 'session'
  | 'run'
  | 'running_run'
  | 'ledger'
  | 'parent_run'
  | 'agent'
  | 'identity'
  | 'policy'
  | 'decision'
  /** Of state_unavailable: the store answers, and has no room. */
  | 'space';

/**
 * An operation that could not be done. `message` is for the caller and holds no address, key or stack; `cause` is for
 * the log alone.
 */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly subject: FailureSubject | undefined;
  readonly fields: readonly FieldProblem[];

  constructor(
    kind: FailureKind,
    message: string,
    more: { cause?: unknown; subject?: FailureSubject; fields?: readonly FieldProblem[] } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.subject = more.subject;
    this.fields = more.fields ?? [];
  }
}
