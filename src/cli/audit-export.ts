// `tollgate audit export`: writes a run's ledger with its proofs while a running server sends it. An export that was cut short
// leaves no file.
import { realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { replacePrivateFileFrom } from '../host/durable-file.ts';
import { StartupError } from '../host/startup-error.ts';
import { ManagementClient, Unanswered } from './client/management-client.ts';
import { exitWith, unlessUnknown } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';
import { cannotWrite } from './output.ts';

interface ExportFlags extends ManagementFlags {
  readonly out?: string;
}

export function addAuditExport(audit: Command): void {
  const command = audit
    .command('export <run>')
    .description('write the ledger of a run with its proofs, to verify anywhere; exit 0, 1 unknown run, 2 no answer');
  addManagementOptions(command)
    .option('--out <file>', 'the file to write (default: standard output, -)')
    .action((runId: string, flags: ExportFlags) => exitWith(() => exportTo(runId, flags)));
}

async function exportTo(runId: string, { out = '-', ...flags }: ExportFlags): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
  const lines = linesOf(client, runId, ending.signal);
  try {
    return await unlessUnknown('run', () => (out === '-' ? print(lines) : writeFile(lines, out)));
  } finally {
    client.close();
  }
}

async function* linesOf(client: ManagementClient, runId: string, signal: AbortSignal): AsyncGenerator<string> {
  const listening = { signal, onOpen: () => {} };
  for await (const { line } of client.listen('AuditService', 'ExportRun', { run_id: runId }, listening)) {
    yield `${line}\n`;
  }
  if (signal.aborted) throw new StartupError('the export was stopped before it was complete');
}

async function print(lines: AsyncIterable<string>): Promise<void> {
  await pipeline(lines, process.stdout, { end: false }).catch((error) => {
    throw asWriting('to standard output', error);
  });
}

async function writeFile(lines: AsyncIterable<string>, path: string): Promise<void> {
  const target = await fileOf(path);
  try {
    await replacePrivateFileFrom(target, lines);
  } catch (error) {
    throw asWriting(path, error);
  }
}

/** The file behind a path. @throws StartupError for a pipe or a device, which must not be replaced by a file */
async function fileOf(path: string): Promise<string> {
  const target = await realpath(path).catch(() => path);
  const there = await stat(target).catch(() => undefined);
  if (there && !there.isFile()) throw new StartupError(`cannot write ${path}: it exists and is not a file`);
  return target;
}

/** An error of the server as it is; every other error as a failure to write. */
function asWriting(where: string, error: unknown): unknown {
  return error instanceof Unanswered || error instanceof StartupError ? error : cannotWrite(where, error);
}
