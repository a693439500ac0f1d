// `tollgate audit events`: prints the records of finished runs as JSON Lines, from the cursor in a file on. The cursor must never
// be ahead of the output.
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

/** How often the cursor is saved. After a crash, lines since the last save are printed again. */
const SAVE_MS = 1_000;

export function addAuditEvents(audit: Command): void {
  addManagementOptions(
    audit
      .command('events')
      .description('print the records of finished runs as JSON Lines, in the order in which the runs finished'),
  )
    .option('--cursor <file>', 'continue from the position in this file and update it; created if missing')
    .option('--follow', 'wait for more runs to finish, until stopped')
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
