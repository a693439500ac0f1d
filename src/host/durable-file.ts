// Files that this process makes once and that must be whole and stay, whatever happens meanwhile.
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a file for this user alone, unless it is there. Of two processes that do so at one time, one makes it. */
export function createPrivateFile(file: string, content: () => string): void {
  if (statSync(file, { throwIfNoEntry: false })) return;
  // Written whole under another name first, so that a crash leaves no half of it.
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeDurably(unfinished, { flags: 'wx', mode: 0o600 }, content());
    linkIfAbsent(unfinished, file);
    syncFolder(dirname(file));
  } finally {
    // Also when it could not be made: a secret that nobody uses must not lie about.
    rmSync(unfinished, { force: true });
  }
}

/** Writes a text and answers once it is on the disk. */
export function writeDurably(file: string, { flags, mode }: { flags: 'a' | 'wx'; mode: number }, text: string): void {
  const opened = openSync(file, flags, mode);
  try {
    writeSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function linkIfAbsent(unfinished: string, file: string): void {
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
