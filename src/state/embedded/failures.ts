// From what lmdb, the file system or a codec throws to a Failure. Their texts are for the log, as the cause.
import { Failure } from '../../core/failure.ts';
import { CommitStuck } from './commit-watch.ts';

/**
 * lmdb's errors carry its number, a failed commit a promise of the reason; whatever else is thrown while a query or a
 * step runs is ours: a record that cannot be decoded, or a bug.
 */
export async function failureOf(error: unknown): Promise<Failure> {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure('internal', 'internal error', { cause: error });
  if ('commitError' in error) return unavailable((await reasonOf(error.commitError)) ?? error);
  const isLmdbError = ('code' in error && typeof error.code === 'number') || CLOSED.test(error.message);
  return isLmdbError || error instanceof CommitStuck
    ? unavailable(error)
    : new Failure('internal', 'internal error', { cause: error });
}

const CLOSED = /closed (?:database|environment)|is (?:already )?closed/;

export function unavailable(cause: unknown): Failure {
  return new Failure('state_unavailable', 'the store cannot be written', { cause });
}

/** A failed commit tells its reason by rejecting another promise, in the same turn or never. */
async function reasonOf(commitError: unknown): Promise<unknown> {
  const reason = Promise.resolve(commitError).catch((error: unknown) => error);
  return Promise.race([reason, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
}

/** A start that cannot succeed, in one line that names the way out. */
export function refusal(message: string, cause?: unknown): Failure {
  return new Failure('state_unavailable', message, cause === undefined ? {} : { cause });
}
