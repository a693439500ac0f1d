// The log: JSON lines on standard output. A line names ids, reasons and counts; it never holds a tool's arguments or result,
// a run's inputs or output, or the text of a step, for those belong to the audit log and may be secret.

import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

const STDOUT_FD = 1;
const CAUSES_MAX = 5;

/** A net below the rule above, not a replacement for it: it only knows these names, and only this deep. */
const REDACTED = ['password', 'authorization', 'token'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * Creates the process's logger.
 *
 * @param destination  where lines go instead of standard output
 */
export function createLogger({
  level,
  destination,
}: {
  level: LevelWithSilent;
  destination?: DestinationStream;
}): Logger {
  return pino(
    {
      level,
      base: { service: 'tollgate', pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '***' },
    },
    destination ?? standardOutput(),
  );
}

/** Synchronous, so that the line before a crash is there to be read. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: STDOUT_FD, sync: true });
  // A full pipe makes a synchronous write keep the rest; this is its last chance.
  process.once('exit', () => stream.flushSync());
  return stream;
}

export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

/**
 * The fields of a log line about an error: `log.error(errorFields(error), 'sweep failed')`. Only the named ones, because drivers
 * hang the failed command with all its arguments onto their errors.
 */
export function errorFields(error: unknown): { readonly error: ErrorFields } {
  return { error: fieldsOf(error, CAUSES_MAX) };
}

function fieldsOf(error: unknown, causesLeft: number): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: typeof error === 'object' ? '' : String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: withoutEchoes(error.message),
    ...(typeof code === 'string' && { code }),
    ...(error.stack !== undefined && { stack: withoutEchoes(error.stack) }),
    ...(error.cause !== undefined && causesLeft > 0 && { cause: fieldsOf(error.cause, causesLeft - 1) }),
  };
}

/**
 * Texts of others that repeat what they were given: Redis shows the arguments of a command that it does not know, AUTH and
 * its password among them, and V8 a piece of what is no JSON, which may be a run's output.
 */
const ECHOES: readonly (readonly [echo: RegExp, instead: string])[] = [
  [/, with args beginning with:[^\n]*/g, ''],
  [/Unexpected [^\n]*?, (?:\.\.\.)?"[\s\S]*?"(?:\.\.\.)? is not valid JSON/g, 'not valid JSON'],
];

function withoutEchoes(text: string): string {
  return ECHOES.reduce((rest, [echo, instead]) => rest.replace(echo, instead), text);
}
