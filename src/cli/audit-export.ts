// `tollgate audit export`: a run's ledger with its proofs, asked of a running server and written as it comes. A file that is
// there is a whole export: one that was cut short leaves none.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import { ManagementClient, Unanswered } from '../rpc/management-client.ts';
import { StartupError } from '../startup-error.ts';
import { EXIT, exitWith } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';

interface ExportFlags extends ManagementFlags {
  readonly out?: string;
}

export function addAuditExport(audit: Command): void {
  const command = audit
    .command('export <run>')
    .description(
      'write the ledger of a run with its proofs, to be verified anywhere; exit 0, 1 no such run, 2 not asked',
    );
  addManagementOptions(command)
    .option('--out <file>', 'the file to write (default: standard output)')
    .action((runId: string, flags: ExportFlags) => exitWith(() => exportTo(runId, flags)));
}

async function exportTo(runId: string, flags: ExportFlags): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  try {
    if (flags.out === undefined) await write(client, runId, process.stdout);
    else await writeFile(client, runId, flags.out);
    return EXIT.found;
  } catch (error) {
    if (!(error instanceof Unanswered) || error.code !== 'NOT_FOUND') throw error;
    process.stderr.write('tollgate: there is no such run\n');
    return EXIT.nothing;
  } finally {
    client.close();
  }
}

async function writeFile(client: ManagementClient, runId: string, path: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await opened(unfinished);
    await write(client, runId, file);
    file.end();
    await finished(file);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function opened(path: string): Promise<WriteStream> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  try {
    await once(file, 'open');
    return file;
  } catch (cause) {
    throw new StartupError(`cannot write ${path} (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

async function write(client: ManagementClient, runId: string, out: NodeJS.WritableStream): Promise<void> {
  const asking = { signal: new AbortController().signal, onOpen: () => {} };
  for await (const { line } of client.listen('AuditService', 'ExportRun', { run_id: runId }, asking)) {
    if (!out.write(`${line}\n`)) await once(out, 'drain');
  }
}
