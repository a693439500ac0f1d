// Turns errors of lmdb, the file system and the codecs into a Failure. Their messages go to the log, as the cause.
import { constants } from 'node:os';
import { Failure } from '../../core/failure.ts';
import { StartupError } from '../../host/startup-error.ts';
import { CommitStuck } from './file/commit-watch.ts';

/**
 * An error of lmdb has a numeric code, and that of a failed commit a promise of its reason. Any other error that a query or a
 * step throws is an internal one: a record that cannot be decoded, or a bug.
 */
export async function failureOf(error: unknown): Promise<Failure> {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure('internal', 'internal error', { cause: error });
  if ('commitError' in error) {
    const reason = (await reasonOf(error.commitError)) ?? error;
    return NO_SPACE.has((reason as { code?: unknown }).code) ? full(reason) : unavailable(reason);
  }
  const isLmdbError = ('code' in error && typeof error.code === 'number') || CLOSED.test(error.message);
  return isLmdbError || error instanceof CommitStuck
    ? unavailable(error)
    : new Failure('internal', 'internal error', { cause: error });
}

const CLOSED = /closed (?:database|environment)|is (?:already )?closed/;

export function unavailable(cause: unknown): Failure {
  return new Failure('state_unavailable', 'the store cannot be written', { cause });
}

/** A full store refuses operations that add data and still performs those that remove data. */
export function full(cause: unknown): Failure {
  return new Failure('state_unavailable', 'the store is full', { cause, subject: 'space' });
}

/** A failed commit gives its reason by rejecting a second promise, in the same turn of the event loop or never. */
async function reasonOf(commitError: unknown): Promise<unknown> {
  const reason = Promise.resolve(commitError).catch((error: unknown) => error);
  return Promise.race([reason, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
}

/** The codes of the file system and of lmdb for a disk without space. */
const NO_SPACE: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', constants.errno.ENOSPC, constants.errno.EDQUOT]);

/** Says why a data directory cannot be used, from an error of the file system, the check of the store or lmdb. */
export function directoryRefusal(directory: string, cause: unknown): StartupError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (NO_SPACE.has(code))
    return new StartupError(`data directory ${directory} is on a full disk: free some space there`, { cause });
  if (typeof code === 'string') {
    return new StartupError(
      `data directory ${directory} cannot be used (${code}): name a directory that this user may write`,
      {
        cause,
      },
    );
  }
  const reason = cause instanceof Error ? cause.message : 'unknown error';
  return new StartupError(
    `data directory ${directory} holds no usable store (${reason}): restore it from a copy, or move it away and start empty, which forgets sessions, runs and keys`,
    { cause },
  );
}
