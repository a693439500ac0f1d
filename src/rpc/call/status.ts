// Failures to gRPC statuses, in one table. The only place that knows gRPC codes.
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { Failure, type FailureKind, type SubjectOf } from '../../core/failure.ts';
import { encodeErrorDetails } from './error-details.ts';

interface Row<Kind extends FailureKind> {
  readonly code: status;
  /** A name of tollgate.v1.ErrorReason without its prefix; for a kind with subjects, one for each. */
  readonly reason: [SubjectOf<Kind>] extends [undefined] ? string : Readonly<Record<Key<SubjectOf<Kind>>, string>>;
  readonly retryAfterMs?: number;
}

/** A failure without a subject is looked up as `none`. */
type Key<Subject extends string | undefined> = Subject extends string ? Subject : 'none';

const TABLE = {
  caller_unknown: { code: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED' },
  caller_not_allowed: { code: status.PERMISSION_DENIED, reason: 'PERMISSION_DENIED' },
  invalid_request: { code: status.INVALID_ARGUMENT, reason: 'INVALID_REQUEST' },
  undecodable: { code: status.INTERNAL, reason: 'UNDECODABLE' },
  not_found: {
    code: status.NOT_FOUND,
    reason: {
      session: 'SESSION_NOT_FOUND',
      run: 'RUN_NOT_FOUND',
      identity: 'IDENTITY_NOT_FOUND',
      decision: 'DECISION_NOT_FOUND',
      policy: 'POLICY_NOT_FOUND',
    },
  },
  key_reused: { code: status.ALREADY_EXISTS, reason: 'KEY_REUSED' },
  conflict: { code: status.ALREADY_EXISTS, reason: 'ALREADY_BOUND_OTHERWISE' },
  wrong_state: {
    code: status.FAILED_PRECONDITION,
    reason: {
      session: 'SESSION_CLOSED',
      run: 'RUN_FINISHED',
      running_run: 'RUN_NOT_FINISHED',
      ledger: 'LEDGER_UNSIGNED',
      parent_run: 'RUN_FOREIGN',
      agent: 'AGENT_DEACTIVATED',
      identity: 'IDENTITY_MALFORMED',
      policy: 'POLICY_REFUSED',
    },
  },
  too_many_sessions: { code: status.RESOURCE_EXHAUSTED, reason: 'TOO_MANY_SESSIONS' },
  too_many_keys: { code: status.RESOURCE_EXHAUSTED, reason: 'TOO_MANY_KEYS' },
  state_unavailable: {
    code: status.UNAVAILABLE,
    // A full store is like an unreachable one: the same call with the same key may succeed later.
    reason: { space: 'STATE_FULL', none: 'STATE_UNAVAILABLE' },
    retryAfterMs: 100,
  },
  overloaded: { code: status.RESOURCE_EXHAUSTED, reason: 'OVERLOADED', retryAfterMs: 100 },
  deadline: { code: status.DEADLINE_EXCEEDED, reason: 'DEADLINE' },
  message_too_large: { code: status.RESOURCE_EXHAUSTED, reason: 'MESSAGE_TOO_LARGE' },
  stopping: { code: status.UNAVAILABLE, reason: 'STOPPING' },
  assertion_refused: { code: status.PERMISSION_DENIED, reason: 'ASSERTION_REFUSED' },
  internal: { code: status.INTERNAL, reason: 'INTERNAL' },
} as const satisfies { readonly [Kind in FailureKind]: Row<Kind> };

export interface StatusReply {
  readonly error: Partial<ServiceError>;
  readonly reason: string;
  readonly requestId: string;
  readonly codeName: string;
  /** Worth an operator's attention: a bug, or state that could not be read. */
  readonly isOurFault: boolean;
}

/** The status of an error. Anything but a Failure is a bug, and its text is not sent to the caller. */
export function statusOf(error: unknown, requestId: string): StatusReply {
  const failure: Failure =
    error instanceof Failure ? error : new Failure('internal', 'internal error', { cause: error });
  const row: Pick<Row<FailureKind>, 'code' | 'retryAfterMs'> = TABLE[failure.kind];
  const reason = reasonOf(failure);
  const message = failure.message.isWellFormed() ? failure.message.slice(0, MESSAGE_LENGTH_MAX) : 'internal error';
  const metadata = new Metadata();
  metadata.set(
    'grpc-status-details-bin',
    encodeErrorDetails({
      code: row.code,
      message,
      reason,
      requestId,
      fields: failure.fields,
      retryAfterMs: row.retryAfterMs,
      precondition: row.code === status.FAILED_PRECONDITION ? failure.subject : undefined,
    }),
  );
  return {
    error: { code: row.code, details: message, metadata },
    reason,
    requestId,
    codeName: status[row.code] ?? 'UNKNOWN',
    isOurFault: failure.kind === 'internal' || failure.kind === 'state_unavailable',
  };
}

function reasonOf({ kind, subject }: Failure): string {
  const reason: string | Readonly<Record<string, string>> = TABLE[kind].reason;
  // The table has a row for each kind and subject, and the types of Failure admit no other pair.
  return typeof reason === 'string' ? reason : reason[subject ?? 'none']!;
}

/** Status messages travel percent-encoded in a header; a few hundred characters always pass. */
const MESSAGE_LENGTH_MAX = 300;
