// What every error of the driver or the server means: whether the command was executed, what its caller is told, and
// what is done about it. Nothing of the server's text reaches a caller: it is the cause, for the log.
import { Failure } from '../../../core/failure.ts';

/**
 * What is known of a command that failed.
 *
 * - `not_executed`: it changed nothing, so it may be sent again, to another server too.
 * - `unknown`: it may have been executed, or be executed yet. It may be sent again because every script that changes
 *   something recognizes its own repeat (see scripts.ts).
 * - `bug`: the data or we are wrong; sending it again helps nobody.
 */
export type Outcome = 'not_executed' | 'unknown' | 'bug';

export interface ErrorRow {
  readonly outcome: Outcome;
  /** What the caller gets: UNAVAILABLE, and may come again; or INTERNAL. */
  readonly kind: 'state_unavailable' | 'internal';
  /**
   * `again`: we send it once more within the deadline. `redirect`: the answer names the server to ask.
   * `reconnect`: this server is none for us any more; the connection is made anew and checked, then it is sent again.
   * `give_up`: it would meet the same again.
   */
  readonly next: 'again' | 'redirect' | 'reconnect' | 'give_up';
}

const unavailableRow = (next: ErrorRow['next']): ErrorRow => ({
  outcome: 'not_executed',
  kind: 'state_unavailable',
  next,
});
const bugRow: ErrorRow = { outcome: 'bug', kind: 'internal', next: 'give_up' };

/**
 * Errors of the server by their first word. INVARIANT: our scripts read and decide before they write, and whatever of
 * these can come up inside a script comes up with its first write at the latest, so nothing is half done.
 *
 * docs/durability.md shows this table; a test holds both equal.
 */
export const SERVER_ERRORS = {
  ASK: unavailableRow('redirect'),
  BUSY: unavailableRow('give_up'),
  CLUSTERDOWN: unavailableRow('again'),
  CROSSSLOT: bugRow,
  LOADING: unavailableRow('reconnect'),
  MASTERDOWN: unavailableRow('reconnect'),
  MISCONF: unavailableRow('give_up'),
  MOVED: unavailableRow('redirect'),
  NOAUTH: unavailableRow('reconnect'),
  NOPERM: unavailableRow('give_up'),
  NOREPLICAS: unavailableRow('give_up'),
  NOSCRIPT: unavailableRow('again'),
  OOM: unavailableRow('give_up'),
  READONLY: unavailableRow('reconnect'),
  TRYAGAIN: unavailableRow('again'),
  UNKILLABLE: unavailableRow('give_up'),
  WRONGPASS: unavailableRow('reconnect'),
  WRONGTYPE: bugRow,
} as const satisfies Record<string, ErrorRow>;

/** Errors without an answer of the server. */
export const CONNECTION_ERRORS = {
  /** Refused before it was sent: no connection, or too much under way. */
  not_sent: unavailableRow('again'),
  /** The line broke, or gave an answer that is none, with the command under way. */
  line_broken: { outcome: 'unknown', kind: 'state_unavailable', next: 'again' },
  /** No answer in time. */
  timed_out: { outcome: 'unknown', kind: 'state_unavailable', next: 'give_up' },
  /** An answer that nobody foresaw, or a record that cannot be read. */
  unforeseen: bugRow,
} as const satisfies Record<string, ErrorRow>;

// Redis 6.2 wraps an error inside a script: "ERR Error running script (…): @user_script:5: -READONLY You can't write".
const SERVER_ERROR = new RegExp(`(?:^|[\\s:-])(${Object.keys(SERVER_ERRORS).join('|')})\\s`);

/** The row of an error, whoever it comes from. */
export function rowOf(error: unknown): ErrorRow {
  if (error instanceof NotSent) return CONNECTION_ERRORS.not_sent;
  if (!(error instanceof Error)) return CONNECTION_ERRORS.unforeseen;
  if (isReplyError(error)) return rowOfMessage(error.message);
  if (error.message === 'Command timed out') return CONNECTION_ERRORS.timed_out;
  if (error.message.startsWith("Stream isn't writeable")) return CONNECTION_ERRORS.not_sent;
  // Ours: the driver rejects with plain errors when a connection is lost.
  if (error instanceof TypeError || error instanceof RangeError) return CONNECTION_ERRORS.unforeseen;
  return CONNECTION_ERRORS.line_broken;
}

/** What Redis 7.0 says of a script whose user may not use one of its commands or keys. */
const FORBIDDEN_INSIDE = /The user executing the script can't/;

/** A slot has gone to another server under a script that spells keys itself. They are looked at before the first write. */
const GONE_AHEAD = /attempted to access a non local key in a cluster node/;

function rowOfMessage(message: string): ErrorRow {
  if (GONE_AHEAD.test(message)) return SERVER_ERRORS.TRYAGAIN;
  if (FORBIDDEN_INSIDE.test(message)) return SERVER_ERRORS.NOPERM;
  const word = SERVER_ERROR.exec(message)?.[1] as keyof typeof SERVER_ERRORS | undefined;
  return word === undefined ? CONNECTION_ERRORS.unforeseen : SERVER_ERRORS[word];
}

/** Nothing was sent, and this is why. */
export class NotSent extends Error {
  constructor(why: unknown) {
    super('not sent', { cause: why });
    this.name = 'NotSent';
  }
}

type ReplyError = Error & { readonly name: 'ReplyError' };

/** An error that the server sent, as opposed to one of the connection. ioredis has no type for it. */
export function isReplyError(error: unknown): error is ReplyError {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The server's own word on where to ask instead: its address, and whether for this one question only. */
export function redirectOf(error: unknown): { address: string; asking: boolean } | undefined {
  if (!isReplyError(error)) return undefined;
  const [, word, address] = /(?:^|[\s:-])(ASK|MOVED) \d+ (\S+)/.exec(error.message) ?? [];
  return address === undefined ? undefined : { address, asking: word === 'ASK' };
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
  const row = rowOf(error);
  if (row === SERVER_ERRORS.OOM) return full(error);
  return row.kind === 'internal' ? internal(error) : unavailable(error instanceof NotSent ? error.cause : error);
}

/** A script's own word on why one of its items failed. */
export function failureOfItem(message: string): Failure {
  const cause = new Error(message);
  cause.name = 'ReplyError';
  return failureOf(cause);
}

export function unavailable(cause: unknown): Failure {
  return new Failure('state_unavailable', 'the state store is unreachable', { cause });
}

/** Redis refuses what would add to it, and executes the rest. */
export function full(cause: unknown): Failure {
  return new Failure('state_unavailable', 'the state store is full', { cause, subject: 'space' });
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
