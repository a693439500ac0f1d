// What could not be done, as opposed to what was denied. A failure never permits anything.

/** The closed list of ways in which an operation can fail. `rpc/call/status.ts` maps each to one status. */
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

/** The subjects of each kind that has any. Kind and subject together give the error reason that callers see. */
interface SubjectsByKind {
  readonly not_found: 'session' | 'run' | 'identity' | 'decision' | 'policy';
  readonly wrong_state: 'session' | 'run' | 'running_run' | 'ledger' | 'parent_run' | 'agent' | 'identity' | 'policy';
  /** `space`: the store answers, but it is full. */
  readonly state_unavailable: 'space' | undefined;
}

/** What a failure of this kind is about. */
export type SubjectOf<Kind extends FailureKind> = Kind extends keyof SubjectsByKind ? SubjectsByKind[Kind] : undefined;

export interface FieldProblem {
  readonly field: string;
  readonly description: string;
}

interface Detail {
  readonly cause?: unknown;
  readonly fields?: readonly FieldProblem[] | undefined;
}

/** A kind that always has a subject must be given one. */
type DetailOf<Kind extends FailureKind> = [Extract<Kind, 'not_found' | 'wrong_state'>] extends [never]
  ? [more?: Detail & { readonly subject?: SubjectOf<Kind> }]
  : [more: Detail & { readonly subject: SubjectOf<Kind> }];

/** A failure as plain data, for another thread. */
export type FailureParts = {
  readonly [Kind in FailureKind]: {
    readonly kind: Kind;
    readonly subject: SubjectOf<Kind>;
    readonly message: string;
    readonly fields: readonly FieldProblem[];
  };
}[FailureKind];

/**
 * An operation that could not be done. `message` is for the caller and holds no address, key or stack; `cause` is for
 * the log alone.
 */
export class Failure<Kind extends FailureKind = FailureKind> extends Error {
  readonly kind: Kind;
  readonly subject: SubjectOf<Kind>;
  readonly fields: readonly FieldProblem[];

  constructor(kind: Kind, message: string, ...[more]: DetailOf<Kind>) {
    super(message, more?.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'Failure';
    this.kind = kind;
    // Only a kind that may do without a subject is given none.
    this.subject = more?.subject as SubjectOf<Kind>;
    this.fields = more?.fields ?? [];
  }
}

/** What another thread needs to make the same failure. The cause stays behind. */
export function partsOf({ kind, subject, message, fields }: Failure): FailureParts {
  return { kind, subject, message, fields } as FailureParts;
}
