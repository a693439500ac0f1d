// `tollgate audit events`: the records of finished runs as JSON Lines, on from where a file says that it stopped. It must never
// note in that file what has not been written to its output.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { replaceFile } from '../host/durable-file.ts';
import { StartupError } from '../host/startup-error.ts';
import { ManagementClient } from './client/management-client.ts';
import { EXIT, exitWith } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';
import { cannotWrite, printed } from './output.ts';

interface Flags extends ManagementFlags {
  readonly cursor?: string;
  readonly follow?: boolean;
}

/** How often the file is written while lines come; whatever came since the last time comes again after a crash. */
const SAVE_MS = 1_000;

export function addAuditEvents(audit: Command): void {
  addManagementOptions(
    audit.command('events').description('print the records of finished runs as JSON Lines, oldest first by finish'),
  )
    .option('--cursor <file>', 'go on from where this file says, and keep it up to date; made if it is not there')
    .option('--follow', 'go on as runs finish, until it is stopped')
    .action((flags: Flags) => exitWith(() => events(flags)));
}

async function events(flags: Flags): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  let written: string | undefined;
  let savedAtMs = 0;
  const save = () => {
    if (flags.cursor !== undefined && written !== undefined) saveCursor(flags.cursor, written);
    savedAtMs = Date.now();
  };
  try {
    const request = { cursor: cursorIn(flags.cursor), follow: flags.follow === true };
    const listening = { signal: ending.signal, onOpen: () => {} };
    for await (const { line, cursor } of client.listen('AuditService', 'ExportEvents', request, listening)) {
      if (!(await printed(`${line}\n`))) break;
      written = cursor;
      if (Date.now() - savedAtMs >= SAVE_MS) save();
    }
    return EXIT.found;
  } finally {
    save();
    client.close();
  }
}

function cursorIn(path: string | undefined): string {
  if (path === undefined) return '';
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new StartupError(`cannot read ${path} (${code})`, { cause });
  }
}

/** @throws StartupError */
function saveCursor(path: string, cursor: string): void {
  try {
    replaceFile(path, `${cursor}\n`);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}
