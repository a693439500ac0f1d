// Files that must survive a crash: each is on the disk whole, or as it was before.
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;
const FOR_OTHERS_TO_READ = 0o644;

/** Creates a file for this user alone, unless it exists. Of two processes that create it at once, one succeeds. */
export function createPrivateFile(file: string, content: () => string): void {
  if (statSync(file, { throwIfNoEntry: false })) return;
  const unfinished = unfinishedNameOf(file);
  try {
    writeDurably(unfinished, { flags: 'wx', mode: OWNER_ONLY }, content());
    linkIfAbsent(unfinished, file);
    syncFolder(dirname(file));
  } finally {
    // Also after a failure: a secret that nobody uses must not stay on the disk.
    rmSync(unfinished, { force: true });
  }
}

/** Replaces a file, or creates it. After a crash the old text is there, or the new one. */
export function replaceFile(file: string, text: string): void {
  const unfinished = unfinishedNameOf(file);
  try {
    writeDurably(unfinished, { flags: 'wx', mode: FOR_OTHERS_TO_READ }, text);
    renameSync(unfinished, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** Like {@link replaceFile}, for this user alone and with text that is still arriving. A failure leaves the old file. */
export async function replacePrivateFileFrom(file: string, text: AsyncIterable<string>): Promise<void> {
  const unfinished = unfinishedNameOf(file);
  try {
    // Opened before the text is read: a stream that fails while it opens creates its file after we have removed it.
    const opened = await open(unfinished, 'wx', OWNER_ONLY);
    try {
      for await (const part of text) await opened.writeFile(part);
      await opened.sync();
    } finally {
      await opened.close();
    }
    renameSync(unfinished, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** Appends to a file that others may read, or creates it. */
export function appendDurably(file: string, text: string): void {
  writeDurably(file, { flags: 'a', mode: FOR_OTHERS_TO_READ }, text);
}

/** A name beside the file, so that a rename stays within one file system. */
function unfinishedNameOf(file: string): string {
  return `${file}.${randomBytes(6).toString('hex')}`;
}

function writeDurably(file: string, { flags, mode }: { flags: 'a' | 'wx'; mode: number }, text: string): void {
  const opened = openSync(file, flags, mode);
  try {
    writeFileSync(opened, text);
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
