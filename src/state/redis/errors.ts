// From what the driver or the server says to a Failure. Nothing of the server's text reaches a caller: it is the cause.
import { Failure } from '../../core/failure.ts';

/** Answers of a server that cannot do its work at the moment, or not for us. */
const UNAVAILABLE = new RegExp(
  // Redis 6.2 wraps an error inside a script: "ERR Error running script (…): @user_script:5: -READONLY You can't write".
  `(?:^|[\\s:-])(?:${[
    'ASK',
    'BUSY',
    'CLUSTERDOWN',
    'LOADING',
    'MASTERDOWN',
    'MISCONF',
    'MOVED',
    'NOAUTH',
    'NOPERM',
    'NOREPLICAS',
    'OOM',
    'READONLY',
    'TRYAGAIN',
    'UNKILLABLE',
    'WRONGPASS',
  ].join('|')})\\s`,
);

/** An error that the server sent, as opposed to one of the connection. ioredis has no type for it. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The driver hangs the command with all its arguments on an error: passwords and records, which no log may see. */
export function withoutCommand(error: unknown): unknown {
  if (error instanceof Error && 'command' in error) delete error.command;
  return error;
}

/** Anything that went wrong between us and the store, as a Failure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  withoutCommand(error);
  if (isReplyError(error)) return UNAVAILABLE.test(error.message) ? unavailable(error) : internal(error);
  // Ours: the driver rejects with plain errors when a connection or a deadline is lost.
  if (error instanceof TypeError || error instanceof RangeError) return internal(error);
  return unavailable(error);
}

/** A script's own word on why one of its items failed. */
export function failureOfItem(message: string): Failure {
  const cause = new Error(message);
  return UNAVAILABLE.test(message) ? unavailable(cause) : internal(cause);
}

/** The server we are connected to has become a replica; a new connection may find its successor. */
export function isReadOnly(failure: Failure): boolean {
  return failure.cause instanceof Error && /(?:^|[\s:-])READONLY\s/.test(failure.cause.message);
}

export function unavailable(cause: unknown): Failure {
  return new Failure('state_unavailable', 'the state store is unreachable', { cause });
}

export function internal(cause: unknown): Failure {
  return new Failure('internal', 'internal error', { cause });
}

/** Decodes what is stored; what cannot be decoded is a failure of ours, never an absent record. */
export function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw internal(cause);
  }
}
