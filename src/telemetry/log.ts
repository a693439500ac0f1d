// The log: JSON lines on standard output. A line names ids, reasons and counts; it never holds a tool's arguments or result,
// a run's inputs or output, or the text of a step, for those belong to the audit log and may be secret.

import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino';
import { descriptorOf } from './descriptor.ts';
import { LineWriter } from './line-writer.ts';

export type { Logger } from 'pino';

const STDOUT_FD = 1;
const STDERR_FD = 2;
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
    destination ?? openOutput(),
  );
}

/** Where the lines of a server go: standard output, without ever waiting for it. */
export function openOutput(): LineWriter {
  const writer = new LineWriter({
    descriptor: descriptorOf(STDOUT_FD),
    droppedLine: (dropped) => {
      const time = new Date().toISOString();
      return `${JSON.stringify({ level: 'warn', time, service: 'tollgate', pid: process.pid, dropped, msg: 'log lines were dropped: standard output did not take them' })}\n`;
    },
  });
  // However the process ends, what standard output still takes goes there.
  process.once('exit', () => writer.writeLast());
  return writer;
}

/** The same for what a person reads at a terminal. */
export function openErrorOutput(): LineWriter {
  return new LineWriter({ descriptor: descriptorOf(STDERR_FD), droppedLine: () => '' });
}

/**
 * Sends to the log what Node and packages would write to the console, which waits for whoever reads it: warnings of the
 * process, and `console.*`.
 */
export function captureConsole(log: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log.warn({ warning: name }, message));
  const write = (...words: unknown[]) =>
    log.warn({ console: words.map(wordOf).join(' ').slice(0, CONSOLE_MAX) }, 'a package wrote to the console');
  for (const name of ['log', 'info', 'debug', 'warn', 'error', 'trace', 'dir'] as const) console[name] = write;
}

const CONSOLE_MAX = 1_000;

/** Errors by their message: what packages hang onto them may be what was asked. */
function wordOf(word: unknown): string {
  return withoutEchoes(
    word instanceof Error ? `${word.name}: ${word.message}` : typeof word === 'string' ? word : typeof word,
  );
}

interface ErrorFields {
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
